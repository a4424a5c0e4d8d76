"""The files of a release: CSV, JSON and Excel, written while the rows pass, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import datetime
import json
import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.writer.excel import ExcelWriter

from taihu.data.guard import export
from taihu.data.guard.draft import AnswerColumn
from taihu.terms.dataset import Kind
from taihu.terms.label import PUBLIC

# A larger sheet takes minutes to open; who needs more takes the CSV.
MOST_SHEET_ROWS = 200_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
TITLE = AnswerColumn("title", "", PUBLIC, False, Kind("text"))


class Writer(Protocol):
    """Writes rows into one file."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows."""

    def close(self) -> None:
        """Ends the file."""


class Csv:
    """UTF-8 with a mark, so that Excel reads Chinese; the first line holds the columns' titles."""

    def __init__(self, path: Path, columns: Sequence[AnswerColumn]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._columns = columns
        self._csv.writerow([export.to_cell(column.title, TITLE) for column in columns])

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows."""
        for row in rows:
            self._csv.writerow([export.to_cell(v, column) for v, column in zip(row, self._columns, strict=True)])

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
    """An Excel workbook: the data, every word a text, and a second sheet that explains the columns.

    The same rows released at the same time are the same bytes: no part of the file tells when it was written.
    """

    def __init__(
        self, path: Path, columns: Sequence[AnswerColumn], about: dict[str, Any], *, at: datetime.datetime
    ) -> None:
        self._path, self._columns, self._about = path, columns, about
        self._at = at.astimezone(datetime.UTC).replace(tzinfo=None, microsecond=0)
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("数据")
        self._sheet.freeze_panes = "A2"
        self._sheet.append([column.title for column in columns])

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Adds rows."""
        for row in rows:
            self._sheet.append([self._cell(column, value) for column, value in zip(self._columns, row, strict=True)])

    def _cell(self, column: AnswerColumn, value: Any) -> Any:
        """Numbers as numbers up to the digits that Excel keeps; everything else as text, so that nothing is computed."""
        if value is None:
            return None
        text = {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)
        if column.kind.name in export.NUMBERS and NUMBER.fullmatch(text) and len(text) <= export.EXACT_DIGITS:
            return int(text) if "." not in text else float(text)
        cell = WriteOnlyCell(self._sheet, value=export.UNWRITABLE.sub(" ", text)[: export.MOST_CHARACTERS])
        cell.data_type = "s"
        return cell

    def close(self) -> None:
        """Adds the sheet of explanations and saves."""
        notes = self._book.create_sheet("说明")
        for name, value in self._about.items():
            notes.append([str(name), str(value)])
        notes.append([])
        notes.append(["数据项", "名称", "类型", "单位", "级别"])
        for column in self._columns:
            notes.append([column.name, column.title, str(column.kind), column.unit, str(column.label)])
        properties = self._book.properties
        properties.created = properties.modified = self._at
        with _Archive(self._path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
            ExcelWriter(self._book, archive).write_data()


class _Archive(zipfile.ZipFile):
    """An archive whose members all bear the first day that archives know."""

    def writestr(self, name: str | zipfile.ZipInfo, data: Any, *args: Any, **named: Any) -> None:  # type: ignore[override]
        """Adds a member from memory."""
        told = name if isinstance(name, zipfile.ZipInfo) else self._describe(name)
        super().writestr(told, data, *args, **named)

    def write(self, filename: str | Path, arcname: str | None = None, *args: Any, **named: Any) -> None:  # type: ignore[override]
        """Adds a member from a file."""
        with Path(filename).open("rb") as source, self.open(self._describe(arcname or str(filename)), "w") as member:
            shutil.copyfileobj(source, member)

    def _describe(self, name: str) -> zipfile.ZipInfo:
        told = zipfile.ZipInfo(name.lstrip("/"))
        told.compress_type = self.compression
        return told


def _describe(column: AnswerColumn) -> dict[str, str]:
    told = {"name": column.name, "title": column.title, "kind": str(column.kind), "label": str(column.label)}
    return told | ({"unit": column.unit} if column.unit else {})


def _encode(value: Any, is_digits: bool) -> str:
    if is_digits and isinstance(value, str) and NUMBER.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
