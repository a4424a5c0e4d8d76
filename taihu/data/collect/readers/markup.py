"""Reads tables out of HTML: what many systems call an Excel export is one."""

from __future__ import annotations

import html.parser
import re
from pathlib import Path

from taihu.data.collect.readers import encoding as encodings
from taihu.data.collect.readers.table import Line, Listed, check_line
from taihu.data.objects.reading import Fact

CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def read(path: Path) -> Listed:
    """The largest table of the page; rows are numbered as Excel numbers them when it opens the file."""
    encoding = encodings.detect(path)
    parser = _Tables()
    for line in encodings.read_lines(path, encoding):
        parser.feed(line)
    parser.close()
    rows = max(parser.tables, key=len, default=[])
    lines = []
    for number, cells in enumerate(rows, 1):
        check_line(number, cells)
        lines.append(Line(number, cells))
    table = Listed(lines, [Fact("encoding", "编码", encoding.title)])
    if len([t for t in parser.tables if t]) > 1:
        table.notes.append(f"网页中有 {len(parser.tables)} 个表格，读取行数最多的一个。")
    return table


class _Tables(html.parser.HTMLParser):
    """Collects the cells of all tables; a table inside a table is part of the outer cell's text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.depth = 0
        self.text: list[str] | None = None
        self.span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens tables, rows and cells."""
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables.append([])
        if self.depth != 1:
            return
        if tag == "tr":
            self._end_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables[-1]:
            self._end_cell()
            self.text = []
            span = dict(attrs).get("colspan") or "1"
            self.span = min(int(span), 100) if span.isdigit() else 1
        elif tag == "br" and self.text is not None:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Closes them."""
        if tag == "table":
            if self.depth == 1:
                self._end_cell()
            self.depth = max(self.depth - 1, 0)
        elif self.depth == 1 and tag in ("td", "th", "tr"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        """Text of the open cell."""
        if self.text is not None:
            self.text.append(data)

    def _end_cell(self) -> None:
        if self.text is not None and self.tables[-1]:
            self.tables[-1][-1].extend([" ".join("".join(self.text).split())] * max(self.span, 1))
        self.text = None
