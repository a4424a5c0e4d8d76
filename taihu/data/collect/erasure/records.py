"""Records of erasures: who ordered what on which ground, how far it came, what it took; never whose rows they were."""

from __future__ import annotations

import contextlib
import datetime
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taihu.data.engines.stores import Stores
from taihu.data.ledger import file
from taihu.terms import fault, problem

PERSON, PERIOD = "person", "period"
ASKED, RUNNING, DONE, REFUSED = "asked", "running", "done", "refused"
NEXT = {ASKED: {RUNNING, REFUSED}, RUNNING: {RUNNING, DONE}, DONE: set(), REFUSED: set()}
PURPOSE = "erasures"
TABLES = """
CREATE TABLE erasures (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'period')),
    dataset TEXT NOT NULL,
    before TEXT NOT NULL,
    subject TEXT NOT NULL,
    reference TEXT NOT NULL CHECK (trim(reference) <> ''),
    ground TEXT NOT NULL CHECK (trim(ground) <> ''),
    reason TEXT NOT NULL CHECK (trim(reason) <> ''),
    asked_by TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'running', 'done', 'refused')),
    preview TEXT NOT NULL DEFAULT '',
    approved_by TEXT NOT NULL DEFAULT '',
    approved_at TEXT NOT NULL DEFAULT '',
    done_at TEXT NOT NULL DEFAULT '',
    manifest TEXT NOT NULL DEFAULT '',
    receipt TEXT NOT NULL DEFAULT '',
    CHECK (state <> 'done' OR (manifest <> '' AND receipt <> '' AND done_at <> '')),
    CHECK (state IN ('asked', 'refused') OR (approved_by <> '' AND approved_at <> ''))
);
CREATE TABLE steps (erasure TEXT NOT NULL, step TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY (erasure, step));
CREATE TABLE touched (erasure TEXT NOT NULL, dataset TEXT NOT NULL, PRIMARY KEY (erasure, dataset));
"""

LISTED = """
SELECT * FROM erasures WHERE (:state = '' OR state = :state) AND (:subject = '' OR subject = :subject)
AND (:dataset = '' OR id IN (SELECT erasure FROM touched WHERE dataset = :dataset)) ORDER BY number DESC
"""


class NoSuchErasure(problem.Problem):
    """There is no erasure of that id."""

    code = "C-100"
    status = 404


class NotThatWay(problem.Problem):
    """An erasure cannot go from its state to the one asked for."""

    code = "C-101"
    status = 409


@dataclass(frozen=True, slots=True)
class Record:
    """One erasure. `subject` is the person's token of a purpose of its own, which joins with nothing."""

    id: str
    kind: str
    dataset: str
    before: str
    subject: str
    reference: str
    ground: str
    reason: str
    asked_by: str
    asked_at: datetime.datetime
    state: str = ASKED
    preview: dict[str, int] = field(default_factory=dict)
    has_preview: bool = False
    approved_by: str = ""
    approved_at: datetime.datetime | None = None
    done_at: datetime.datetime | None = None
    manifest: str = ""
    receipt: str = ""

    @property
    def words(self) -> str:
        """What a recomputation says that meets it: deleted by law, by which order, when."""
        day = f"{self.done_at:%Y年%m月%d日}" if self.done_at else "正在办理"
        return f"依法删除（{self.ground}），文号 {self.reference}，{day}"


class Records:
    """The erasures of a city in SQLite; durable when a call returns."""

    def __init__(self, root: Path) -> None:
        self._path = root / "erasures" / "erasures.sqlite3"

    def keep(self, record: Record) -> None:
        """Adds one that was asked for."""
        with self._write() as connection:
            fault.point("erasure.record.insert")
            connection.execute(
                "INSERT INTO erasures (id, kind, dataset, before, subject, reference, ground, reason, asked_by, asked_at, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(record.id, record.kind, record.dataset, record.before, record.subject, record.reference),
                    *(record.ground, record.reason, record.asked_by, record.asked_at.isoformat(), record.state),
                ),
            )

    def find(self, id: str) -> Record:  # noqa: A002 - the field's name
        """The erasure of that id; raises NoSuchErasure."""
        with self._open() as connection:
            row = connection.execute("SELECT * FROM erasures WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise NoSuchErasure("没有这项删除。", where=id[:20], help="请从删除列表中选择。")
        return _read(row)

    def list_all(self, *, state: str = "", subject: str = "", dataset: str = "") -> list[Record]:
        """Erasures by state, by subject and by a dataset that they touched, newest first."""
        with self._open() as connection:
            rows = connection.execute(LISTED, {"state": state, "subject": subject, "dataset": dataset})
            return [_read(row) for row in rows]

    def move(self, id: str, state: str, **changes: Any) -> Record:  # noqa: A002 - the field's name
        """Puts an erasure into another state; raises NotThatWay."""
        found = self.find(id)
        if state not in NEXT[found.state]:
            raise NotThatWay("该项删除现在不能这样办理。", where=id, help="请刷新页面，查看现在的状态。")
        self._change(id, {**changes, "state": state})
        return self.find(id)

    def note_preview(self, id: str, counts: dict[str, int]) -> None:  # noqa: A002 - the field's name
        """Keeps the rows per place that would go."""
        self._change(id, {"preview": json.dumps(counts, ensure_ascii=False)})

    def note_step(self, id: str, step: str, told: object) -> None:  # noqa: A002 - the field's name
        """Keeps what a step of the work did, the first time that it is told."""
        with self._write() as connection:
            fault.point("erasure.step.insert")
            connection.execute("INSERT OR IGNORE INTO steps VALUES (?, ?, ?)", (id, step, json.dumps(told)))

    def steps(self, id: str) -> dict[str, Any]:  # noqa: A002 - the field's name
        """What the steps of the work did."""
        with self._open() as connection:
            rows = connection.execute("SELECT step, told FROM steps WHERE erasure = ? ORDER BY step", (id,))
            return {step: json.loads(told) for step, told in rows}

    def note_touched(self, id: str, datasets: list[str]) -> None:  # noqa: A002 - the field's name
        """Keeps which datasets lost rows."""
        with self._write() as connection:
            fault.point("erasure.touched.insert")
            connection.executemany("INSERT OR IGNORE INTO touched VALUES (?, ?)", [(id, name) for name in datasets])

    def touched(self, id: str) -> list[str]:  # noqa: A002 - the field's name
        """The datasets that lost rows."""
        with self._open() as connection:
            rows = connection.execute("SELECT dataset FROM touched WHERE erasure = ? ORDER BY dataset", (id,))
            return [name for (name,) in rows]

    def _change(self, id: str, changes: dict[str, Any]) -> None:  # noqa: A002 - the field's name
        sets = ", ".join(f"{name} = ?" for name in changes)
        with self._write() as connection:
            fault.point("erasure.record.update")
            connection.execute(f"UPDATE erasures SET {sets} WHERE id = ?", (*changes.values(), id))  # noqa: S608 - field names

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = file.open_file(self._path, TABLES)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection, file.transaction(connection):
            yield connection


def _read(row: sqlite3.Row) -> Record:
    kept = dict(row)
    del kept["number"]
    kept["has_preview"] = bool(kept["preview"])
    kept["preview"] = json.loads(kept["preview"] or "{}")
    kept["asked_at"] = datetime.datetime.fromisoformat(kept["asked_at"])
    for name in ("approved_at", "done_at"):
        kept[name] = datetime.datetime.fromisoformat(kept[name]) if kept[name] else None
    return Record(**kept)


def find(
    stores: Stores, *, dataset: str = "", identifier: str = "", since: datetime.datetime | None = None
) -> list[Record]:
    """The erasures that a recomputation may meet: of a dataset, of a person, done or under way after a moment."""
    subject = stores.vault.token(identifier, purpose=PURPOSE) if identifier else ""
    found = Records(stores.root).list_all(dataset=dataset, subject=subject)
    return [r for r in found if r.state == RUNNING or (r.done_at and (since is None or r.done_at >= since))]
