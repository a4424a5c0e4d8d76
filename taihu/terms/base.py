"""Base: a dataset of linked truth: whose rows are joined, how they are recognised, and whose value wins."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from taihu.terms.label import Label
from taihu.terms.subject import About


@dataclass(frozen=True, slots=True)
class Member:
    """A dataset whose rows are about subjects of the base: which of its columns is which of the base's."""

    dataset: str
    columns: Mapping[str, str]
    is_unique: bool = False


@dataclass(frozen=True, slots=True)
class SoleSource:
    """Whose value wins for a column of the base (一数一源), since when, on what ground, and who is asked next."""

    column: str
    order: tuple[str, ...]
    since: datetime.date
    policy: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How values of a column tell that two rows are about one subject."""

    column: str
    how: str


@dataclass(frozen=True, slots=True)
class Fall:
    """Who has decided that what linking tells of the columns it looks at may be read at `to`, and on what ground."""

    to: Label
    by: str
    policy: str


@dataclass(frozen=True, slots=True)
class Base:
    """What `base.yaml` of a base declares; `dataset` is the linked dataset, a row per subject.

    `weak` are compared columns that too many share: two names under one identifier are not explained by them.
    `forms` are ends of an organisation's name that may differ without it being another name (有限公司).
    Where the identifier `is_sure`, rows that bear two of them are never about one subject. `fall` is there where
    columns decide about subjects that are above the label of which subjects exist.
    """

    dataset: str
    pack: str
    about: About
    identifier: str
    name: str
    members: tuple[Member, ...]
    sources: tuple[SoleSource, ...]
    comparisons: tuple[Comparison, ...]
    blocks: tuple[tuple[str, ...], ...]
    weak: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    is_sure: bool = False
    fall: Fall | None = None

    @property
    def id(self) -> str:
        """The full name of the linked dataset: `bases.people.person`."""
        return f"{self.pack}.{self.dataset}"

    def list_deciding(self) -> tuple[str, ...]:
        """The columns by whose values rows become one subject or stay two."""
        blocked = (column for block in self.blocks for column in block)
        return tuple(dict.fromkeys((self.identifier, *(one.column for one in self.comparisons), *blocked)))
