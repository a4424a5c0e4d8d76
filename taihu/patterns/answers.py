"""How patterns get rows: a topic's query, asked of the guard under the topic's permit, with titles, units and words for codes."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from taihu.data.engines.stores import Stores
from taihu.data.guard import answer as guard
from taihu.data.guard import question, standing
from taihu.data.guard.draft import Answer, AnswerColumn
from taihu.data.guard.plain import Plain
from taihu.terms.dataset import Dataset, Kind
from taihu.terms.label import Label
from taihu.terms.pack import Pack
from taihu.terms.permit import Permit
from taihu.terms.view import Reader

MOST_ROWS = 20_000
PAGE = 5_000
LOCAL = ZoneInfo("Asia/Shanghai")
TEXT = Kind("text")
POINT = re.compile(r"POINT ?\((-?\d{1,3}(?:\.\d+)?) (-?\d{1,2}(?:\.\d+)?)\)")
NUMBERS = ("int", "decimal")
Row = tuple[Plain, ...]
UNITS = {"days": "天", "metres": "米", "minutes": "分钟", "mm": "毫米", "km": "公里", "hours": "小时"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer as people read it; `words` are the titles of the codes that it holds."""

    name: str
    title: str
    kind: Kind = TEXT
    unit: str = ""
    label: Label = field(default_factory=Label)
    is_masked: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def unit_word(self) -> str:
        """The unit as people read it."""
        return UNITS.get(self.unit, self.unit)

    @property
    def is_number(self) -> bool:
        """True for what stands on the right."""
        return self.kind.name in NUMBERS and not self.is_masked

    @property
    def is_short(self) -> bool:
        """True for what must not be broken over lines."""
        return self.kind.name in ("date", "time", "code", "point")

    @property
    def title_with_unit(self) -> str:
        """The title, and the unit in brackets where there is one."""
        return f"{self.title}({self.unit_word})" if self.unit_word else self.title


@dataclass(frozen=True, slots=True)
class Rows:
    """What the guard answered: columns, rows, when, under which entry of the ledger, and whether more was there."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    at: datetime.datetime
    receipt: str
    is_cut: bool = False
    given: Answer | None = None

    def index(self, name: str) -> int:
        """The place of a column; raises KeyError naming the known ones."""
        for place, column in enumerate(self.columns):
            if column.name == name:
                return place
        raise KeyError(f"no column {name!r}; columns are {', '.join(c.name for c in self.columns)}")

    def column(self, name: str) -> Column:
        """The column of that name."""
        return self.columns[self.index(name)]

    def values(self, name: str) -> tuple[Plain, ...]:
        """All cells of one column."""
        place = self.index(name)
        return tuple(row[place] for row in self.rows)


def permit_for(pack: Pack, readers: Reader, stores: Stores) -> Permit:
    """The topic's standing permit over its own department's datasets, up to what the page's readers may see.

    Data of other departments needs a grant of its own, which the topic holds as a system.
    """
    own = [dataset for dataset in stores.shelf.tables_of(pack.id).values() if dataset.department == pack.department]
    return standing.topic_permit(pack, own, label=readers.ceiling)


def ask(
    pack: Pack,
    query: str,
    *,
    by: str,
    at: datetime.datetime,
    stores: Stores,
    values: Mapping[str, str] | None = None,
    readers: Reader = Reader.OFFICIALS,
    most: int = MOST_ROWS,
) -> Rows:
    """All rows of a declared query up to `most`; raises what the guard refuses with."""
    declared = stores.shelf.query(f"{pack.id}.{query}")

    def step(after: str, limit: int) -> question.Question:
        return question.Ask(query=declared.id, parameters=dict(values or {}), limit=limit, after=after)

    return _gather(step, permit_for(pack, readers, stores), by=by, at=at, stores=stores, most=most)


def list_rows(
    pack: Pack,
    dataset: Dataset,
    *,
    by: str,
    at: datetime.datetime,
    stores: Stores,
    columns: Sequence[str] = (),
    where: Sequence[question.Condition] = (),
    readers: Reader = Reader.OFFICIALS,
    most: int = MOST_ROWS,
) -> Rows:
    """Rows of one of the topic's datasets, in order of its key."""
    order = tuple(question.Order(name) for name in dataset.key[:1])

    def step(after: str, limit: int) -> question.Question:
        return question.Rows(
            table=dataset.id, columns=tuple(columns), where=tuple(where), order=order, limit=limit, after=after
        )

    return _gather(step, permit_for(pack, readers, stores), by=by, at=at, stores=stores, most=most)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks at a topic, when, as which readers: a query that a page needs twice is asked once."""

    pack: Pack
    readers: Reader
    by: str
    at: datetime.datetime
    stores: Stores
    answered: dict[tuple[str, str], Rows] = field(default_factory=dict, compare=False)

    def query(self, name: str, values: Mapping[str, str] | None = None) -> Rows:
        """The rows of one of the topic's queries."""
        key = (name, repr(sorted((values or {}).items())))
        if key not in self.answered:
            self.answered[key] = ask(
                self.pack, name, values=values, readers=self.readers, by=self.by, at=self.at, stores=self.stores
            )
        return self.answered[key]

    def rows(self, dataset: Dataset, columns: Sequence[str]) -> Rows:
        """Rows of one of the topic's datasets."""
        return list_rows(
            self.pack, dataset, columns=columns, readers=self.readers, by=self.by, at=self.at, stores=self.stores
        )

    @property
    def receipts(self) -> list[str]:
        """Where in the ledger the answers stand, in the order in which they were given."""
        return [rows.receipt for rows in self.answered.values() if rows.receipt]


def _gather(
    step: Callable[[str, int], question.Question],
    permit: Permit,
    *,
    by: str,
    at: datetime.datetime,
    stores: Stores,
    most: int,
) -> Rows:
    """Asks page after page until nothing follows or `most` rows are there."""
    rows: list[Row] = []
    after, receipt = "", ""
    while True:
        given = guard.answer(step(after, min(PAGE, most - len(rows))), permit, stores=stores, by=by, at=at)
        rows += given.rows
        receipt = receipt or (given.receipt.id if given.receipt else "")
        after = given.next
        if not after or len(rows) >= most:
            break
    columns = (_column(column, {row[n] for row in rows}, at, stores) for n, column in enumerate(given.columns))
    whole = dataclasses.replace(given, rows=rows)
    return Rows(tuple(columns), tuple(rows), at, receipt, is_cut=bool(after), given=whole)


def _column(column: AnswerColumn, cells: set[Plain], at: datetime.datetime, stores: Stores) -> Column:
    words = _words(column.standard, cells, at, stores)
    return Column(column.name, column.title, column.kind, column.unit, column.label, column.is_masked, words)


def _words(standard: str, codes: set[Plain], at: datetime.datetime, stores: Stores) -> dict[str, str]:
    """The titles of the codes that occur, by the standard that names them."""
    if not standard:
        return {}
    known = stores.shelf.standards
    day = at.astimezone(LOCAL).date()
    words: dict[str, str] = {}
    for code in (str(code) for code in codes if code is not None):
        place = known.atlas.find(code, on=day) if standard == "division" else None
        named = known.standards.get(standard)
        title = place.title if place else named.title_of(code) if named else ""
        if title:
            words[code] = title
    return words


def write(cell: Plain) -> str:
    """A cell as text that can be read back; nothing for no value."""
    return "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)


def show(column: Column, cell: Plain) -> str:
    """A cell as people read it in one line of plain text: words for codes, times by the minute, separators in numbers."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    text = str(cell)
    if column.kind.name == "time":
        return text.replace("T", " ")[:16]
    if column.kind.name == "point" and (place := POINT.fullmatch(text)):
        return f"{float(place[1]):.5f}, {float(place[2]):.5f}"
    if column.kind.name in NUMBERS and not column.is_masked:
        return f"{Decimal(text):,f}"
    return column.words.get(text, text)


def number(cell: Plain) -> Decimal | None:
    """A number of an answer; None for no value."""
    return None if cell is None else Decimal(str(cell))
