"""Reads a SQLite file that was delivered: one table, read-only, values as texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from taihu.data.collect.readers import documents, headings
from taihu.data.collect.readers.headings import Wanted
from taihu.data.collect.readers.table import Line, check_line
from taihu.data.collect.readers.workbook import write_value
from taihu.data.objects.reading import Fact
from taihu.terms import problem

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


class NotADatabase(problem.Problem):
    """The SQLite file cannot be read, or has no table."""

    code = "C-065"


class Stored:
    """One table of a SQLite file; rows are numbered in the table's own order."""

    def __init__(self, path: Path, table: str, names: tuple[str, ...], others: Sequence[str]) -> None:
        self.path = path
        self.sheet = ""
        self.table = table
        self.names = names
        self.unit = "条"
        self.facts = [Fact("table", "数据库表", table)]
        self.notes = [f"数据库中另有 {len(others)} 张表未读取：{'、'.join(others[:10])}。"] if others else []

    def lines(self) -> Iterator[Line]:
        """All rows."""
        connection = _connect(self.path)
        try:
            chosen = ", ".join(_quote(name) for name in self.names)
            for number, row in enumerate(connection.execute(f"SELECT {chosen} FROM {_quote(self.table)}"), 1):  # noqa: S608 - quoted names
                cells = [_write(value) for value in row]
                check_line(number, cells, unit="条")
                yield Line(number, cells)
        except sqlite3.Error:
            raise _refuse() from None
        finally:
            connection.close()


def read(path: Path, wanted: Sequence[Wanted]) -> Stored:
    """The table that has most of the wanted columns; raises NotADatabase."""
    try:
        connection = _connect(path)
        try:
            tables = [row[0] for row in connection.execute(TABLES)]
            columns = {
                t: tuple(row[1] for row in connection.execute(f"PRAGMA table_info({_quote(t)})")) for t in tables
            }
            sizes = {t: connection.execute(f"SELECT count(*) FROM {_quote(t)}").fetchone()[0] for t in tables}  # noqa: S608 - quoted
        finally:
            connection.close()
    except sqlite3.Error:
        raise _refuse() from None
    if not columns:
        raise NotADatabase("数据库中没有表。", where="SQLite 文件", help="请核对导出的文件。")
    best = max(columns, key=lambda t: (headings.match([(n,) for n in columns[t]], wanted).score, sizes[t]))
    return Stored(path, best, columns[best], [t for t in tables if t != best])


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.text_factory = lambda content: content.decode("utf-8", "replace")
    return connection


def _refuse() -> NotADatabase:
    return NotADatabase("SQLite 文件已损坏或不完整。", where="SQLite 文件", help="请重新导出后报送。")


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _write(value: object) -> str:
    """A stored value as a text; bytes are not data of a column."""
    if isinstance(value, bytes):
        return value.hex()
    return documents.write_value(value) if isinstance(value, str) else write_value(value)
