"""Table: typed columns of equal length, as methods receive their inputs."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taihu.terms.dataset import Kind

Cell = str | int | Decimal | datetime.date | datetime.datetime | bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name; `table["value"]` is one column, `table.rows()` walks them side by side."""

    columns: Mapping[str, Sequence[Cell]]

    def __post_init__(self) -> None:
        """Refuses columns of unequal length."""
        if len({len(column) for column in self.columns.values()}) > 1:
            raise ValueError("the columns of a table are of equal length")

    def __getitem__(self, name: str) -> Sequence[Cell]:
        """One column."""
        return self.columns[name]

    def __len__(self) -> int:
        """The number of rows."""
        return max((len(column) for column in self.columns.values()), default=0)

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The rows in order."""
        return zip(*self.columns.values(), strict=True)


def read_cell(text: str | None, kind: Kind) -> Cell:
    """Types one cell; an empty one is no value. Raises ValueError that does not repeat the cell."""
    if text is None or text == "":
        return None
    try:
        return _READERS.get(kind.name, str)(text)
    except (ValueError, ArithmeticError):
        raise ValueError(f"not of kind {kind}") from None


def _read_bool(text: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.lower() not in words:
        raise ValueError("neither true nor false")
    return words[text.lower()]


def _read_decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError("not finite")
    return number


_READERS: dict[str, Callable[[str], Cell]] = {
    "int": int,
    "decimal": _read_decimal,
    "date": datetime.date.fromisoformat,
    "time": datetime.datetime.fromisoformat,
    "bool": _read_bool,
}


def write_cell(cell: object) -> str:
    """A cell as text, so that `read_cell` gives it back."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)
