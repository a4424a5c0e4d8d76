"""Export: exactly what an answer held, as CSV or Excel, in which no cell is a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal

import openpyxl
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from taihu.data.guard.draft import Answer, AnswerColumn
from taihu.data.guard.plain import Plain
from taihu.terms.problem import Problem

# What spreadsheets take for the beginning of a formula, in half and full width; a blank before it does not help.
FORMULA = re.compile(r"^[\s ]*[=+\-@＝＋－＠]|^[\t\r\n]")
NUMBERS = ("int", "decimal")
# XML 1.0 has no place for these characters, so neither has a workbook.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MOST_ROWS = 1_048_575
MOST_CHARACTERS = 32_767
EXACT_DIGITS = 15


class TooLargeForExcel(Problem):
    """A sheet cannot hold so much."""

    code = "G-EXPORT-01"
    status = 413


def to_cell(value: Plain, column: AnswerColumn) -> str:
    """The text of one CSV cell: a text that a spreadsheet would take for a formula gets a leading apostrophe.

    Numbers stay as they are: -12.5 is no formula. A masked number is a text.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    if column.kind.name in NUMBERS and _is_number(text):
        return text
    return "'" + text if FORMULA.search(text) else text


def to_csv(answer: Answer) -> bytes:
    """The answer as CSV in UTF-8 with a mark at its beginning, by which Excel reads it as such."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_guarded(column.title) for column in answer.columns])
    for row in answer.rows:
        writer.writerow([to_cell(value, column) for value, column in zip(row, answer.columns, strict=True)])
    return stream.getvalue().encode("utf-8-sig")


def to_xlsx(answer: Answer, *, title: str) -> bytes:
    """The answer as a workbook: texts typed as texts, so that nothing is computed; raises TooLargeForExcel.

    Whole numbers and decimals are numbers up to fifteen digits, beyond which Excel would round them.
    """
    if len(answer.rows) > MOST_ROWS:
        raise TooLargeForExcel(f"Excel 一张表至多 {MOST_ROWS} 行", where=title[:60], help="请改用 CSV，或加筛选条件")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "A2"
    for number, column in enumerate(answer.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(number - 1, column, answer.rows)
    sheet.append([_text_cell(sheet, column.title, is_bold=True) for column in answer.columns])
    for row in answer.rows:
        sheet.append([_cell(sheet, value, column) for value, column in zip(row, answer.columns, strict=True)])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _guarded(text: str) -> str:
    return "'" + text if FORMULA.search(text) else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) is not None


def _cell(sheet: WriteOnlyWorksheet, value: Plain, column: AnswerColumn) -> object:
    if value is None:
        return None
    if isinstance(value, bool):
        return _text_cell(sheet, "是" if value else "否")
    text = str(value)
    if column.kind.name in NUMBERS and _is_number(text) and len(re.sub(r"[^0-9]", "", text)) <= EXACT_DIGITS:
        return int(text) if "." not in text else _number_cell(sheet, text)
    return _text_cell(sheet, text)


def _number_cell(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, value=Decimal(text))  # type: ignore[arg-type]
    cell.number_format = "0." + "0" * len(text.partition(".")[2])
    return cell


def _text_cell(sheet: WriteOnlyWorksheet, text: str, *, is_bold: bool = False) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, value="")
    cell.value = UNWRITABLE.sub("\ufffd", text)[:MOST_CHARACTERS]
    cell.data_type = "s"
    cell.number_format = "@"
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _sheet_title(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", UNWRITABLE.sub("", title)).strip()[:31] or "数据"


def _width(place: int, column: AnswerColumn, rows: Sequence[Sequence[Plain]]) -> float:
    """Wide enough for the first rows; a Chinese character takes two."""
    shown = [column.title, *(str(row[place]) for row in rows[:100] if row[place] is not None)]
    return min(60, max(sum(1 if ord(c) < 0x2E80 else 2 for c in text) for text in shown) + 2)
