"""Period: an interval of days; valid time says when a fact held, record time when we knew it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` up to and without `until`; None is open."""

    since: datetime.date | None = None
    until: datetime.date | None = None

    def __post_init__(self) -> None:
        """Refuses a period that ends before it begins."""
        if self.since and self.until and self.until <= self.since:
            raise ValueError(f"a period must end after it begins: {self.since} … {self.until}")

    def contains(self, on: datetime.date) -> bool:
        """True for a day inside."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)

    def overlaps(self, other: Period) -> bool:
        """True where both have a day in common."""
        starts_before_end = self.since is None or other.until is None or self.since < other.until
        ends_after_start = self.until is None or other.since is None or other.since < self.until
        return starts_before_end and ends_after_start


@dataclass(frozen=True, slots=True)
class Stamp:
    """Valid time and record time of one fact."""

    valid: Period
    recorded_at: datetime.datetime
    superseded_at: datetime.datetime | None = None

    def is_known(self, at: datetime.datetime) -> bool:
        """True where the house believed the fact at that moment."""
        return self.recorded_at <= at and (self.superseded_at is None or at < self.superseded_at)
