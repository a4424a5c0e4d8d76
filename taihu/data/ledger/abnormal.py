"""Abnormal use: days on which somebody read otherwise than she does, found in entries of the ledger.

Each actor (a system's operator) is compared with her own last weeks: volume, hour, columns, subjects, and how she goes
through keys. Keys stand in the ledger as tokens only, so going through them in sequence shows by its misses (most
numbers in a row belong to nobody) and by its even beat, not by the keys themselves.
"""

from __future__ import annotations

import datetime
import enum
import statistics
import zoneinfo
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from taihu.data.ledger.entry import Entry

CITY = zoneinfo.ZoneInfo("Asia/Shanghai")
READING = frozenset({"answer", "preview", "export"})


class Sign(enum.StrEnum):
    """What was out of the ordinary."""

    VOLUME = "volume"
    HOUR = "hour"
    COLUMNS = "columns"
    SUBJECTS = "subjects"
    SEQUENCE = "sequence"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The Chinese name of the sign."""
        return TITLES[self]


TITLES = {
    Sign.VOLUME: "调用量异常",
    Sign.HOUR: "时段异常",
    Sign.COLUMNS: "首次读取的数据项",
    Sign.SUBJECTS: "涉及对象过多",
    Sign.SEQUENCE: "疑似逐个试探",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """When a day is out of the ordinary; the figures were chosen on simulated years (see the tests)."""

    history_days: int = 42
    least_days: int = 8
    least_calls: int = 30
    least_subjects: int = 20
    times_median: float = 2.5
    times_most: float = 1.6
    deviations: float = 6.0
    hour_calls: int = 4
    hour_share: float = 0.005
    new_columns: int = 2
    sequence_calls: int = 20
    missing_share: float = 0.4
    even_beat: float = 0.25


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One sign on one day of one actor: what was seen, and what is usual; never a value, never a token."""

    sign: Sign
    system: str
    by: str
    department: str
    on: datetime.date
    seen: str
    usual: str

    @property
    def key(self) -> str:
        """The same actor and sign have the same key on every day."""
        return f"{self.sign.value}|{self.system}|{self.by}"


@dataclass(slots=True)
class Day:
    """What an actor did on one day in the city."""

    on: datetime.date
    department: str
    calls: int = 0
    misses: int = 0
    subjects: set[str] = field(default_factory=set)
    hours: Counter[int] = field(default_factory=Counter)
    columns: dict[str, set[str]] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)

    def add(self, entry: Entry, at: datetime.datetime) -> None:
        """Counts one answer; only a lookup by key can miss."""
        self.calls += 1
        self.hours[at.hour] += 1
        self.subjects.update(entry.subjects)
        self.columns.setdefault(entry.grant, set()).update(f"{entry.dataset}.{name}" for name in entry.columns)
        if entry.detail.get("form", "lookup") == "lookup":
            self.misses += not entry.rows
            self.times.append(at.timestamp())


@dataclass(slots=True)
class Habit:
    """An actor's last weeks, and the columns that she has read under each grant so far."""

    days: deque[Day]
    columns: dict[str, set[str]] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)

    def learn(self, day: Day) -> None:
        """Takes a day into the habit, an unusual one too: what lasts becomes usual."""
        self.days.append(day)
        for grant, names in day.columns.items():
            self.columns.setdefault(grant, set()).update(names)
            self.since[grant] = self.since.get(grant, 0) + 1


def find_abnormal(entries: Iterable[Entry], *, since: datetime.date, limits: Limits | None = None) -> list[Suspicion]:
    """Judges each day from `since` on by the days before it. The entries come in order of time."""
    allowed = limits or Limits()
    habits: dict[tuple[str, str], Habit] = {}
    open_days: dict[tuple[str, str], Day] = {}
    found: list[Suspicion] = []

    def close(actor: tuple[str, str]) -> None:
        day = open_days.pop(actor)
        habit = habits.setdefault(actor, Habit(deque(maxlen=allowed.history_days)))
        if day.on >= since and len(habit.days) >= allowed.least_days:
            found.extend(_judge(actor, day, habit, allowed))
        habit.learn(day)

    for entry in entries:
        if entry.act not in READING:
            continue
        actor, at = (entry.system, entry.by), entry.at.astimezone(CITY)
        if actor in open_days and open_days[actor].on != at.date():
            close(actor)
        if actor not in open_days:
            open_days[actor] = Day(at.date(), entry.department)
        open_days[actor].add(entry, at)
    for actor in list(open_days):
        close(actor)
    return sorted(found, key=lambda one: (one.on, one.key))


def _judge(actor: tuple[str, str], day: Day, habit: Habit, allowed: Limits) -> Iterable[Suspicion]:
    for sign, judge in JUDGES:
        told = judge(day, habit, allowed)
        if told is not None:
            yield Suspicion(sign, actor[0], actor[1], day.department, day.on, *told)


def _is_much(number: int, before: Sequence[int], least: int, allowed: Limits) -> float | None:
    """The usual number where this one is far above it: by the median, its deviations, and the most so far."""
    usual = statistics.median(before)
    spread = 1.4826 * statistics.median(abs(one - usual) for one in before)
    line = max(
        least, allowed.times_median * usual, usual + allowed.deviations * spread, allowed.times_most * max(before)
    )
    return usual if number > line else None


def _volume(day: Day, habit: Habit, allowed: Limits) -> tuple[str, str] | None:
    usual = _is_much(day.calls, [one.calls for one in habit.days], allowed.least_calls, allowed)
    return None if usual is None else (f"{day.calls} 次", f"每日约 {usual:.0f} 次")


def _subjects(day: Day, habit: Habit, allowed: Limits) -> tuple[str, str] | None:
    before = [len(one.subjects) for one in habit.days]
    usual = _is_much(len(day.subjects), before, allowed.least_subjects, allowed)
    return None if usual is None else (f"{len(day.subjects)} 个对象", f"每日约 {usual:.0f} 个")


def _hour(day: Day, habit: Habit, allowed: Limits) -> tuple[str, str] | None:
    """Calls in hours in which, the neighbouring ones included, she as good as never calls."""
    before: Counter[int] = sum((one.hours for one in habit.days), Counter())
    total = before.total()
    strange = {
        hour: calls
        for hour, calls in day.hours.items()
        if sum(before[(hour + near) % 24] for near in (-1, 0, 1)) <= allowed.hour_share * total
    }
    if sum(strange.values()) < allowed.hour_calls:
        return None
    usual = sorted(hour for hour, calls in before.items() if calls > allowed.hour_share * total)
    seen = "、".join(f"{hour} 时 {calls} 次" for hour, calls in sorted(strange.items()))
    return seen, f"通常在 {usual[0]} 至 {usual[-1]} 时" if usual else "没有固定时段"


def _columns(day: Day, habit: Habit, allowed: Limits) -> tuple[str, str] | None:
    """Columns never read before under a grant that has been in use for a while; a new grant brings its own."""
    fresh = {
        name
        for grant, names in day.columns.items()
        if habit.since.get(grant, 0) >= allowed.least_days
        for name in names - habit.columns[grant]
    }
    if len(fresh) < allowed.new_columns:
        return None
    known = sum(len(names) for names in habit.columns.values())
    return "、".join(sorted(fresh)[:8]), f"此前读过 {known} 项"


def _sequence(day: Day, habit: Habit, allowed: Limits) -> tuple[str, str] | None:
    """Many lookups that find nobody, or that follow each other as evenly as no hand does, unlike before."""
    lookups = len(day.times)
    if lookups < allowed.sequence_calls:
        return None
    before = sum(one.misses for one in habit.days) / max(1, sum(len(one.times) for one in habit.days))
    missing = day.misses / lookups
    if missing >= allowed.missing_share and missing > 2 * before:
        return f"{lookups} 次查询中 {missing:.0%} 查无此人", f"通常 {before:.0%}"
    if _is_even(day.times, allowed) and not any(_is_even(one.times, allowed) for one in habit.days):
        return f"{lookups} 次查询间隔均匀", "通常间隔不一"
    return None


def _is_even(times: Sequence[float], allowed: Limits) -> bool:
    """True where somewhere in the day so many lookups in a row keep one beat."""
    gaps = [later - earlier for earlier, later in pairwise(times)]
    for start in range(0, len(gaps) - allowed.sequence_calls + 2, 5):
        part = gaps[start : start + allowed.sequence_calls - 1]
        mean = statistics.fmean(part)
        if mean > 0 and statistics.pstdev(part) <= allowed.even_beat * mean:
            return True
    return False


JUDGES = (
    (Sign.VOLUME, _volume),
    (Sign.HOUR, _hour),
    (Sign.COLUMNS, _columns),
    (Sign.SUBJECTS, _subjects),
    (Sign.SEQUENCE, _sequence),
)
