"""Goes through the lines under a heading: leaves out blanks, repeated headings and notes, and counts all of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from taihu.data.collect.readers.heading_line import Heading
from taihu.data.collect.readers.table import Line, Table

TOTALS = re.compile(r"(?:合|总|小|共)\s*计")
NOTES = re.compile(
    r"(?:备?\s*注\s*[::\d一二三四五六七八九(（.、]|备?注$|说明\s*[::]|填\s*表|制\s*表|审\s*核|复\s*核|负责人|联系人|联系电话\s*[::]|单位\s*[::(（]|"
    r"数据来源|资料来源|截[止至]|以上|本表|打印|导出时间|第\s*\d+\s*页|共\s*\d+|[*※#]|\d+\s*rows?\b|\(\d+)"
)


@dataclass
class Body:
    """The rows of a table, and what was left out of them."""

    table: Table
    heading: Heading
    blank: int = 0
    repeated: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    rows: int = 0

    def __iter__(self) -> Iterator[Line]:
        """The rows; notes and totals count as such only where no row follows them."""
        held: list[tuple[Line, list[int]]] = []
        for line in self._under_heading():
            kind = self._sort(line)
            if kind is not None:
                held.append((line, kind))
                continue
            for earlier, _kind in held:
                self.rows += 1
                yield earlier
            held = []
            self.rows += 1
            yield line
        for line, kept in held:
            kept.append(line.number)

    def _under_heading(self) -> Iterator[Line]:
        """Lines below the heading that hold something and do not repeat it."""
        for line in self.table.lines():
            if line.number <= self.heading.last_line and self.heading.lines:
                continue
            if not any(cell.strip() for cell in line.cells):
                self.blank += 1
            elif self._repeats(line):
                self.repeated.append(line.number)
            else:
                yield line

    def _repeats(self, line: Line) -> bool:
        """True for a line that is a line of the heading again, as at the top of each printed page."""
        return bool(self.heading.first_cells) and tuple(cell.strip() for cell in line.cells) in self.heading.first_cells

    def _sort(self, line: Line) -> list[int] | None:
        """The list for a note or a total; none for a row. Where headings are known there are only rows."""
        if not self.heading.lines or len(self.heading.texts) < 2:
            return None
        filled = [unicodedata.normalize("NFKC", cell).strip() for cell in line.cells if cell.strip()]
        if TOTALS.match(filled[0]):
            return self.totals
        if NOTES.match(filled[0]) and len(set(filled)) <= max(2, len(self.heading.texts) // 3):
            return self.notes
        is_alone = len(set(filled)) == 1 and line.fault != "cut" and len(self.heading.texts) >= 3
        return self.notes if is_alone and self.notes_follow(filled[0]) else None

    @staticmethod
    def notes_follow(text: str) -> bool:
        """A sentence that stands alone on its line is a note; a lone short value is a broken row."""
        return len(text) > 15 and not text.isascii()

    def tell(self) -> Iterator[str]:
        """What was left out, for the receipt; line numbers only, since a note may name people."""
        unit = self.table.unit
        if self.blank:
            yield f"跳过空行 {self.blank} {unit}。"
        for title, numbers in (("重复的表头", self.repeated), ("表后的说明", self.notes), ("合计行", self.totals)):
            if numbers:
                shown = "、".join(map(str, numbers[:10])) + ("等" if len(numbers) > 10 else "")
                yield f"{title} {len(numbers)} {unit}不作为数据（第 {shown} {unit}）。"
