"""Tables with their filters and pagers: what a list page fills."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib import parse

from django.http import QueryDict

from taihu.site import formats

ROWS_A_PAGE = 50
NUMBERS = ("int", "decimal")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one column; a `sort` name makes it sortable; `label` is shown as a badge."""

    title: str
    is_number: bool = False
    unit: str = ""
    help: str = ""
    label: Any = None
    sort: str = ""
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as shown; the exact one stands on hover; `note` says why it is masked."""

    text: str
    url: str = ""
    title: str = ""
    badge: str = ""
    is_masked: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; its first cell is its head, usually the link; `key` lets it be picked."""

    cells: tuple[Cell, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table: `title` is its caption for those who hear it; `id` lets the keyboard walk it."""

    title: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    id: str = ""
    sorted_by: str = ""
    is_descending: bool = False
    query: str = ""
    is_tight: bool = False

    def links(self) -> list[tuple[Head, str, str]]:
        """Each head with the address that sorts by it and the direction in force (`ascending`, `descending`, empty)."""
        linked = []
        for head in self.heads:
            is_here = bool(head.sort) and head.sort == self.sorted_by
            turned = f"-{head.sort}" if is_here and not self.is_descending else head.sort
            way = ("descending" if self.is_descending else "ascending") if is_here else ""
            linked.append((head, replace(self.query, sort=turned, page=None) if head.sort else "", way))
        return linked


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter: how many rows have it, and the address that turns it on or off."""

    value: str
    title: str
    count: int | None
    is_on: bool
    url: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter whose state lives in the address; choosing twice takes it off."""

    name: str
    title: str
    choices: tuple[Choice, ...]

    @property
    def is_on(self) -> bool:
        """True where something is chosen."""
        return any(choice.is_on for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Pager:
    """Where one is in a list: pages, or with keysets only what comes next."""

    total: int | None = None
    first: int = 0
    last: int = 0
    previous_url: str = ""
    next_url: str = ""
    is_estimate: bool = False


def replace(query: str, **changes: str | None) -> str:
    """The query string with some values set, or taken out where None; the order of the others is kept."""
    pairs = [(name, value) for name, value in parse.parse_qsl(query) if name not in changes]
    pairs += [(name, value) for name, value in changes.items() if value is not None]
    return f"?{parse.urlencode(pairs)}"


def facet(
    query: QueryDict, name: str, title: str, counts: Mapping[str, int | None], titles: Mapping[str, str]
) -> Facet:
    """The filter `name` of a list: its values with counts, those in force first even where nothing is left of them."""
    chosen = query.get(name, "")
    text = query.urlencode()
    values = ([chosen] if chosen and chosen not in counts else []) + list(counts)
    choices = []
    for value in values:
        is_on = value == chosen
        url = replace(text, **{name: None if is_on else value, "page": None})
        choices.append(Choice(value, titles.get(value, value), counts.get(value, 0), is_on, url))
    return Facet(name, title, tuple(choices))


def pager(query: QueryDict, total: int, *, page: int, size: int = ROWS_A_PAGE) -> Pager:
    """The pager of page number `page`, counted from 1."""
    text = query.urlencode()
    first = min(total, (page - 1) * size + 1) if total else 0
    last = min(total, page * size)
    previous = replace(text, page=str(page - 1) if page > 2 else None) if page > 1 else ""
    following = replace(text, page=str(page + 1)) if last < total else ""
    return Pager(total, first, last, previous, following)


def read_page(query: QueryDict, total: int, *, size: int = ROWS_A_PAGE) -> int:
    """The page asked for, kept within what there is; anything unreadable is page 1."""
    text = query.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
    return max(1, min(number, -(-total // size) or 1))


POINT = re.compile(r"POINT ?\((-?[\d.]+) (-?[\d.]+)\)")


def show(value: Any, *, kind: str = "", unit: str = "", note: str = "") -> Cell:
    """A value as a cell: numbers with separators, money as 元, times by the city's clock, nothing as a dash.

    Answers of the guard hold decimals and times as text: `kind` tells. A `note` says why a value is masked.
    """
    if value is None or value == "":
        return Cell(formats.NOTHING)
    if note:
        return Cell(str(value), is_masked=True, note=note)
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, int) and unit == "fen":
        return Cell(formats.number(Decimal(value) / 100, 2), title=formats.exact_money(value))
    if isinstance(value, int | Decimal | float):
        return Cell(formats.number(value))
    if isinstance(value, datetime.datetime):
        return Cell(formats.moment(value), title=formats.moment(value, seconds=True))
    if isinstance(value, datetime.date):
        return Cell(formats.day(value))
    return _show_text(str(value), kind)


def _show_text(text: str, kind: str) -> Cell:
    if kind == "decimal" and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return Cell(formats.number(Decimal(text)))
    if kind == "time":
        return Cell(text.replace("T", " ")[:16], title=text.replace("T", " "))
    if kind == "point" and (found := POINT.fullmatch(text)):
        return Cell(f"{float(found[1]):.5f}, {float(found[2]):.5f}", title=text)
    return Cell(text)


def from_answer(
    title: str,
    columns: Iterable[Any],
    rows: Sequence[Sequence[Any]],
    *,
    english: bool = False,
    link: Callable[[Sequence[Any]], str] | None = None,
    has_labels: bool = True,
) -> Table:
    """An answer of the guard, or columns and rows like one, as a table.

    Columns have name, title, kind and unit; where they have `label` its badge is shown, where `is_masked` why.
    """
    shown = tuple(columns)
    heads = tuple(
        Head(
            column.title,
            is_number=column.kind.name in NUMBERS,
            unit=formats.unit(column.unit, english=english),
            label=column.label if has_labels else None,
        )
        for column in shown
    )
    made = []
    for row in rows:
        cells = [_show(column, value) for column, value in zip(shown, row, strict=True)]
        if link is not None:
            cells[0] = dataclasses.replace(cells[0], url=link(row))
        made.append(Row(tuple(cells)))
    return Table(title, heads, tuple(made), is_tight=True)


def _show(column: Any, value: Any) -> Cell:
    note = f"{column.label} 脱敏" if getattr(column, "is_masked", False) else ""
    return show(value, kind=column.kind.name, unit=column.unit, note=note)
