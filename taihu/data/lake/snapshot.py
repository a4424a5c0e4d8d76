"""Snapshot: one version of a table as a fixed list of files, and the SQL relation that reads it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from taihu.terms.zone import Zone


@dataclass(frozen=True, slots=True)
class Version:
    """One entry of a table's history: what it added and how many rows the table held after it."""

    number: int
    at: datetime.datetime
    operation: str
    mode: str
    stream: str
    sequence: int
    rows_added: int
    rows: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A pinned version: later commits do not change what it reads, for as long as its files are kept.

    `present` are the columns in which at least one file holds a value; the others read as null.
    """

    table: str
    zone: Zone
    version: int
    files: tuple[Path, ...]
    columns: tuple[tuple[str, str], ...]
    rows: int
    present: frozenset[str]

    def to_sql(self) -> str:
        """A bracketed SELECT of all columns by name and type, over exactly this version's files.

        By name, because position differs after a column was added; `union_by_name`, because otherwise
        a column that the oldest file lacks is dropped in silence.
        """
        if not self.files:
            nothing = ", ".join(f"NULL::{kind} AS {_quote(name)}" for name, kind in self.columns)
            return f"(SELECT {nothing} WHERE false)"
        listed = ", ".join(
            f"{_quote(name)}::{kind} AS {_quote(name)}" if name in self.present else f"NULL::{kind} AS {_quote(name)}"
            for name, kind in self.columns
        )
        paths = ", ".join(_literal(path) for path in self.files)
        return f"(SELECT {listed} FROM read_parquet([{paths}], union_by_name=true, hive_partitioning=false))"  # noqa: S608 - names and paths are quoted


def _quote(name: str) -> str:
    """An identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    """A path as a string literal; glob characters are spelled as classes of one, so that they mean themselves."""
    text = str(path).replace("'", "''")
    return "'" + "".join(f"[{c}]" if c in "*?[" else c for c in text) + "'"
