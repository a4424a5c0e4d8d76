"""Profile: what can be told of each released column: how many are missing, how values spread, the commonest ones."""

from __future__ import annotations

import array
import datetime
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from taihu.data.guard.draft import AnswerColumn

BINS = 20
MOST_DISTINCT = 2_000
MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Spread:
    """One column: `kind` number, date, words or mixed; `bins` are counts, `top` the commonest values."""

    name: str
    kind: str
    missing: int
    distinct: int | None
    low: str
    high: str
    bins: tuple[int, ...]
    top: tuple[tuple[str, int], ...]

    def to_json(self) -> dict[str, Any]:
        """As it is kept beside the files of the release."""
        return {name: getattr(self, name) for name in self.__slots__}


class Tally:
    """Counts one column while its rows pass; memory is bounded by the distinct values kept and eight bytes a number."""

    def __init__(self, column: AnswerColumn) -> None:
        self._column = column
        self._seen: Counter[str] = Counter()
        self._is_many = False
        self._missing = 0
        self._numbers = array.array("d")
        kind = column.kind.name
        self._read = {"int": _read_number, "decimal": _read_number, "date": _read_day, "time": _read_day}.get(kind)

    def take(self, value: Any) -> None:
        """Counts one value."""
        if value is None or value == "":
            self._missing += 1
            return
        if self._read is not None:
            number = self._read(value)
            if number is not None:
                self._numbers.append(number)
        if not self._is_many:
            self._seen[str(value)] += 1
            if len(self._seen) > MOST_DISTINCT:
                self._is_many = True
                self._seen.clear()

    def spread(self) -> Spread:
        """What was counted."""
        name, is_date = self._column.name, self._column.kind.name in ("date", "time")
        distinct = None if self._is_many else len(self._seen)
        if self._numbers and not (distinct is not None and distinct <= MOST_SHOWN):
            low, high = min(self._numbers), max(self._numbers)
            bins = tuple(_count(self._numbers, low, high))
            kind = "date" if is_date else "number"
            return Spread(name, kind, self._missing, distinct, _write(low, kind), _write(high, kind), bins, ())
        top = tuple(self._seen.most_common(MOST_SHOWN))
        has_pattern = bool(top) and (len(self._seen) <= 50 or top[0][1] > 1)
        kind = "words" if has_pattern else "mixed"
        return Spread(name, kind, self._missing, distinct, "", "", tuple(n for _, n in top), top if has_pattern else ())


def _read_number(value: Any) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _read_day(value: Any) -> float | None:
    try:
        return float(datetime.date.fromisoformat(str(value)[:10]).toordinal())
    except ValueError:
        return None


def _write(value: float, kind: str) -> str:
    if kind == "date":
        return datetime.date.fromordinal(int(value)).isoformat()
    return f"{Decimal(str(round(value, 3))).normalize():f}"


def _count(numbers: array.array[float], low: float, high: float) -> list[int]:
    if low == high:
        return [len(numbers)]
    counts = [0] * BINS
    scale = BINS / (high - low)
    for number in numbers:
        counts[min(BINS - 1, int((number - low) * scale))] += 1
    return counts
