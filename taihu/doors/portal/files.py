"""The files of a release: CSV, JSON and Excel, written while the rows pass, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from taihu.data.guard.draft import AnswerColumn

# A larger sheet takes minutes to open; who needs more takes the CSV.
MOST_SHEET_ROWS = 200_000
# Spreadsheets take a cell that begins so for a formula, also in full width.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Writer(Protocol):
    """Writes rows into one file."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows."""

    def close(self) -> None:
        """Ends the file."""


def is_text(column: AnswerColumn) -> bool:
    """True where the values are words, not numbers or dates."""
    return column.kind.name in ("text", "code", "point")


def tame(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; others stay."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


class Csv:
    """UTF-8 with a mark, so that Excel reads Chinese; the first line holds the columns' titles."""

    def __init__(self, path: Path, columns: Sequence[AnswerColumn]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._texts = [is_text(column) for column in columns]
        self._csv.writerow([tame(column.title) for column in columns])

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows; only words are tamed, so that −12.5 stays a number."""
        texts = self._texts
        for row in rows:
            self._csv.writerow([tame(v) if is_word else v for v, is_word in zip(row, texts, strict=True)])

    def close(self) -> None:
        """Ends the file."""
        self._file.close()


class Json:
    """An object with the columns' declarations and one object per row; decimals keep their digits as numbers."""

    def __init__(self, path: Path, columns: Sequence[AnswerColumn], about: dict[str, Any]) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._names = [json.dumps(column.name) for column in columns]
        self._is_digits = [column.kind.name == "decimal" for column in columns]
        head = about | {"columns": [_describe(column) for column in columns]}
        self._file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [')
        self._between = "\n"

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows."""
        for row in rows:
            pairs = zip(self._names, row, self._is_digits, strict=True)
            text = ", ".join(f"{name}: {_encode(value, digits)}" for name, value, digits in pairs)
            self._file.write(f"{self._between}{{{text}}}")
            self._between = ",\n"

    def close(self) -> None:
        """Ends the file."""
        self._file.write("\n]}\n")
        self._file.close()


class Sheet:
    """An Excel workbook: the data, every word a text, and a second sheet that explains the columns."""

    def __init__(self, path: Path, columns: Sequence[AnswerColumn], about: dict[str, Any]) -> None:
        self._path, self._columns, self._about = path, columns, about
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("数据")
        self._sheet.freeze_panes = "A2"
        self._sheet.append([column.title for column in columns])

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows."""
        for row in rows:
            self._sheet.append([self._cell(column, value) for column, value in zip(self._columns, row, strict=True)])

    def _cell(self, column: AnswerColumn, value: Any) -> Any:
        if column.kind.name == "decimal" and isinstance(value, str):
            return float(value)
        if isinstance(value, str):
            cell = WriteOnlyCell(self._sheet, value=_printable(value))
            cell.data_type = "s"
            return cell
        return value

    def close(self) -> None:
        """Adds the sheet of explanations and saves."""
        notes = self._book.create_sheet("说明")
        for name, value in self._about.items():
            notes.append([str(name), str(value)])
        notes.append([])
        notes.append(["数据项", "名称", "类型", "单位", "级别"])
        for column in self._columns:
            notes.append([column.name, column.title, str(column.kind), column.unit, str(column.label)])
        self._book.save(self._path)


def _printable(text: str) -> str:
    """Excel refuses control characters; they become spaces."""
    return "".join(letter if letter >= " " or letter in "\t\n" else " " for letter in text)


def _describe(column: AnswerColumn) -> dict[str, str]:
    told = {"name": column.name, "title": column.title, "kind": str(column.kind), "label": str(column.label)}
    return told | ({"unit": column.unit} if column.unit else {})


def _encode(value: Any, is_digits: bool) -> str:
    if is_digits and isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A short list of ours (not of a store) as CSV text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[tame(value) for value in row] for row in rows])
    return text.getvalue()
