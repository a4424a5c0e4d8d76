"""Draft: an answer that is ready and has not left, because the ledger does not have it yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from taihu.data.guard.plain import Plain
from taihu.data.guard.release import Withheld
from taihu.data.ledger.writer import Receipt
from taihu.terms.dataset import Kind
from taihu.terms.label import Label

Row = tuple[Plain, ...]


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column of an answer; `how` says in which form it left."""

    name: str
    title: str
    label: Label
    is_masked: bool
    kind: Kind
    unit: str = ""
    standard: str = ""
    how: str = "clear"


@dataclass(frozen=True)
class Answer:
    """What leaves. Values are texts, whole numbers, truths or None; dates are ISO texts, decimals their digits.

    `receipt` is None only for an L1 answer given while the ledger could not write.
    """

    columns: tuple[AnswerColumn, ...]
    rows: list[Row]
    receipt: Receipt | None
    next: str = ""
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """What the ledger is told of an answer's columns and label: their names, its text, what is not in the clear."""

    names: tuple[str, ...]
    label: str
    masked: str


def head(columns: Sequence[AnswerColumn], label: Label) -> Heading:
    """The heading of some columns under a label."""
    return Heading(
        tuple(column.name for column in columns),
        str(label),
        " ".join(f"{column.name}:{column.how}" for column in columns if column.how != "clear"),
    )


@dataclass(frozen=True)
class Draft:
    """Columns and rows with what the ledger is told about them; `heading` where it was worked out before.

    `data` names each table that was read with its version: `bases.people.person=governed@3`.
    """

    reads: tuple[str, ...]
    columns: tuple[AnswerColumn, ...]
    label: Label
    rows: list[Row] = field(default_factory=list)
    next: str = ""
    withheld: tuple[Withheld, ...] = ()
    subjects: tuple[str, ...] = ()
    detail: Mapping[str, str] = field(default_factory=dict)
    heading: Heading | None = None
    data: tuple[str, ...] = ()
