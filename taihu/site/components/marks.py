"""Small marks: levels, states, links, facts, events, steps, differences."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from taihu.terms.label import KINDS, Label, Level

LEVEL_TONES = {Level.L1: "ok", Level.L2: "info", Level.L3: "warn", Level.L4: "bad"}
ICONS = {"ok": "ok", "warn": "warn", "bad": "bad", "info": "info", "": "info"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a facts list; `help` is told beside the title, `url` makes the value a link."""

    title: str
    value: Any
    help: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One moment of a history: when, who, what, and what was said; `tone` ok, warn, bad, now or empty."""

    at: datetime.datetime | None
    who: str
    what: str
    note: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow; `state` done, now, next or wrong."""

    title: str
    state: str = "next"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several pages under a record."""

    title: str
    url: str
    is_here: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What one thing said before and after; either may be empty."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop on the way from a column to an output that was refused."""

    title: str
    level: Level | None = None


def read_level(value: Any) -> Level | None:
    """The level of a level, a label, its text (`L3`, `L3 person`), or a number; None for anything else."""
    if isinstance(value, Label):
        return value.level
    if isinstance(value, Level):
        return value
    name = f"L{value}" if isinstance(value, int) else str(value or "").split(" ", 1)[0]
    return Level[name] if name in Level.__members__ else None


def read_kinds(value: Any) -> list[str]:
    """The Chinese names of the kinds of a label, or of its text."""
    names: Iterable[str] = value.kinds if isinstance(value, Label) else str(value or "").partition(" ")[2].split(",")
    return [KINDS[name] for name in sorted(names) if name in KINDS]


def as_steps(steps: Sequence[Any]) -> list[Step]:
    """Steps as they are, or `(title, state)` pairs."""
    return [step if isinstance(step, Step) else Step(*step) for step in steps]
