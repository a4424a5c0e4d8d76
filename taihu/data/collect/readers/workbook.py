"""Reads workbooks by calamine: looks first at how far the cells reach, keeps Excel's own row numbers."""

from __future__ import annotations

import datetime
import math
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import python_calamine as calamine

from taihu.data.collect.readers import unpack
from taihu.data.collect.readers.table import Line, Listed, check_line
from taihu.data.objects.reading import Fact
from taihu.terms import problem

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, UnicodeDecodeError)
MOST_CELLS = 20_000_000
DIGITS = 10**15  # Excel keeps 15 digits of a number
CHUNK = 1 << 20
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?)>")
PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
ERROR = re.compile(rb'\bt="e"')
UNSAVED = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>'
)
BATCH = re.compile(rb'name="taihu-batch"[^>]*>\s*<vt:lpwstr>([^<]{1,60})</vt:lpwstr>')


class TooFar(problem.Problem):
    """A stray cell stands so far out that the sheet could not be held in memory."""

    code = "C-040"


class NotAWorkbook(problem.Problem):
    """The workbook cannot be read."""

    code = "C-041"


@dataclass
class Survey:
    """What a look at a sheet's XML tells: how far the cells reach, how many, which hold errors, which were never computed."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    furthest: str = ""
    errors: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    unsaved: list[str] = field(default_factory=list)

    def see(self, attributes: bytes, place: re.Match[bytes]) -> None:
        """Counts one cell."""
        row, column = int(place[2]), read_column(place[1])
        self.cells += 1
        if row > self.rows or column >= self.columns:
            self.furthest = (place[1] + place[2]).decode()
        self.rows, self.columns = max(self.rows, row), max(self.columns, column + 1)
        if ERROR.search(attributes):
            self.errors[row].add(column)


@dataclass(frozen=True)
class Book:
    """A workbook's visible sheets, and the batch that it was marked for, if it was."""

    sheets: list[Listed]
    hidden: tuple[str, ...]
    replaces: str


def read_column(letters: bytes) -> int:
    """A → 0, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def read(path: Path, form: str) -> Book:
    """All visible sheets as tables; raises TooFar, NotAWorkbook, Locked."""
    surveys = _survey(path) if form == "workbook" else {}
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        seen = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
        visible = [m.name for m in seen if m.visible == calamine.SheetVisibleEnum.Visible]
        sheets = [_read_sheet(book, name, surveys.get(name, Survey())) for name in visible]
    except calamine.PasswordError:
        raise unpack.Locked("工作簿设有密码。", where="工作簿", help="请去掉密码后重新报送。") from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError, ValueError):
        raise NotAWorkbook(
            "无法读取工作簿，文件可能已损坏。", where="工作簿", help="请用 Excel 打开并另存为 xlsx 后重新报送。"
        ) from None
    hidden = tuple(m.name for m in seen if m.name not in visible)
    return Book([sheet for sheet in sheets if sheet.rows], hidden, _read_batch(path) if form == "workbook" else "")


def _read_sheet(book: calamine.CalamineWorkbook, name: str, survey: Survey) -> Listed:
    """One sheet; merged cells repeat their value, as people mean them."""
    sheet = book.get_sheet_by_name(name)
    listed = Listed([], sheet=name)
    if sheet.start is None:
        return listed
    merged = _Merged(sheet.merged_cell_ranges or ())
    offset = sheet.start[1]
    for number, values in enumerate(sheet.iter_rows(), sheet.start[0] + 1):
        cells, lost = _write_cells(values, offset)
        merged.fill(number - 1, cells)
        check_line(number, cells)
        errors = survey.errors.get(number, ())
        fault = "error" if errors else "digits" if lost else ""
        listed.rows.append(Line(number, cells, fault, {*errors, *lost}))
    listed.facts.append(Fact("sheet", "工作表", name))
    if merged.count:
        listed.notes.append(f"{merged.count} 处合并单元格已展开。")
    if survey.unsaved:
        listed.notes.append(
            f"{len(survey.unsaved)} 个公式单元格没有保存计算结果，按空值读取，首见于 {survey.unsaved[0]}。"
        )
    return listed


class _Merged:
    """Merged ranges that are open at the current row, with their value."""

    def __init__(self, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self.starting: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        self.count = 0
        for (top, left), (bottom, right) in ranges:
            self.starting[top].append((bottom, left, right))
            self.count += 1
        self.open: list[tuple[int, int, int, str]] = []

    def fill(self, row: int, cells: list[str]) -> None:
        """Writes the value of each open range into its cells of this row (counted from 0)."""
        self.open = [merged for merged in self.open if merged[0] >= row]
        for bottom, left, right in self.starting.get(row, ()):
            if left < len(cells):
                self.open.append((bottom, left, min(right, len(cells) - 1), cells[left]))
        for _bottom, left, right, value in self.open:
            cells[left : right + 1] = [value] * (right + 1 - left)


def _write_cells(values: Iterable[object], offset: int) -> tuple[list[str], list[int]]:
    """Cells as texts, and where a number had more digits than Excel keeps."""
    cells = [""] * offset
    lost = []
    for value in values:
        if isinstance(value, str):
            cells.append(value.replace("\r\n", "\n").replace("\r", "\n"))
            continue
        if isinstance(value, float) and math.isfinite(value) and abs(value) >= DIGITS:
            lost.append(len(cells))
        cells.append(write_value(value))
    return cells, lost


def write_value(value: object) -> str:
    """A cell as a person would type it: whole numbers without a point, dates in ISO order, 是 and 否 as 1 and 0."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return _write_number(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value.normalize(), "f")
    if isinstance(value, datetime.datetime):
        return (
            value.isoformat(sep=" ", timespec="seconds")
            if value.time() != datetime.time()
            else value.date().isoformat()
        )
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return "" if value is None else str(value)


def _write_number(value: float) -> str:
    """With Excel's 15 digits and never with an exponent."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value):
        return str(int(Decimal(f"{value:.15g}")))
    return format(Decimal(f"{value:.15g}"), "f")


def _survey(path: Path) -> Mapping[str, Survey]:
    """Looks at each sheet's XML before anything is held in memory; raises TooFar."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _find_parts(archive)
            return {name: _survey_sheet(archive, part, name) for name, part in parts.items()}
    except BROKEN:
        raise NotAWorkbook(
            "工作簿不完整或已损坏。", where="工作簿", help="请用 Excel 打开并另存为 xlsx 后重新报送。"
        ) from None


SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')


def _find_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part inside the archive; nothing for xlsb and ods, whose cells are not XML of this kind."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {}
    for relation in RELATION.findall(_read_small(archive, "xl/_rels/workbook.xml.rels")):
        found = dict(ATTRIBUTE.findall(relation))
        targets[found.get(b"Id", b"")] = found.get(b"Target", b"").decode().removeprefix("/xl/")
    parts = {}
    for sheet in SHEET.findall(_read_small(archive, "xl/workbook.xml")):
        found = dict(ATTRIBUTE.findall(sheet))
        part = "xl/" + targets.get(found.get(b"r:id", b""), "")
        if part in names:
            parts[_unescape(found.get(b"name", b"").decode(errors="replace"))] = part
    return parts


def _read_small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(8 * CHUNK)


def _unescape(text: str) -> str:
    """The five entities of XML."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _survey_sheet(archive: zipfile.ZipFile, part: str, name: str) -> Survey:
    """Counts cells and finds the furthest one without building anything; raises TooFar, Bomb."""
    survey = Survey()
    size = 0
    with archive.open(part) as file:
        for text in _read_whole_cells(file.read, CHUNK):
            size += len(text)
            if size > unpack.WORKBOOK_BYTES:
                raise unpack.Bomb("工作簿解开后大得反常，已停止。", where=f"工作表「{name}」", help="请改用 CSV 报送。")
            for match in CELL.finditer(text):
                place = PLACE.search(match[1])
                if place:
                    survey.see(match[1], place)
            if b":f" in text or b"<f" in text:
                survey.unsaved.extend(m[1].decode() for m in UNSAVED.finditer(text))
    if survey.rows * survey.columns > MOST_CELLS:
        raise TooFar(
            f"单元格 {survey.furthest} 离数据太远：按它计算，工作表有 {survey.rows:,} 行 {survey.columns:,} 列，"
            f"实际只有 {survey.cells:,} 个单元格。",
            where=f"工作表「{name}」!{survey.furthest}",
            help="请删除该单元格所在的行和列（整行、整列删除）后保存，或把数据复制到新的工作表。",
        )
    return survey


def _read_whole_cells(read: object, size: int) -> Iterator[bytes]:
    """Chunks that end after a cell, so that no cell is cut in two."""
    held = b""
    while chunk := read(size):  # type: ignore[operator]
        held += chunk
        cut = max(held.rfind(b"</c>"), held.rfind(b"</row>"), held.rfind(b":c>"), held.rfind(b":row>"))
        if cut < 0 and len(held) > 32 * size:
            raise unpack.Bomb("工作簿含有异常大的单元格。", where="工作表", help="请改用 CSV 报送。")
        if cut >= 0:
            end = held.index(b">", cut) + 1
            yield held[:end]
            held = held[end:]
    if held:
        yield held


def _read_batch(path: Path) -> str:
    """The batch for which this workbook was marked and sent back."""
    try:
        with zipfile.ZipFile(path) as archive:
            if "docProps/custom.xml" not in archive.namelist():
                return ""
            found = BATCH.search(_read_small(archive, "docProps/custom.xml"))
    except BROKEN:
        return ""
    return found[1].decode(errors="replace") if found else ""
