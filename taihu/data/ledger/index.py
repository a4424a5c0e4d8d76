"""Index: finds entries by dataset, grant, department, subject or time; rebuilt from the segments at any time."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from taihu.data.ledger import entry as entries
from taihu.data.ledger.entry import Entry
from taihu.data.ledger.file import open_file, transaction
from taihu.data.ledger.segment import Segment
from taihu.terms import fault
from taihu.terms.problem import Problem

CHUNK = 5_000
PLAIN = ("act", "by", "department", "system", "grant")
LISTED = ("dataset", "subject")
TABLES = """
CREATE TABLE IF NOT EXISTS segments (name TEXT PRIMARY KEY, count INTEGER, leaf TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
  at TEXT, segment TEXT, number INTEGER, act TEXT, "by" TEXT, department TEXT, system TEXT, "grant" TEXT,
  PRIMARY KEY (at, segment, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS listed (
  kind TEXT, value TEXT, at TEXT, segment TEXT, number INTEGER,
  PRIMARY KEY (kind, value, at, segment, number)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_grant ON entries ("grant", at, segment, number);
CREATE INDEX IF NOT EXISTS by_department ON entries (department, at, segment, number);
CREATE INDEX IF NOT EXISTS by_system ON entries (system, at, segment, number);
CREATE INDEX IF NOT EXISTS by_act ON entries (act, at, segment, number);
CREATE INDEX IF NOT EXISTS by_by ON entries ("by", at, segment, number);
CREATE INDEX IF NOT EXISTS by_place ON entries (segment, number);
CREATE INDEX IF NOT EXISTS listed_by_place ON listed (segment, number);
"""
ALSO_LISTED = (
    "EXISTS (SELECT 1 FROM listed l WHERE l.kind = ? AND l.value = ?"
    " AND l.at = e.at AND l.segment = e.segment AND l.number = e.number)"
)


class NotAPlace(Problem):
    """The text that should say where a page begins is not one that a page gave out."""

    code = "L-006"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: all that are given must hold; `since` is included, `until` is not."""

    dataset: str = ""
    grant: str = ""
    department: str = ""
    system: str = ""
    act: str = ""
    by: str = ""
    subject: str = ""
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands, in the order of time."""

    at: str
    segment: str
    number: int

    @classmethod
    def read(cls, text: str) -> Place:
        """Reads what `__str__` wrote; raises NotAPlace."""
        parts = text.split("~")
        if len(parts) != 3 or not (parts[2].isascii() and parts[2].isdigit() and len(parts[2]) < 16):
            raise NotAPlace("翻页位置无效", help="请从第一页重新查询")
        return cls(parts[0], parts[1], int(parts[2]))

    def __str__(self) -> str:
        """Writes the place as a page's `next`."""
        return f"{self.at}~{self.segment}~{self.number}"


class Index:
    """One file over all segments of a ledger; any process may bring it up to date."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def catch_up(self, segments: Sequence[Segment]) -> int:
        """Reads entries that are not yet in the index; returns how many. A damaged index is made anew."""
        if not segments:
            return 0
        try:
            return self._catch_up(segments)
        except sqlite3.DatabaseError as failure:
            if isinstance(failure, sqlite3.OperationalError):
                raise
            fault.point("ledger.index.remove")
            for path in (self._path, *(self._path.with_name(self._path.name + end) for end in ("-wal", "-shm"))):
                path.unlink(missing_ok=True)
            return self._catch_up(segments)

    def _catch_up(self, segments: Sequence[Segment]) -> int:
        with self._open() as connection:
            known = dict(connection.execute("SELECT name, count FROM segments"))
            if all(segment.mark().count == known.get(segment.name, 0) for segment in segments):
                return 0
            return sum(_read_on(connection, segment) for segment in segments)

    def forget(self, segment: str) -> None:
        """Takes the entries of a segment out: what is left of it is read again at the next call."""
        with self._open() as connection, transaction(connection):
            fault.point("ledger.index.forget")
            _take_out(connection, segment)

    def find(self, wanted: Wanted, *, after: Place | None, limit: int) -> list[Place]:
        """Places of entries, newest first, after a place."""
        table, condition, values = _condition(wanted)
        if after is not None:
            condition += " AND (e.at, e.segment, e.number) < (?, ?, ?)"
            values += [after.at, after.segment, after.number]
        statement = (
            f"SELECT e.at, e.segment, e.number FROM {table} WHERE {condition}"  # noqa: S608 - names are ours, values are bound
            " ORDER BY e.at DESC, e.segment DESC, e.number DESC LIMIT ?"
        )
        with self._open() as connection:
            return [Place(*row) for row in connection.execute(statement, (*values, limit))]

    def count(self, wanted: Wanted) -> int:
        """How many entries are wanted."""
        table, condition, values = _condition(wanted)
        statement = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608 - names are ours, values are bound
        with self._open() as connection:
            return int(connection.execute(statement, values).fetchone()[0])

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = open_file(self._path, TABLES)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            yield connection
        finally:
            connection.close()


def _condition(wanted: Wanted) -> tuple[str, str, list[object]]:
    """What to read from, under which condition, with which values; `e` is the table that gives the order."""
    listed = [(kind, getattr(wanted, kind)) for kind in LISTED if getattr(wanted, kind)]
    plain = [(name, getattr(wanted, name)) for name in PLAIN if getattr(wanted, name)]
    table, condition, values = "entries e", ["TRUE"], list[object]()
    if listed:
        table = "listed e CROSS JOIN entries x USING (at, segment, number)" if plain else "listed e"
        condition.append("e.kind = ? AND e.value = ?")
        values += listed[0]
    for pair in listed[1:]:
        condition.append(ALSO_LISTED)
        values += pair
    for name, value in plain:
        condition.append(f'"{name}" = ?')
        values.append(value)
    for sign, moment in ((">=", wanted.since), ("<", wanted.until)):
        if moment is not None:
            condition.append(f"e.at {sign} ?")
            values.append(entries.to_text(moment))
    return table, " AND ".join(condition), values


def _read_on(connection: sqlite3.Connection, segment: Segment) -> int:
    """Reads the new entries of one segment, some thousand in a transaction."""
    total = 0
    while True:
        with transaction(connection):
            read = _read_chunk(connection, segment)
        total += read
        if read < CHUNK:
            return total


def _read_chunk(connection: sqlite3.Connection, segment: Segment) -> int:
    start = _start(connection, segment)
    rows, listed, leaf, read = [], [], "", 0
    for number, parts in segment.scan(start, start + CHUNK):
        leaf, read = parts.leaf(segment.suite).hex(), read + 1
        if parts.dropped:
            continue
        entry = entries.join(parts)
        place = (entries.to_text(entry.at), segment.name, number)
        rows.append((*place, *(getattr(entry, name) for name in PLAIN)))
        listed += [(kind, value, *place) for kind, value in _listed(entry)]
    if read:
        fault.point("ledger.index.rows")
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.executemany("INSERT INTO listed VALUES (?, ?, ?, ?, ?)", listed)
        connection.execute("REPLACE INTO segments VALUES (?, ?, ?)", (segment.name, start + read, leaf))
    return read


def _listed(entry: Entry) -> set[tuple[str, str]]:
    return {("dataset", id) for id in entry.dataset.split()} | {("subject", token) for token in entry.subjects}  # noqa: A001


def _start(connection: sqlite3.Connection, segment: Segment) -> int:
    """Where to read on; zero, after forgetting the segment, where the index knows another segment of that name."""
    known = connection.execute("SELECT count, leaf FROM segments WHERE name = ?", (segment.name,)).fetchone()
    if known is None:
        return 0
    count, leaf = known
    if count <= segment.mark().count and segment.node(0, count - 1).hex() == leaf:
        return int(count)
    _take_out(connection, segment.name)
    return 0


def _take_out(connection: sqlite3.Connection, segment: str) -> None:
    connection.execute("DELETE FROM entries WHERE segment = ?", (segment,))
    connection.execute("DELETE FROM listed WHERE segment = ?", (segment,))
    connection.execute("DELETE FROM segments WHERE name = ?", (segment,))
