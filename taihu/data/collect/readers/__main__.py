"""Reads one foreign file that is not Parquet: text, JSON, HTML, Excel or SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from taihu.data.collect.readers import child_main, database, documents, markup, sheets, workbook
from taihu.data.collect.readers.delimited import Delimited
from taihu.data.collect.readers.headings import Wanted
from taihu.data.collect.readers.table import Table


def open_table(path: Path, form: str, wanted: Sequence[Wanted]) -> Table:
    """The table of a file of that form."""
    if form == "json":
        return documents.read(path)
    if form == "markup":
        return markup.read(path)
    if form == "sqlite":
        return database.read(path, wanted)
    if form in ("workbook", "xls"):
        return sheets.choose(workbook.read(path, form), wanted)
    return Delimited(path)


if __name__ == "__main__":
    child_main.main(open_table)
