"""When a state must be left: working days in local time; a year without a calendar is shown, not guessed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taihu.control.accounts import day
from taihu.control.flows.flow import Clock
from taihu.terms.calendar import Calendar, UnknownYear
from taihu.terms.standard import Standards

if TYPE_CHECKING:
    from taihu.data.engines.stores import Stores

LOCAL = day.LOCAL


@dataclass(frozen=True, slots=True)
class Due:
    """The last day in time, or the year that keeps it from being known; both empty without a clock."""

    on: datetime.date | None = None
    unknown_year: int | None = None


def day_of(at: datetime.datetime) -> datetime.date:
    """The local day of a moment."""
    return day.day_of(at)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many working days a clock allows on a day, and the rule that says so."""

    days: int
    policy: str


def limit(clock: Clock, *, on: datetime.date, standards: Standards) -> Limit | None:
    """The limit in force on a day; None where the rule has none in working days for that day."""
    if not clock.rule:
        return Limit(clock.days, clock.policy)
    rule = standards.limits.get(clock.rule)
    if rule is None:
        raise LookupError(
            f"packs/standards/limits.yaml has no rule {clock.rule!r}; known are {', '.join(sorted(standards.limits))}"
        )
    found = rule.in_force(on)
    if found is None or found.unit != "working_days":
        return None
    return Limit(found.amount, f"{rule.title}：{found.source}")


def due(clock: Clock | None, *, at: datetime.datetime, standards: Standards) -> Due:
    """When a state entered at that moment must be left."""
    allowed = limit(clock, on=day_of(at), standards=standards) if clock else None
    if allowed is None:
        return Due()
    try:
        return Due(on=standards.calendar.add(day_of(at), allowed.days))
    except UnknownYear as caught:
        return Due(unknown_year=caught.year)


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of a clock, as the pages show it: working days (negative once over) or the unknown year."""

    days: int | None = None
    unknown_year: int | None = None

    @property
    def is_over(self) -> bool:
        """True past the last day."""
        return self.days is not None and self.days < 0

    @property
    def words(self) -> str:
        """The same for a place that says nothing where there is no clock."""
        return str(self) if self.unknown_year or self.days is not None else ""

    def __str__(self) -> str:
        """Writes it for people."""
        if self.unknown_year:
            return f"{self.unknown_year} 年工作日历未公布，时限待定"
        if self.days is None:
            return "无时限"
        if self.days < 0:
            return f"已超期 {-self.days} 个工作日"
        return "今天到期" if self.days == 0 else f"还剩 {self.days} 个工作日"


def remaining(
    due_on: datetime.date | None, unknown_year: int | None, *, on: datetime.date, calendar: Calendar
) -> Remaining:
    """How many working days are left on a day."""
    if unknown_year:
        return Remaining(unknown_year=unknown_year)
    if due_on is None:
        return Remaining()
    try:
        left = calendar.between(on, due_on)
    except UnknownYear as caught:
        return Remaining(unknown_year=caught.year)
    # A clock that ran out over a weekend is over though no working day has passed yet.
    return Remaining(days=left if left or due_on >= on else -1)


def standards_of(stores: Stores) -> Standards:
    """The standards beside the packs: dated data that a restart brings up to date."""
    return stores.shelf.standards


def calendar_of(stores: Stores) -> Calendar:
    """The working days that the standards declare."""
    return standards_of(stores).calendar
