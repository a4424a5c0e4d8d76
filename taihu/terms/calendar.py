"""Working days as dated data: a year that the State Council has not decided yet is unknown, never guessed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass


class UnknownYear(LookupError):
    """The calendar has no decision for a year."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no working-day calendar for {year}; add it to packs/standards/calendar.yaml")
        self.year = year


@dataclass(frozen=True, slots=True)
class Year:
    """The days off and the extra working days of one year, with the notice that decided them."""

    off: frozenset[datetime.date]
    on: frozenset[datetime.date]
    source: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Counts working days over the years that are known."""

    years: Mapping[int, Year]

    def is_working(self, day: datetime.date) -> bool:
        """True on a working day; raises UnknownYear."""
        year = self.years.get(day.year)
        if year is None:
            raise UnknownYear(day.year)
        return day in year.on or (day.weekday() < 5 and day not in year.off)

    def add(self, day: datetime.date, working_days: int) -> datetime.date:
        """The day that many working days later; the first counted day is the one after `day`."""
        current = day
        remaining = working_days
        while remaining > 0:
            current += datetime.timedelta(days=1)
            remaining -= self.is_working(current)
        return current

    def between(self, since: datetime.date, until: datetime.date) -> int:
        """Working days after `since` up to and with `until`; negative where `until` is earlier."""
        if until < since:
            return -self.between(until, since)
        days = (since + datetime.timedelta(days=n) for n in range(1, (until - since).days + 1))
        return sum(self.is_working(day) for day in days)
