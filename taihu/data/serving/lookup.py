"""Serves single rows by key from SQLite files that are written once and never changed."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from taihu.data.ledger.file import Connection
from taihu.terms import fault
from taihu.terms.problem import Problem

Value = str | int | None
BATCH = 10_000
# A system call costs more than a lookup: the pointer is not looked at for each.
LOOK_SECONDS = 0.02


class NotServed(Problem):
    """Nobody has published a lookup file for this table."""

    code = "K-040"
    status = 404


class NotAKey(Problem):
    """The asked columns do not begin the key of the table."""

    code = "K-041"


@dataclass(frozen=True, slots=True)
class Published:
    """What the pointer of a table names: a file, the version it was made from, its columns and key."""

    table: str
    file: str
    version: int
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: int

    def has(self, names: Iterable[str]) -> bool:
        """True where the file has all these columns."""
        return set(names) <= set(self.columns)


class Serving:
    """The lookup files under one folder. One writer per table; any number of readers in any process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._local = threading.local()
        self._stamps: dict[str, tuple[float, int | None]] = {}

    def publish(
        self, table: str, *, columns: Sequence[str], key: Sequence[str], rows: Iterable[Sequence[object]], version: int
    ) -> Published:
        """Writes a new file with all rows and points to it; the files before the last one are removed.

        Dates and times become ISO text, decimals their digits. Rows need not be unique by key.
        """
        missing = [name for name in key if name not in columns]
        if missing or not key:
            raise NotAKey(f"发布查询文件的主键列不在列清单中：{', '.join(missing) or '(空)'}", where=table)
        folder = self._root / table
        folder.mkdir(parents=True, exist_ok=True)
        before = self.find(table)
        name = f"v{version}-{_number(before)}.sqlite3"
        count = _write(folder / name, columns=columns, key=key, rows=rows)
        published = Published(table, name, version, tuple(columns), tuple(key), count)
        self._point(folder, published)
        fault.point("serving.publish.remove")
        for file in folder.glob("*.sqlite3"):
            if file.name not in {name, before.file if before else name}:
                file.unlink()
        return published

    def drop_old(self, table: str) -> int:
        """Removes all files of a table but the one that is served; returns how many."""
        served = self.find(table)
        old = [f for f in (self._root / table).glob("*.sqlite3*") if served is None or f.name != served.file]
        for file in old:
            fault.point("serving.old.remove")
            file.unlink(missing_ok=True)
        return len(old)

    def tables(self) -> list[str]:
        """The tables that have lookup files."""
        return sorted(folder.name for folder in self._root.glob("*") if folder.is_dir())

    def _point(self, folder: Path, published: Published) -> None:
        draft = folder / "current.json.new"
        fault.point("serving.publish.pointer")
        with draft.open("w", encoding="utf-8") as stream:
            json.dump(dataclasses.asdict(published), stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(folder / "current.json")
        self._stamps.pop(published.table, None)

    def withdraw(self, table: str) -> None:
        """Takes the pointer away: from now on nobody finds the table here."""
        fault.point("serving.withdraw.pointer")
        (self._root / table / "current.json").unlink(missing_ok=True)
        self._stamps.pop(table, None)

    def find(self, table: str) -> Published | None:
        """What is served of a table now, if anything."""
        pointer = self._root / table / "current.json"
        try:
            found = json.loads(pointer.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return Published(**{**found, "columns": tuple(found["columns"]), "key": tuple(found["key"])})

    def version(self, table: str) -> int:
        """The version that the file of a table was made from; raises NotServed."""
        return self._open(table)[0].version

    def is_served(self, table: str) -> bool:
        """True where a lookup file of the table is published."""
        return self._stamp(table) is not None

    def lookup(
        self, table: str, key: Mapping[str, str], *, columns: Sequence[str] = (), limit: int = 1_000
    ) -> list[tuple[Value, ...]]:
        """The rows whose key columns have these values; `key` must be the first columns of the table's key.

        Of `columns`, or of all where none is named. Raises NotServed where the file lacks one of them.
        """
        published, connection = self._open(table)
        asked = published.key[: len(key)]
        if not key or set(asked) != set(key):
            raise NotAKey(f"只能按主键查询，依次为：{'、'.join(published.key)}", where=table)
        if not published.has(columns):
            raise NotServed("查询文件中没有所需的数据项", where=table, help="请在下一次发布后重试")
        condition = " AND ".join([f"{_quote(name)} = ?" for name in asked])
        names = ", ".join(map(_quote, columns or published.columns))
        statement = f"SELECT {names} FROM rows WHERE {condition} LIMIT ?"  # noqa: S608 - names are quoted, values are bound
        return connection.execute(statement, (*[key[name] for name in asked], limit)).fetchall()

    def _open(self, table: str) -> tuple[Published, sqlite3.Connection]:
        """The connection of this thread to the file that the pointer names now."""
        stamp = self._stamp(table)
        if stamp is None:
            raise NotServed("该数据资源尚未提供按主键查询服务", where=table, help="请先在目录中发布，或改用批量方式")
        known: dict[str, tuple[int, Published, sqlite3.Connection]] = self._local.__dict__.setdefault("open", {})
        if table in known and known[table][0] == stamp:
            return known[table][1], known[table][2]
        published = self.find(table)
        if published is None:
            raise NotServed("该数据资源尚未提供按主键查询服务", where=table)
        file = self._root / table / published.file
        connection = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False, factory=Connection
        )
        connection.execute("PRAGMA mmap_size = 1073741824")
        if table in known:
            known[table][2].close()
        known[table] = (stamp, published, connection)
        return published, connection

    def _stamp(self, table: str) -> int | None:
        """When the pointer of a table was last moved; None without one. What others moved is seen `LOOK_SECONDS` later."""
        now = time.monotonic()
        looked_at, stamp = self._stamps.get(table, (-LOOK_SECONDS, None))
        if now - looked_at >= LOOK_SECONDS:
            try:
                stamp = (self._root / table / "current.json").stat().st_mtime_ns
            except OSError:
                stamp = None
            self._stamps[table] = (now, stamp)
        return stamp

    def close(self) -> None:
        """Closes the files that this thread has open."""
        for _, _, connection in self._local.__dict__.pop("open", {}).values():
            connection.close()


def _number(before: Published | None) -> int:
    return int(before.file.removesuffix(".sqlite3").rpartition("-")[2]) + 1 if before else 1


def _write(file: Path, *, columns: Sequence[str], key: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    file.unlink(missing_ok=True)
    fault.point("serving.publish.file")
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        names = ", ".join(map(_quote, columns))
        connection.execute(f"CREATE TABLE rows ({names})")
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO rows VALUES ({marks})"  # noqa: S608 - only question marks are put in
        count = 0
        for batch in _batches(rows):
            connection.executemany(statement, batch)
            count += len(batch)
        connection.execute(f"CREATE INDEX by_key ON rows ({', '.join(map(_quote, key))})")
        connection.commit()
    finally:
        connection.close()
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
    return count


def _batches(rows: Iterable[Sequence[object]]) -> Iterator[list[tuple[Value, ...]]]:
    batch: list[tuple[Value, ...]] = []
    for row in rows:
        batch.append(tuple(map(_plain, row)))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _plain(value: object) -> Value:
    """What SQLite keeps of a value: text, whole numbers, NULL."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    raise TypeError(f"a served row holds text, whole numbers, decimals, dates and times, not {type(value).__name__}")


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
