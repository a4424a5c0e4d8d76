"""A chart as the look's chart component reads it: series over words, with the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from taihu.patterns import answers

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Series:
    """One line or row of bars; None is no data, never 0."""

    title: str
    values: tuple[Decimal | None, ...]
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Kind `line` or `bar`; `is_low` for the small trend beside a number."""

    id: str
    title: str
    kind: str
    x: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    source: str = ""
    lines: tuple[tuple[str, float], ...] = ()
    is_low: bool = False

    def to_spec(self) -> dict[str, object]:
        """What the script draws."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "x": list(self.x),
            "lines": [],
            "series": [
                {
                    "title": one.title,
                    "values": [None if value is None else float(value) for value in one.values],
                    "is_baseline": one.is_baseline,
                }
                for one in self.series
            ],
        }

    def rows(self) -> list[tuple[str, list[str]]]:
        """The same as a table: the word under the axis, then the value of each series."""
        return [(word, [_text(one.values[place]) for one in self.series]) for place, word in enumerate(self.x)]


def _text(value: Decimal | None) -> str:
    return NOTHING if value is None else f"{value:,f}"


def make_chart(
    id: str,  # noqa: A002 - an HTML id
    title: str,
    kind: str,
    rows: answers.Rows,
    x: str,
    y: Sequence[str],
    *,
    is_low: bool = False,
) -> Chart:
    """A chart of some columns of an answer over another."""
    axis = rows.column(x)
    series = tuple(Series(rows.column(name).title, tuple(map(answers.number, rows.values(name)))) for name in y)
    unit = answers.UNITS.get(rows.column(y[0]).unit, rows.column(y[0]).unit)
    words = tuple(answers.show(axis, cell) for cell in rows.values(x))
    return Chart(id, title, kind, words, series, unit, is_low=is_low)
