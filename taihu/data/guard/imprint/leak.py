"""Leak: a file that turned up somewhere, read as texts in the very form in which they stand there."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils.exceptions import InvalidFileException

from taihu.terms.problem import Problem

LARGEST = 200_000_000
# Characters of a cell. Our own bound: the one of `csv` is a setting of the whole process, which other readers move.
LONGEST_CELL = 100_000
PLACES = re.compile(r"0\.(0+)")
ENCODINGS = ("utf-8-sig", "gb18030")
# openpyxl has no refusal of its own for what is no workbook: what zip, zlib, XML and its own code say of broken bytes.
BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    ElementTree.ParseError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class NotALeak(Problem):
    """The file is no table that can be read here."""

    code = "G-MARK-02"


@dataclass(frozen=True)
class Leak:
    """Column names as they stand in the first row, and rows of texts; an empty cell is an empty text."""

    header: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def column(self, number: int) -> list[str]:
        """All cells of a column."""
        return [row[number] if number < len(row) else "" for row in self.rows]


def read_leak(path: Path) -> Leak:
    """Reads CSV (comma, semicolon or tab; UTF-8 or GB 18030) or the first sheet of an xlsx; raises NotALeak.

    The file is foreign: callers outside a terminal of the bureau read it in a process of its own.
    """
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise NotALeak(
            "文件不存在或过大", where=path.name, help=f"请提供不超过 {LARGEST // 1_000_000} MB 的 CSV 或 xlsx 文件"
        )
    rows = _read_sheet(path) if zipfile.is_zipfile(path) else _read_text(path)
    if len(rows) < 2:
        raise NotALeak("文件没有数据行", where=path.name, help="第一行应为列名，其后为数据")
    return Leak(tuple(name.strip().lstrip("'") for name in rows[0]), rows[1:])


def _read_text(path: Path) -> list[tuple[str, ...]]:
    raw = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        first = text.partition("\n")[0]
        comma = max(",;\t", key=first.count)
        with contextlib.suppress(csv.Error):
            rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=comma) if any(row)]
            if all(len(cell) <= LONGEST_CELL for row in rows for cell in row):
                return rows
    raise NotALeak("文件不是文本表格", where=path.name, help="请提供 CSV 或 xlsx 文件")


def _read_sheet(path: Path) -> list[tuple[str, ...]]:
    # Not by its name: a leaked file may be called anything, and openpyxl looks at the ending of a path.
    stream = io.BytesIO(path.read_bytes())
    try:
        with contextlib.closing(openpyxl.load_workbook(stream, read_only=True, data_only=True)) as book:
            rows = [tuple(_spell(cell) for cell in row) for row in book.worksheets[0].iter_rows()]
    except BROKEN:
        raise NotALeak("文件不是可读的 xlsx 工作簿", where=path.name, help="请提供 CSV 或 xlsx 文件") from None
    return [texts for texts in rows if any(texts)]


def _spell(cell: Cell | MergedCell) -> str:
    """A cell as Excel shows it: the number of decimals is in its format, and a moment has no form of ours left."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.strftime("%Y/%m/%d %H:%M:%S")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float | Decimal):
        found = PLACES.search(str(cell.number_format or ""))
        return (
            f"{Decimal(repr(value)) if isinstance(value, float) else value:.{len(found[1])}f}" if found else str(value)
        )
    return str(value)
