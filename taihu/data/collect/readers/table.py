"""Table: what every reader makes of a foreign file, lines of texts with the numbers that the sender sees."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from taihu.data.objects.reading import Fact
from taihu.terms import problem

WIDEST = 2_000
LONGEST_CELL = 1_000_000


class TooWide(problem.Problem):
    """A line has more columns than any dataset."""

    code = "C-031"


class TooLong(problem.Problem):
    """A cell holds more text than a column may."""

    code = "C-032"


class HasNul(problem.Problem):
    """A text holds the character NUL, which ends a text in many programs."""

    code = "C-033"


class Line(NamedTuple):
    """One line: its number in the sender's file or sheet, its texts, and what is wrong with it.

    `bad` are the cells that the fault is about; empty means the line as a whole.
    """

    number: int
    cells: Sequence[str]
    fault: str = ""
    bad: Collection[int] = ()


class Table(Protocol):
    """A foreign table; `lines` may be asked for more than once.

    `names` are known headings (the keys of JSON objects, the columns of a database): where there are
    none, a heading line has to be found. `unit` is what lines are called: 行, or 条 in JSON.
    """

    facts: list[Fact]
    notes: list[str]
    names: tuple[str, ...]
    sheet: str
    unit: str

    def lines(self) -> Iterator[Line]:
        """All lines from the first."""
        ...


@dataclass
class Listed:
    """A table whose lines are in memory."""

    rows: list[Line]
    facts: list[Fact] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    names: tuple[str, ...] = ()
    sheet: str = ""
    unit: str = "行"
    replaces: str = ""

    def lines(self) -> Iterator[Line]:
        """All lines from the first."""
        return iter(self.rows)


def check_line(number: int, cells: Sequence[str], *, unit: str = "行") -> None:
    """Raises TooWide, TooLong or HasNul with the place."""
    if len(cells) > WIDEST:
        raise TooWide(
            f"有 {len(cells):,} 列，超过上限 {WIDEST:,} 列。",
            where=f"第 {number} {unit}",
            help="请核对分隔符，或删除表格右侧多余的列后重新报送。",
        )
    for column, cell in enumerate(cells, 1):
        if len(cell) > LONGEST_CELL:
            raise TooLong(
                f"一个单元格有 {len(cell):,} 个字符，超过上限 {LONGEST_CELL:,}。",
                where=f"第 {number} {unit}第 {column} 列",
                help="请核对引号是否成对；大段文字请作为附件报送。",
            )
        if "\0" in cell:
            raise HasNul(
                "含有空字符（NUL）。",
                where=f"第 {number} {unit}第 {column} 列",
                help="请从源系统重新导出为文本文件后报送。",
            )


def name_column(index: int) -> str:
    """0 → A, 26 → AA, as spreadsheets name columns."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
