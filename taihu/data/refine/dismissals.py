"""Dismissals: which returned rows their department will not deliver again, and why; decisions are added, never erased."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from taihu.data.ledger import file

TABLES = """
CREATE TABLE IF NOT EXISTS decisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    batch TEXT NOT NULL,
    row INTEGER NOT NULL,
    is_dismissed INTEGER NOT NULL CHECK (is_dismissed IN (0, 1)),
    reason TEXT NOT NULL CHECK (is_dismissed = 0 OR trim(reason) <> ''),
    by TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS decisions_of_row ON decisions (batch, row, number);
"""
NEWEST = "SELECT max(number) FROM decisions GROUP BY batch, row"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one returned row: by whom, when, why."""

    batch: str
    row: int
    is_dismissed: bool
    reason: str
    by: str
    at: datetime.datetime


def path_of(root: Path) -> Path:
    """Where the decisions lie."""
    return root / "refined" / "dismissals.sqlite3"


def find_dismissed(root: Path) -> Mapping[str, frozenset[int]]:
    """The rows that stand dismissed, by batch."""
    if not path_of(root).is_file():
        return {}
    found: dict[str, set[int]] = {}
    with connect(root) as connection:
        asked = f"SELECT batch, row FROM decisions WHERE is_dismissed AND number IN ({NEWEST})"  # noqa: S608 - ours
        for batch, row in connection.execute(asked):
            found.setdefault(batch, set()).add(row)
    return {batch: frozenset(rows) for batch, rows in found.items()}


def find_decisions(root: Path, batch: str) -> Mapping[int, Decision]:
    """The newest decision about each row of a batch."""
    if not path_of(root).is_file():
        return {}
    with connect(root) as connection:
        return {decision.row: decision for decision in read(connection, batch)}


def list_decisions(root: Path, batch: str, row: int) -> list[Decision]:
    """All decisions about a row, oldest first."""
    if not path_of(root).is_file():
        return []
    with connect(root) as connection:
        return [decision for decision in read(connection, batch, all_of=row) if decision.row == row]


def read(connection: sqlite3.Connection, batch: str, *, all_of: int | None = None) -> list[Decision]:
    """The newest decision about each row of a batch, or all decisions about one."""
    newest = f"number IN ({NEWEST})" if all_of is None else "row = :row"
    asked = f"SELECT batch, row, is_dismissed, reason, by, at FROM decisions WHERE batch = :batch AND {newest} ORDER BY number"  # noqa: S608 - ours
    return [
        Decision(name, row, bool(is_dismissed), reason, by, datetime.datetime.fromisoformat(at))
        for name, row, is_dismissed, reason, by, at in connection.execute(asked, {"batch": batch, "row": all_of})
    ]


@contextlib.contextmanager
def connect(root: Path) -> Iterator[sqlite3.Connection]:
    """A connection that commits durably."""
    connection = file.open_file(path_of(root), TABLES)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        yield connection
    finally:
        connection.close()
