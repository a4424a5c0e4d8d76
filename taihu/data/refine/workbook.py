"""Workbook: a department's own delivery with the cells that were returned in red, to be mended and sent again."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.guard import answer as guard
from taihu.data.guard import refused
from taihu.data.guard.question import Condition, Order, Rows
from taihu.data.ledger.entry import Entry
from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import ROW, Reading
from taihu.data.refine import workbook_marks
from taihu.terms import problem
from taihu.terms.dataset import Dataset
from taihu.terms.permit import Permit

RED = PatternFill("solid", fgColor="FFFFC7CE")
GREEN = PatternFill("solid", fgColor="FFC6EFCE")
NONE = PatternFill()
AUTHOR = "公共数据平台"
PAGE = 5_000
MOST_CELLS = 1_000_000  # beyond, the workbook holds the returned rows only: Excel and its readers hold no more
SENTENCE_PLACE = re.compile(r" 第 \d+ 行:")


class NotYours(problem.Problem):
    """A workbook was asked for by a department that did not send it."""

    code = "R-010"
    status = 403


class NothingReturned(problem.Problem):
    """The batch has no reading, so that there is nothing to mark."""

    code = "R-011"
    status = 409


@dataclass(frozen=True, slots=True)
class Marks:
    """What to mark in one row: sentences by column, those about the whole row under the empty name."""

    row: int
    sentences: Mapping[str, tuple[str, ...]]
    cells: Mapping[str, str] = field(default_factory=dict)


def mark_workbook(*, batch: Batch, stores: Stores, permit: Permit, by: str, at: datetime.datetime) -> bytes:
    """The steward's workbook with the returned cells in red and the reason as a comment.

    An xlsx comes back as it was sent, cell by cell; anything else as an xlsx of the same columns.
    A delivery too large for a workbook comes back as its returned rows. The rows leave through the
    guard, and the file itself is entered in the ledger before it is given. Raises NotYours and the
    guard's refusals.
    """
    dataset = stores.shelf.dataset(batch.dataset)
    if permit.department != batch.department:
        raise NotYours("这批数据不是您的部门报送的，不能取回工作簿。", where=batch.id, help="请由报送部门的专员取回。")
    if batch.reading is None:
        raise NothingReturned(
            "该批次没有可读的内容，没有可标注的工作簿。", where=batch.id, help="请查看回执中的退回原因。"
        )
    is_whole = batch.reading.rows * max(1, len(batch.reading.columns)) <= MOST_CELLS
    marks = list(_ask_marks(batch, dataset, stores, permit, by, at, has_cells=not is_whole))
    book = _write(batch, batch.reading, dataset, stores, marks, is_whole=is_whole)
    _sign(book, batch.id)
    stores.ledger.append(_to_entry(batch, dataset, permit, by, at, len(marks) if not is_whole else batch.reading.rows))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ask_marks(
    batch: Batch, dataset: Dataset, stores: Stores, permit: Permit, by: str, at: datetime.datetime, *, has_cells: bool
) -> Iterator[Marks]:
    """The returned rows of a batch, page by page through the guard."""
    sent = tuple(batch.reading.columns) if batch.reading and has_cells else ()
    after = ""
    while True:
        question = Rows(
            table=f"{dataset.id}.returned",
            columns=("_batch", ROW, "_codes", "_reasons", *sent),
            clear=sent,
            where=(Condition("_batch", values=(batch.id,)),),
            order=(Order(ROW),),
            limit=min(PAGE, permit.quota.rows_an_answer),
            after=after,
        )
        try:
            page = guard.answer(question, permit, stores=stores, by=by, at=at)
        except refused.NothingHere:
            return
        for _, row, codes, reasons, *cells in page.rows:
            texts = {name: str(cell) for name, cell in zip(sent, cells, strict=True) if cell is not None}
            yield Marks(int(str(row)), _pair(str(codes), str(reasons)), texts)
        if not page.next:
            return
        after = page.next


def _pair(codes: str, reasons: str) -> dict[str, tuple[str, ...]]:
    """Sentences by column: the nth code is of the nth sentence."""
    found: dict[str, tuple[str, ...]] = {}
    for code, sentence in zip(codes.split(), reasons.splitlines(), strict=True):
        column = code.partition(":")[2]
        found[column] = (*found.get(column, ()), SENTENCE_PLACE.sub(" ", sentence, count=1))
    return found


def _write(
    batch: Batch, reading: Reading, dataset: Dataset, stores: Stores, marks: Sequence[Marks], *, is_whole: bool
) -> Workbook:
    if is_whole and reading.letters and batch.filename.lower().endswith((".xlsx", ".xlsm")):
        with stores.objects.plain(batch.sha256) as path:
            book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
        _mark(book[reading.sheet], reading.letters, marks, {mark.row: mark.row for mark in marks})
        return book
    if is_whole:
        return _write_whole(reading, dataset, stores, marks)
    book, sheet, letters = _start(reading, dataset, workbook_marks.PART_SHEET)
    rows = {mark.row: place for place, mark in enumerate(marks, 2)}
    for mark in marks:
        _put(sheet, rows[mark.row], [mark.cells.get(name, "") for name in reading.columns])
    _mark(sheet, letters, marks, rows)
    return book


def _write_whole(reading: Reading, dataset: Dataset, stores: Stores, marks: Sequence[Marks]) -> Workbook:
    """All rows of a delivery that was no xlsx, in its own order and columns, every cell a text."""
    book, sheet, letters = _start(reading, dataset, dataset.title[:31])
    with stores.objects.plain(reading.sha256) as path:
        rows = _copy_rows(reading, path, sheet)
    _mark(sheet, letters, marks, rows)
    return book


def _copy_rows(reading: Reading, path: Path, sheet: Worksheet) -> dict[int, int]:
    """Writes all rows below the heading; returns at which line of the sheet each stands."""
    connection = duck.connect(reads=(path,))
    try:
        listed = ", ".join('"' + name.replace('"', '""') + '"' for name in reading.columns)
        asked = connection.execute(f"SELECT _row, {listed} FROM {reading.to_sql(path)} ORDER BY _row")  # noqa: S608
        rows: dict[int, int] = {}
        place = 1
        while chunk := asked.fetchmany(10_000):
            for row, *cells in chunk:
                place += 1
                rows[int(row)] = place
                _put(sheet, place, ["" if cell is None else str(cell) for cell in cells])
        return rows
    finally:
        connection.close()


def _start(reading: Reading, dataset: Dataset, title: str) -> tuple[Workbook, Worksheet, dict[str, str]]:
    """A new workbook with the headings of the delivery's columns."""
    book = Workbook(write_only=False)
    sheet: Worksheet = book.worksheets[0]
    sheet.title = re.sub(r"[\\/*?:\[\]]", " ", title)
    _put(sheet, 1, [_heading(reading, dataset, name) for name in reading.columns])
    letters = {name: get_column_letter(place) for place, name in enumerate(reading.columns, 1)}
    for letter in letters.values():
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet.column_dimensions[letter].width = 18
    sheet.freeze_panes = "A2"
    return book, sheet, letters


def _heading(reading: Reading, dataset: Dataset, name: str) -> str:
    """The column's title, with the unit of money that the delivery's own heading stated."""
    title = dataset.column(name).title
    return f"{title}({reading.units[name]})" if name in reading.units else title


def _put(sheet: Worksheet, row: int, cells: Sequence[str]) -> None:
    """Texts as texts: no formula comes to life, no long number loses its end."""
    for place, text in enumerate(cells, 1):
        if text:
            cell = sheet.cell(row, place)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
            cell.data_type = "s"
            cell.number_format = "@"


def _mark(sheet: Worksheet, letters: Mapping[str, str], marks: Sequence[Marks], rows: Mapping[int, int]) -> None:
    """Red for what was returned; what an earlier marking had in red and is right now turns green."""
    for cell in _marked_before(sheet):
        cell.comment = None
        cell.fill = GREEN
    first = min(letters.values(), key=column_index_from_string) if letters else "A"
    for mark in marks:
        for column, sentences in mark.sentences.items():
            cell = _cell(sheet, rows[mark.row], letters.get(column, first))
            told = [cell.comment.text] if cell.comment is not None and cell.comment.author == AUTHOR else []
            cell.fill = RED
            cell.comment = Comment("\n".join([*told, *sentences]), AUTHOR, width=360, height=120)


def _marked_before(sheet: Worksheet) -> Iterator[Cell]:
    for line in sheet.iter_rows():
        for cell in line:
            if isinstance(cell, Cell) and cell.comment is not None and cell.comment.author == AUTHOR:
                yield cell


def _cell(sheet: Worksheet, row: int, letter: str) -> Any:
    """The cell, or the corner of the merged cells to which it belongs."""
    cell = sheet[f"{letter}{row}"]
    if isinstance(cell, MergedCell):
        for merged in sheet.merged_cells.ranges:
            if cell.coordinate in merged:
                return sheet.cell(merged.min_row, merged.min_col)
    return cell


def _sign(book: Any, batch: str) -> None:
    """Writes which batch the workbook mends, in the place of an earlier round's."""
    properties = book.custom_doc_props
    properties.props = [prop for prop in properties.props if prop.name != workbook_marks.PROPERTY]
    properties.append(StringProperty(name=workbook_marks.PROPERTY, value=batch))


def _to_entry(batch: Batch, dataset: Dataset, permit: Permit, by: str, at: datetime.datetime, rows: int) -> Entry:
    """The whole file leaves, so all its columns and its label are entered."""
    return Entry(
        at=at,
        act="answer",
        by=by,
        department=permit.department,
        system=permit.system,
        grant=permit.grant,
        purpose=permit.purpose,
        ground=permit.ground,
        dataset=dataset.id,
        columns=batch.reading.columns if batch.reading else (),
        label=str(dataset.label),
        rows=rows,
        where=batch.id,
        detail={"form": "workbook"},
    )
