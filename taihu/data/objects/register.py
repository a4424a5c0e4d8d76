"""Register of batches in SQLite: one line per delivery, without a value of any row."""

from __future__ import annotations

import contextlib
import datetime
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from taihu.data.ledger import file
from taihu.data.objects import batch as states
from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import Reading
from taihu.terms import fault, problem

TABLES = """
CREATE TABLE IF NOT EXISTS batches (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    dataset TEXT NOT NULL,
    department TEXT NOT NULL,
    filename TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    received_by TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'refined', 'refused')),
    rows_in INTEGER,
    accepted INTEGER,
    returned INTEGER,
    refined_at TEXT,
    problem TEXT,
    reading TEXT,
    replaces TEXT REFERENCES batches (id),
    UNIQUE (dataset, sha256),
    CHECK ((state = 'refused') = (problem IS NOT NULL)),
    CHECK (state <> 'refined' OR rows_in = accepted + returned)
);
CREATE INDEX IF NOT EXISTS batches_of_dataset ON batches (dataset, number);
CREATE TABLE IF NOT EXISTS seen (
    source TEXT NOT NULL, item TEXT NOT NULL, mark TEXT NOT NULL, batch TEXT NOT NULL,
    PRIMARY KEY (source, item)
);
"""
# Made beside the others, so that a register from before erasures has it too.
ERASED = """CREATE TABLE IF NOT EXISTS erased (
    batch TEXT NOT NULL REFERENCES batches (id), erasure TEXT NOT NULL,
    accepted INTEGER NOT NULL, returned INTEGER NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
    PRIMARY KEY (batch, erasure)
)"""
SELECT = """SELECT *, (SELECT coalesce(sum(e.accepted + e.returned), 0) FROM erased e WHERE e.batch = batches.id) AS erased,
    EXISTS (SELECT 1 FROM erased e WHERE e.batch = batches.id) AS is_erased FROM batches"""
FIELDS = [
    "id",
    "dataset",
    "department",
    "filename",
    "sha256",
    "size",
    "received_at",
    "received_by",
    "state",
    "rows_in",
    "accepted",
    "returned",
    "refined_at",
    "problem",
    "reading",
    "replaces",
]


Before = Callable[[Batch], object] | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What one erasure took from a batch: rows that had been accepted and returned, the kept bytes before and after."""

    batch: str
    erasure: str
    accepted: int
    returned: int
    before: str
    after: str


class NoSuchBatch(problem.Problem):
    """The register holds no batch of that id."""

    code = "C-001"
    status = 404


class NotThatWay(problem.Problem):
    """A batch cannot go from its state to the one asked for."""

    code = "C-002"
    status = 409


class Register:
    """The batches of a city; safe between processes, durable when a call returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        connection = file.open_file(path, TABLES)
        try:
            connection.execute(ERASED)
        finally:
            connection.close()

    def keep(self, batch: Batch, *, before: Before = None) -> Batch:
        """Adds a batch under the next number and an id made of its day and number; its own number and id are ignored.

        Where the same dataset already has a batch of the same bytes, that one is returned unchanged.
        `before` is called with the batch just before it becomes visible: the ledger's entry comes first.
        """
        with self._write() as connection:
            found = self._find(connection, "dataset = ? AND sha256 = ?", (batch.dataset, batch.sha256))
            if found:
                return found
            last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'batches'").fetchone()
            number = (last[0] if last else 0) + 1
            numbered = replace(batch, number=number, id=f"{batch.received_at:%Y%m%d}-{number:05d}")
            values = _to_row(numbered)
            fault.point("register.keep.insert")
            connection.execute(
                f"INSERT INTO batches (number, {', '.join(FIELDS)}) VALUES (?{', ?' * len(FIELDS)})",  # noqa: S608 - field names
                (number, *values),
            )
            if before:
                before(numbered)
            return numbered

    def move(self, batch_id: str, state: str, *, before: Before = None, **changes: Any) -> Batch:
        """Puts a batch into another state with what is now known of it; raises NoSuchBatch, NotThatWay."""
        with self._write() as connection:
            found = self._find(connection, "id = ?", (batch_id,))
            if found is None:
                raise _missing(batch_id)
            if state not in states.NEXT[found.state]:
                raise NotThatWay(
                    f"批次{states.TITLES[found.state]}，不能改为{states.TITLES[state]}。",
                    where=batch_id,
                    help="请刷新页面，查看批次现在的状态。",
                )
            moved = replace(found, state=state, **changes)
            sets = ", ".join(f"{field} = ?" for field in FIELDS)
            fault.point("register.move.update")
            connection.execute(f"UPDATE batches SET {sets} WHERE id = ?", (*_to_row(moved), batch_id))  # noqa: S608 - field names
            if before:
                before(moved)
            return moved

    def find(self, batch_id: str) -> Batch:
        """The batch of that id; raises NoSuchBatch."""
        with self._connect() as connection:
            found = self._find(connection, "id = ?", (batch_id,))
        if found is None:
            raise _missing(batch_id)
        return found

    def find_same(self, dataset: str, sha256: str) -> Batch | None:
        """The batch of a dataset with those bytes."""
        with self._connect() as connection:
            return self._find(connection, "dataset = ? AND sha256 = ?", (dataset, sha256))

    def list_batches(
        self, *, department: str | None = None, dataset: str | None = None, state: str | None = None
    ) -> list[Batch]:
        """Batches by any of the three, newest first."""
        asked = {"department": department, "dataset": dataset, "state": state}
        used = {name: value for name, value in asked.items() if value is not None}
        condition = " AND ".join(f"{name} = ?" for name in used) or "1"
        with self._connect() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE {condition} ORDER BY number DESC",
                tuple(used.values()),
            )
            return [_to_batch(row) for row in rows]

    def erase(self, told: Erased, reading: Reading | None) -> None:
        """Notes an erasure and the reading that takes the place of the batch's; once per batch and erasure."""
        with self._write() as connection:
            fault.point("register.erase.insert")
            connection.execute(
                "INSERT OR IGNORE INTO erased VALUES (?, ?, ?, ?, ?, ?)",
                (told.batch, told.erasure, told.accepted, told.returned, told.before, told.after),
            )
            if reading is not None:
                connection.execute("UPDATE batches SET reading = ? WHERE id = ?", (reading.to_json(), told.batch))

    def list_erased(self, *, batch: str = "", erasure: str = "") -> list[Erased]:
        """What erasures took, by batch or by erasure."""
        with self._connect() as connection:
            rows = connection.execute(
                "SELECT * FROM erased WHERE batch = ? OR erasure = ? ORDER BY batch, erasure", (batch, erasure)
            )
            return [Erased(*row) for row in rows]

    def has_seen(self, source: str, item: str, mark: str) -> str | None:
        """The batch that an item of a source (a file of a folder) became when it bore the same mark."""
        with self._connect() as connection:
            row = connection.execute(
                "SELECT batch FROM seen WHERE source = ? AND item = ? AND mark = ?", (source, item, mark)
            ).fetchone()
            return row[0] if row else None

    def note_seen(self, source: str, item: str, mark: str, batch_id: str) -> None:
        """Remembers what an item of a source became."""
        with self._write() as connection:
            fault.point("register.seen.insert")
            connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", (source, item, mark, batch_id))

    def _find(self, connection: sqlite3.Connection, condition: str, values: tuple[str, ...]) -> Batch | None:
        row = connection.execute(f"{SELECT} WHERE {condition}", values).fetchone()
        return _to_batch(row) if row else None

    @contextlib.contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        connection = file.open_file(self.path, TABLES)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction that takes the writer's lock at once, so that a look and an insert are one act."""
        with self._connect() as connection, file.transaction(connection):
            yield connection
            fault.point("register.write.commit")


def _missing(batch_id: str) -> NoSuchBatch:
    return NoSuchBatch("没有这个批次。", where=batch_id[:40], help="请从批次列表中选择。")


def _to_row(batch: Batch) -> tuple[object, ...]:
    """The fields of a batch as SQLite keeps them."""
    kept: dict[str, object] = {field: getattr(batch, field) for field in FIELDS}
    kept["received_at"] = batch.received_at.isoformat()
    kept["refined_at"] = batch.refined_at.isoformat() if batch.refined_at else None
    kept["problem"] = json.dumps(batch.problem, ensure_ascii=False) if batch.problem else None
    kept["reading"] = batch.reading.to_json() if batch.reading else None
    return tuple(kept.values())


def _to_batch(row: sqlite3.Row) -> Batch:
    kept = dict(row)
    kept["received_at"] = datetime.datetime.fromisoformat(kept["received_at"])
    kept["refined_at"] = datetime.datetime.fromisoformat(kept["refined_at"]) if kept["refined_at"] else None
    kept["problem"] = json.loads(kept["problem"]) if kept["problem"] else None
    kept["reading"] = Reading.from_json(kept["reading"]) if kept["reading"] else None
    kept["is_erased"] = bool(kept["is_erased"])
    return Batch(**kept)
