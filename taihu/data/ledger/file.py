"""File: a SQLite file that several processes may open for the first time at the same moment."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from taihu.terms import fault

SCHEMA = 1
WAIT_SECONDS = 20


class Connection(sqlite3.Connection):
    """A connection that closes when its holder is gone: a thread that ends takes its own with it."""

    def __del__(self) -> None:
        """Closes; where another thread collects it, SQLite closes it in silence."""
        with contextlib.suppress(sqlite3.ProgrammingError):
            self.close()


def open_file(path: Path, tables: str) -> sqlite3.Connection:
    """A connection in WAL mode that commits each statement; the first opener makes the tables, the others wait.

    The change to WAL mode ignores SQLite's own waiting, hence a lock of ours around the making.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fault.point("ledger.file.open")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, factory=Connection)
    try:
        if not _is_made(connection):
            _make(connection, path, tables)
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One act that takes the writer's lock at once, so that a look and a change belong together; all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _is_made(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA)


def _make(connection: sqlite3.Connection, path: Path, tables: str) -> None:
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not _is_made(connection):
            fault.point("ledger.file.tables")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN IMMEDIATE; {tables} PRAGMA user_version = {SCHEMA}; COMMIT;")
    finally:
        os.close(descriptor)
