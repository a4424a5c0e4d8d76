"""Permit: what the guard needs to know of a grant, frozen."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass

from taihu.terms.label import Label


class Form(enum.StrEnum):
    """How rows may leave under a permit."""

    VERIFY = "verify"
    LOOKUP = "lookup"
    QUERY = "query"
    BULK = "bulk"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Scope:
    """Row scope: only rows whose `column` is one of `values`, or begins with one (division codes)."""

    column: str
    values: tuple[str, ...]
    by_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Quota:
    """How much may leave: calls in a day, rows in one answer."""

    calls_a_day: int = 10_000
    rows_an_answer: int = 1_000


@dataclass(frozen=True, slots=True)
class Permit:
    """What one system of one department may have of one dataset, for which purpose, on which ground, until when.

    `label` is the highest label that may leave in the clear; a granted column above it leaves masked.
    `columns` empty means none. `until` is the last day. `reads` names the datasets, `<pack>.<name>`. `procedure`
    refers to the decision by which important or core data may leave; without it they do not.
    """

    grant: str
    department: str
    system: str
    purpose: str
    ground: str
    reads: tuple[str, ...]
    columns: tuple[str, ...]
    label: Label
    forms: frozenset[Form]
    until: datetime.date
    scope: tuple[Scope, ...] = ()
    quota: Quota = Quota()
    procedure: str = ""

    def is_live(self, on: datetime.date) -> bool:
        """True up to and on the last day."""
        return on <= self.until
