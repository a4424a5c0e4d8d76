"""Rows as a department holds them, with the truth beside: who each row is about and what went wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from city import facts
from city.world.chance import Ints, Texts


def bits() -> Mapping[str, int]:
    """A bit for each kind of dirt, in the order of the table."""
    return {name: 1 << place for place, name in enumerate(facts.read("dirt")["kinds"])}


@dataclass
class Sheet:
    """Columns of strings; `subject` and `other` are numbers of the city's people, bodies or places (0: nobody)."""

    columns: dict[str, Texts]
    subject: Ints
    other: Ints
    marks: Ints

    @classmethod
    def of(cls, columns: dict[str, Texts], subject: Ints, other: Ints | None = None) -> Sheet:
        """A clean sheet."""
        nobody = np.zeros(len(subject), dtype=np.int64)
        return cls(columns, subject, nobody if other is None else other, nobody.copy())

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.subject)

    def take(self, rows: Ints) -> Sheet:
        """A sheet of these rows, in this order."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Sheet(columns, self.subject[rows], self.other[rows], self.marks[rows])

    def mark(self, rows: Ints, dirt: str) -> None:
        """Notes a kind of dirt on rows."""
        self.marks[rows] |= bits()[dirt]

    @classmethod
    def joined(cls, sheets: list[Sheet]) -> Sheet:
        """One sheet out of several with the same columns."""
        columns = {name: np.concatenate([sheet.columns[name] for sheet in sheets]) for name in sheets[0].columns}
        rest = (np.concatenate([getattr(sheet, part) for sheet in sheets]) for part in ("subject", "other", "marks"))
        return cls(columns, *rest)


def names_of(marks: int) -> list[str]:
    """The kinds of dirt in a mask."""
    return [name for name, bit in bits().items() if marks & bit]
