"""Finds the heading of a table under its title lines: one line, or two or three that belong together."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taihu.data.collect.readers import headings
from taihu.data.collect.readers.headings import Mapped, Wanted
from taihu.data.collect.readers.table import Line, Table
from taihu.terms import problem

SEARCHED = 40
DEEPEST = 3
UNIT_LINE = re.compile(r"单位\s*[::]?\s*(?:人民币)?\s*(亿元|百万元|千元|万元|元|分)")
VALUE = re.compile(r"\d{5}|^[-+]?[\d.,%]+$|\d{4}[-/.年]\d{1,2}")


USUAL = re.compile(
    r"(?:号|号码|编码|代码|编号|名|名称|姓名|性别|日期|时间|年月|地址|住址|住所|电话|手机|类型|类别|种类|状态|单位|部门|金额|数量|面积|"
    r"备注|说明|序号|标识|等级|级别|原因|结果|人|证|数|率|量|额|度|值|(?i:id|name|code|date|time|no|type|status|count|num|addr\w*))"
    r"(?:[((].*[))])?$"
)


class NoHeading(problem.Problem):
    """No line of the delivery has a heading of the dataset."""

    code = "C-051"


class MissingColumns(problem.Problem):
    """Required columns are not among the headings."""

    code = "C-052"


class NoRows(problem.Problem):
    """There is nothing under the heading, or nothing at all."""

    code = "C-010"


@dataclass
class Heading:
    """The heading that was found: its lines, the texts by position, and the columns that they place."""

    lines: tuple[int, ...]
    texts: tuple[str, ...]
    mapped: Mapped
    unit: str = ""
    first_cells: tuple[tuple[str, ...], ...] = ()

    @property
    def last_line(self) -> int:
        """The line after which rows begin; 0 where headings are known without a line."""
        return self.lines[-1] if self.lines else 0


def find(table: Table, wanted: Sequence[Wanted]) -> Heading:
    """The heading that places most columns; raises NoHeading, NoRows."""
    if table.names:
        return Heading((), table.names, headings.match([(name,) for name in table.names], wanted))
    top = list(itertools.islice(table.lines(), SEARCHED))
    if not any(any(line.cells) for line in top):
        raise NoRows("文件是空的。", where="第 1 行", help="请核对导出条件后重新报送；确无数据时不必报送。")
    candidates = [
        (headings.match(readings, wanted), first, depth, readings) for first, depth, readings in list_candidates(top)
    ]
    best = max(candidates, key=lambda found: (found[0].score, -found[2], -found[1]))
    mapped, first, depth, readings = best
    if not mapped.score:
        raise _refuse(top, wanted)
    used = top[first : first + depth]
    above = " ".join(cell for line in top[: first + depth] for cell in line.cells)
    unit = UNIT_LINE.search(unicodedata.normalize("NFKC", above))
    return Heading(
        tuple(line.number for line in used),
        tuple(texts[0] for texts in readings),
        mapped,
        unit[1] if unit else "",
        tuple(tuple(cell.strip() for cell in line.cells) for line in used),
    )


def list_candidates(top: Sequence[Line]) -> Iterable[tuple[int, int, list[tuple[str, ...]]]]:
    """(first line, depth, readings by position) for each group of lines that could be a heading."""
    for first in range(len(top)):
        for depth in range(1, DEEPEST + 1):
            group = top[first : first + depth]
            if len(group) == depth and any(cell.strip() for cell in group[0].cells):
                yield first, depth, combine([line.cells for line in group])


def combine(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """For each position all ways to read a heading of one or more lines, the fullest first.

    A blank right of a parent belongs to it where the line below says something there.
    """
    width = max(map(len, rows))
    padded = [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    for upper, lower in itertools.pairwise(padded):
        for position in range(1, width):
            if not upper[position] and lower[position] and upper[position - 1]:
                upper[position] = upper[position - 1]
    combined = []
    for position in range(width):
        parts = list(dict.fromkeys(filter(None, (row[position] for row in padded))))
        whole = "".join(parts)
        combined.append(tuple(dict.fromkeys(filter(None, (whole, *reversed(parts))))) or ("",))
    return combined


def check(heading: Heading, wanted: Sequence[Wanted], *, place: str) -> None:
    """Raises SameHeading or MissingColumns, naming what was found and what is nearest."""
    mapped = heading.mapped
    titles = {column.name: column.title for column in wanted}
    for name, positions in mapped.twice.items():
        raise headings.SameHeading(
            f"有 {len(positions)} 列都对应「{titles[name]}」：{'、'.join(show(heading.texts[p]) for p in positions)}。",
            where=place,
            help="请只保留一列，或更正其中一列的表头。",
        )
    has_point = mapped.longitude is not None and mapped.latitude is not None
    missing = [
        c for c in wanted if c.is_required and c.name not in mapped.positions and not (c.kind == "point" and has_point)
    ]
    if missing:
        raise _miss(heading, wanted, missing, place)


def _miss(heading: Heading, wanted: Sequence[Wanted], missing: Sequence[Wanted], place: str) -> MissingColumns:
    placed = set(heading.mapped.positions.values())
    others = [text for position, text in enumerate(heading.texts) if text and position not in placed]
    hints = []
    for text in others[:20]:
        near = headings.suggest(text, missing)
        if near:
            hints.append(f"「{show(text)}」是否就是「{near}」？")
    found = "、".join(show(text) for text in heading.texts if text)
    return MissingColumns(
        f"缺少必报的列：{'、'.join(f'「{c.title}」' for c in missing)}。表头中有：{found[:600]}。",
        where=place,
        help="".join(hints) + "请补上缺少的列，或把表头改为规定的名称（列的顺序不限）。",
    )


def show(text: str) -> str:
    """A heading as a message shows it."""
    return "".join(c if c.isprintable() else " " for c in text)[:30]


def looks_like_heading(top: Sequence[Line]) -> Line | None:
    """The first line of several cells, where it reads like headings: different words, no values, usual endings.

    Without such a line nothing of the file may be quoted: its first line could be somebody's data.
    """
    for line in top:
        cells = [cell.strip() for cell in line.cells if cell.strip()]
        if len(set(cells)) < 2:
            continue
        is_wordy = len(set(cells)) == len(cells) and not any(VALUE.search(c) or len(c) > 30 for c in cells)
        usual = sum(bool(USUAL.search(cell)) for cell in cells)
        return line if is_wordy and usual * 3 >= len(cells) else None
    return None


def _advise_delimiter(top: Sequence[Line]) -> str:
    """What to do where no line has two cells: most likely nobody knew the delimiter."""
    is_narrow = len(top) > 1 and all(len(line.cells) < 2 for line in top)
    return "各行只读到一列，请以逗号、制表符、分号或竖线分隔各列。" if is_narrow else ""


def _refuse(top: Sequence[Line], wanted: Sequence[Wanted]) -> NoHeading:
    """No heading fits: says what was found where that is surely no value."""
    expected = "、".join(c.title for c in wanted if c.is_required) or "、".join(c.title for c in wanted)
    line = looks_like_heading(top)
    if line is None:
        return NoHeading(
            f"前 {len(top)} 行中没有找到表头。",
            where=f"第 {top[0].number}—{top[-1].number} 行",
            help=f"{_advise_delimiter(top)}请加上表头行，至少包括：{expected[:300]}。",
        )
    hints = [(show(text), headings.suggest(text, wanted)) for text in line.cells if text.strip()]
    near = "".join(f"「{text}」是否就是「{title}」？" for text, title in hints[:20] if title)
    found = "、".join(text for text, _title in hints)
    return NoHeading(
        f"表头与该数据资源不符，表头中有：{found[:600]}。",
        where=f"第 {line.number} 行",
        help=f"{near}应有的列：{expected[:300]}。请核对是否选错了数据资源。",
    )
