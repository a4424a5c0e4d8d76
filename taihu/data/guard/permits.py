"""Permits in force, with the hashes of the keys that open them and the calls of the day."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from taihu.data.ledger.file import open_file, transaction
from taihu.terms import fault
from taihu.terms.label import Label, Level
from taihu.terms.permit import Form, Permit, Quota, Scope

TABLES = """
CREATE TABLE IF NOT EXISTS permits (
  "grant" TEXT PRIMARY KEY, body TEXT NOT NULL, key_hash TEXT, is_ended INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_key ON permits (key_hash) WHERE key_hash IS NOT NULL;
CREATE TABLE IF NOT EXISTS calls (
  "grant" TEXT, "on" TEXT, calls INTEGER NOT NULL, PRIMARY KEY ("grant", "on")) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS version (number INTEGER NOT NULL);
INSERT INTO version SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM version);
"""


class Permits:
    """One file, written by the control rooms, read by the doors. Each thread has a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    def keep(self, permit: Permit, key_hash: str | None = None) -> None:
        """Puts a permit in force, in place of an earlier one of the same grant; durable when it returns."""
        fault.point("guard.permits.keep")
        with self._writing() as connection:
            connection.execute(
                'REPLACE INTO permits ("grant", body, key_hash) VALUES (?, ?, ?)',
                (permit.grant, to_text(permit), key_hash or None),
            )

    def end(self, grant: str) -> None:
        """Takes a permit out of force: it is not found any more; its key opens nothing."""
        fault.point("guard.permits.end")
        with self._writing() as connection:
            connection.execute('UPDATE permits SET is_ended = 1, key_hash = NULL WHERE "grant" = ?', (grant,))

    def find(self, grant: str) -> Permit | None:
        """The permit in force of a grant."""
        found = self._open().execute('SELECT body FROM permits WHERE "grant" = ? AND is_ended = 0', (grant,)).fetchone()
        return from_text(found[0]) if found else None

    def find_by_key(self, key: str) -> tuple[Permit, ...]:
        """The permits in force that a key opens; none for an unknown key."""
        rows = self._open().execute(
            'SELECT body FROM permits WHERE key_hash = ? AND is_ended = 0 ORDER BY "grant"', (hash_key(key),)
        )
        return tuple(from_text(body) for (body,) in rows)

    def list(self) -> tuple[Permit, ...]:
        """All permits in force."""
        rows = self._open().execute('SELECT body FROM permits WHERE is_ended = 0 ORDER BY "grant"')
        return tuple(from_text(body) for (body,) in rows)

    def version(self) -> int:
        """A number that grows with each change: what was read before is current while it stays the same."""
        return int(self._open().execute("SELECT number FROM version").fetchone()[0])

    def count_call(self, permit: Permit, on: datetime.date) -> bool:
        """Counts one call of a day; False, and no count, where the day's quota is used up."""
        return self.count_calls(permit, on, 1) == 1

    def count_calls(self, permit: Permit, on: datetime.date, wanted: int) -> int:
        """Counts up to so many calls of a day in one write; how many the day's quota had left for them."""
        fault.point("guard.permits.count")
        connection = self._open()
        with transaction(connection):
            counted = self.calls(permit.grant, on)
            left = max(0, min(wanted, permit.quota.calls_a_day - counted))
            if left:
                connection.execute(
                    "REPLACE INTO calls VALUES (?, ?, ?)", (permit.grant, on.isoformat(), counted + left)
                )
        return left

    def calls(self, grant: str, on: datetime.date) -> int:
        """How many calls of a day are counted."""
        found = (
            self._open()
            .execute('SELECT calls FROM calls WHERE "grant" = ? AND "on" = ?', (grant, on.isoformat()))
            .fetchone()
        )
        return int(found[0]) if found else 0

    def close(self) -> None:
        """Closes this thread's connection."""
        connection = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A durable change with the next version number; calls are counted without waiting for the disk."""
        connection = self._open()
        connection.execute("PRAGMA synchronous = FULL")
        try:
            with transaction(connection):
                yield connection
                connection.execute("UPDATE version SET number = number + 1")
        finally:
            connection.execute("PRAGMA synchronous = NORMAL")

    def _open(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = self._local.__dict__.get("connection")
        if connection is None:
            connection = open_file(self._path, TABLES)
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
        return connection


def hash_key(key: str) -> str:
    """The hash under which a key is kept: keys are long and random, so one round is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def to_text(permit: Permit) -> str:
    """A permit as JSON."""
    said = {
        "grant": permit.grant,
        "department": permit.department,
        "system": permit.system,
        "purpose": permit.purpose,
        "ground": permit.ground,
        "reads": permit.reads,
        "columns": permit.columns,
        "level": permit.label.level.name,
        "kinds": sorted(permit.label.kinds),
        "forms": sorted(permit.forms),
        "until": permit.until.isoformat(),
        "scope": [[scope.column, scope.values, scope.by_prefix] for scope in permit.scope],
        "quota": [permit.quota.calls_a_day, permit.quota.rows_an_answer],
        "procedure": permit.procedure,
    }
    return json.dumps(said, ensure_ascii=False)


def from_text(text: str) -> Permit:
    """The permit that was written."""
    said = json.loads(text)
    return Permit(
        grant=said["grant"],
        department=said["department"],
        system=said["system"],
        purpose=said["purpose"],
        ground=said["ground"],
        reads=tuple(said["reads"]),
        columns=tuple(said["columns"]),
        label=Label(Level[said["level"]], frozenset(said["kinds"])),
        forms=frozenset(map(Form, said["forms"])),
        until=datetime.date.fromisoformat(said["until"]),
        scope=tuple(Scope(column, tuple(values), by_prefix) for column, values, by_prefix in said["scope"]),
        quota=Quota(*said["quota"]),
        procedure=said.get("procedure", ""),
    )
