"""A year of calls of a city's systems, seeded, with planted misuse: what the detector is measured on."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

from taihu.data.ledger.abnormal import CITY, Sign
from taihu.data.ledger.entry import Entry

BEGIN = datetime.date(2026, 1, 1)
DAYS = 365
JUDGED_FROM = BEGIN + datetime.timedelta(days=45)
HOLIDAYS = {BEGIN + datetime.timedelta(days=n) for n in (0, *range(46, 53), 94, 120, 121, *range(273, 280))}
COLUMNS = [f"c{n:02}" for n in range(24)]


@dataclass(frozen=True)
class Planted:
    """One day of misuse, and the signs by which it may be found."""

    signs: frozenset[Sign]
    by: str
    on: datetime.date


@dataclass
class Actor:
    """Somebody who works here: how much, when, on whom, under which grants."""

    name: str
    chance: random.Random
    calls: float = 0
    hours: tuple[int, int] = (8, 17)
    weekends: bool = False
    is_machine: bool = False
    subjects_a_call: int = 1
    grants: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def make(cls, number: int, seed: int) -> Actor:
        chance = random.Random(seed * 1_000 + number)
        actor = cls(f"operator-{number:02}", chance)
        actor.is_machine = number % 6 == 0
        actor.calls = chance.lognormvariate(3.0 if actor.is_machine else 2.3, 0.6)
        actor.hours = (0, 23) if actor.is_machine else chance.choice([(8, 17), (8, 17), (9, 18), (7, 16), (8, 21)])
        actor.weekends = actor.is_machine or chance.random() < 0.2
        actor.subjects_a_call = chance.choice([1, 1, 1, 2, 5])
        actor.take_grant(0)
        return actor

    def take_grant(self, number: int) -> None:
        self.grants[f"g-{self.name}-{number}"] = self.chance.sample(COLUMNS, self.chance.randint(4, 8))

    def works(self, on: datetime.date) -> bool:
        return (self.weekends or on.weekday() < 5) and on not in HOLIDAYS and self.chance.random() > 0.04

    def moments(self, on: datetime.date, count: int) -> list[datetime.datetime]:
        """Times within her hours; now and then she stays late."""
        first, last = self.hours
        last += self.chance.choice([0] * 12 + [1, 2]) if last < 22 else 0
        spread = [self.chance.uniform(first * 3600, (last + 1) * 3600 - 1) for _ in range(count)]
        midnight = datetime.datetime.combine(on, datetime.time(), CITY)
        return sorted(midnight + datetime.timedelta(seconds=second) for second in spread)


def a_day(actor: Actor, on: datetime.date) -> list[Entry]:
    """An honest day: month ends are busy, campaigns come, one call in eight finds nobody."""
    busy = 1.8 if on.day >= 27 else 1.0
    if actor.chance.random() < 0.01:
        busy *= actor.chance.uniform(1.5, 2.5)
    count = min(300, max(1, round(actor.calls * busy * actor.chance.lognormvariate(0, 0.35))))
    return [_call(actor, at) for at in actor.moments(on, count)]


def _call(actor, at, *, columns=(), subjects=None, misses=0.12) -> Entry:
    grant = actor.chance.choice(list(actor.grants))
    read = columns or actor.chance.sample(actor.grants[grant], actor.chance.randint(2, len(actor.grants[grant])))
    is_miss = actor.chance.random() < misses
    about = 0 if is_miss else subjects or actor.chance.randint(1, actor.subjects_a_call)
    return Entry(
        at=at,
        act="answer",
        by=actor.name,
        department="civil",
        system="civil.relief",
        grant=grant,
        dataset="bases.people.resident",
        columns=tuple(read),
        rows=about,
        detail={"form": "lookup"},
        subjects=tuple(f"{actor.chance.randrange(20_000):032x}" for _ in range(about)),
    )


def _volume(actor, on):
    extra = round(max(30, actor.calls) * actor.chance.uniform(2, 8))
    return {Sign.VOLUME, Sign.SUBJECTS}, [_call(actor, at) for at in actor.moments(on, extra)]


def _hour(actor, on):
    start = datetime.datetime.combine(on, datetime.time(actor.chance.randint(1, 4)), CITY)
    count = actor.chance.randint(4, 15)
    return {Sign.HOUR}, [
        _call(actor, start + datetime.timedelta(minutes=actor.chance.uniform(0, 50))) for _ in range(count)
    ]


def _columns(actor, on):
    fresh = [name for name in COLUMNS if not any(name in known for known in actor.grants.values())]
    chosen = actor.chance.sample(fresh, min(len(fresh), actor.chance.randint(2, 5)))
    return {Sign.COLUMNS}, [_call(actor, at, columns=chosen) for at in actor.moments(on, actor.chance.randint(1, 6))]


def _subjects(actor, on):
    many = round(max(20, actor.calls * actor.subjects_a_call) * actor.chance.uniform(2, 8))
    calls = actor.chance.randint(2, 6)
    return {Sign.SUBJECTS}, [_call(actor, at, subjects=1 + many // calls, misses=0) for at in actor.moments(on, calls)]


def _sequence(actor, on):
    at = actor.moments(on, 1)[0]
    step, entries = actor.chance.uniform(2, 20), []
    for _ in range(actor.chance.randint(20, 80)):
        at += datetime.timedelta(seconds=step * actor.chance.uniform(0.9, 1.1))
        entries.append(_call(actor, at, misses=actor.chance.uniform(0.5, 0.95)))
    return {Sign.SEQUENCE, Sign.VOLUME}, entries


KINDS = {"volume": _volume, "hour": _hour, "columns": _columns, "subjects": _subjects, "sequence": _sequence}


def a_year(seed: int, *, actors: int = 30, planted: int = 50) -> tuple[list[Entry], dict[str, list[Planted]], int]:
    """All entries in order, the misuse by kind, and how many days of actors were judged."""
    chance = random.Random(seed)
    people = [Actor.make(number, seed) for number in range(actors)]
    kinds = list(KINDS)
    plan: dict[tuple[str, datetime.date], str] = {}
    while len(plan) < planted:
        kind = kinds[len(plan) % len(kinds)]
        actor = chance.choice([one for one in people if kind != "hour" or not one.is_machine])
        on = JUDGED_FROM + datetime.timedelta(days=chance.randrange(DAYS - 45))
        plan.setdefault((actor.name, on), kind)
    entries, misuse, judged = [], {kind: [] for kind in kinds}, 0
    for actor in people:
        new_grants = {BEGIN + datetime.timedelta(days=actor.chance.randrange(DAYS)) for _ in range(2)}
        for on in (BEGIN + datetime.timedelta(days=n) for n in range(DAYS)):
            if on in new_grants:
                actor.take_grant(len(actor.grants))
            kind = plan.get((actor.name, on))
            if not kind and not actor.works(on):
                continue
            judged += on >= JUDGED_FROM
            entries += a_day(actor, on) if actor.works(on) else []
            if kind:
                signs, extra = KINDS[kind](actor, on)
                entries += extra
                misuse[kind].append(Planted(frozenset(signs), actor.name, on))
    return sorted(entries, key=lambda entry: entry.at), misuse, judged
