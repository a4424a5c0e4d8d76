"""Cron: five fields (minute, hour, day, month, weekday) and the next moment they name, in local time."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")


class NotCron(ValueError):
    """A text that names no moments."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The moments of a schedule. As in cron, where day and weekday are both given, either is enough."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_any_day: bool
    is_any_weekday: bool

    @classmethod
    def read(cls, text: str) -> Cron:
        """Reads `30 2 * * 1-5`, `*/10 * * * *`; raises NotCron naming the field."""
        words = text.split()
        if len(words) != len(FIELDS):
            raise NotCron(f"{text!r} has {len(words)} fields; write minute hour day month weekday")
        minutes, hours, days, months, weekdays = (
            _read(word, *field) for word, field in zip(words, FIELDS, strict=True)
        )
        week = frozenset(day % 7 for day in weekdays)
        return cls(text, minutes, hours, days, months, week, words[2].startswith("*"), words[4].startswith("*"))

    def next(self, after: datetime.datetime) -> datetime.datetime:
        """The first moment later than `after`; raises NotCron where there is none within five years (31 February)."""
        moment = after.astimezone(LOCAL).replace(second=0, microsecond=0) + datetime.timedelta(minutes=1)
        first = moment.date()
        for offset in range(5 * 366):
            day = first + datetime.timedelta(days=offset)
            if not self._names(day):
                continue
            start = moment.time() if offset == 0 else datetime.time()
            for time in self._times(start):
                return datetime.datetime.combine(day, time, LOCAL).astimezone(datetime.UTC)
        raise NotCron(f"{self.text!r} names no moment within five years")

    def _names(self, day: datetime.date) -> bool:
        if day.month not in self.months:
            return False
        by_day, by_week = day.day in self.days, (day.isoweekday() % 7) in self.weekdays
        if self.is_any_day or self.is_any_weekday:
            return by_day and by_week
        return by_day or by_week

    def _times(self, start: datetime.time) -> Iterator[datetime.time]:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                if (hour, minute) >= (start.hour, start.minute):
                    yield datetime.time(hour, minute)


def _read(word: str, name: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in word.split(","):
        match = PART.fullmatch(part)
        if match is None:
            raise NotCron(f"{name} is {part!r}; write *, 5, 1-5, */10 or a list of them")
        since, until = int(match[1] or low), int(match[2] or match[1] or high)
        until = high if match[3] and match[1] and not match[2] else until
        step = int(match[3] or 1)
        if not low <= since <= until <= high or step < 1:
            raise NotCron(f"{name} is {part!r}; allowed are {low} to {high}")
        found.update(range(since, until + 1, step))
    return frozenset(found)
