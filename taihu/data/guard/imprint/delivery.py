"""Delivery: who got what when, and where its mark is; kept in one file by whoever delivers."""

from __future__ import annotations

import datetime
import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from taihu.data.ledger.file import open_file
from taihu.terms import fault
from taihu.terms.problem import Problem

TABLES = """
CREATE TABLE IF NOT EXISTS deliveries (
  id TEXT PRIMARY KEY, "grant" TEXT NOT NULL, department TEXT NOT NULL, system TEXT NOT NULL, dataset TEXT NOT NULL,
  "on" TEXT NOT NULL, rows INTEGER NOT NULL, plan TEXT NOT NULL, "by" TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_dataset ON deliveries (dataset, "on");
"""


class DeliveredBefore(Problem):
    """A delivery is entered once: two marks under one name could not be told apart."""

    code = "G-MARK-01"
    status = 409


@dataclass(frozen=True, slots=True)
class Place:
    """A column that carries the mark: in which form, of how many decimals, and which other column varies the choice."""

    column: str
    title: str
    form: str
    scale: int = 0
    beside: str = ""
    beside_title: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the mark of a delivery is. `order` names the column by whose values the rows are put in order."""

    places: tuple[Place, ...] = ()
    order: str = ""
    order_title: str = ""
    choices: int = 0

    @property
    def has_mark(self) -> bool:
        """False where nothing could carry a mark."""
        return bool(self.places or self.order)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery to one recipient; `by` is the person who fetched it."""

    id: str
    grant: str
    department: str
    system: str
    dataset: str
    on: datetime.date
    rows: int = 0
    plan: Plan = Plan()
    by: str = ""


class Deliveries:
    """The register of deliveries. Each thread has a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    def keep(self, delivery: Delivery) -> None:
        """Enters a delivery before it leaves; durable when it returns. Raises DeliveredBefore."""
        fault.point("guard.imprint.keep")
        connection = self._open()
        try:
            connection.execute(
                "INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    delivery.id,
                    delivery.grant,
                    delivery.department,
                    delivery.system,
                    delivery.dataset,
                    delivery.on.isoformat(),
                    delivery.rows,
                    to_text(delivery.plan),
                    delivery.by,
                ),
            )
        except sqlite3.IntegrityError:
            raise DeliveredBefore("该交付已登记", where=delivery.id, help="请为每次交付使用新的交付编号") from None

    def list(self, *, dataset: str = "", since: datetime.date | None = None) -> tuple[Delivery, ...]:
        """The deliveries, of one dataset and from a day on where these are named, oldest first."""
        rows = self._open().execute(
            'SELECT id, "grant", department, system, dataset, "on", rows, plan, "by" FROM deliveries '
            'WHERE (? = \'\' OR dataset = ?) AND "on" >= ? ORDER BY "on", id',
            (dataset, dataset, since.isoformat() if since else ""),
        )
        return tuple(
            Delivery(name, grant, department, system, of, datetime.date.fromisoformat(on), count, from_text(plan), by)
            for name, grant, department, system, of, on, count, plan, by in rows.fetchall()
        )

    def close(self) -> None:
        """Closes this thread's connection."""
        connection = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = self._local.__dict__.get("connection")
        if connection is None:
            connection = open_file(self._path, TABLES)
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        return connection


def to_text(plan: Plan) -> str:
    """A plan as JSON."""
    places = [[p.column, p.title, p.form, p.scale, p.beside, p.beside_title] for p in plan.places]
    said = {"places": places, "order": plan.order, "order_title": plan.order_title, "choices": plan.choices}
    return json.dumps(said, ensure_ascii=False)


def from_text(text: str) -> Plan:
    """The plan that was written."""
    said = json.loads(text)
    return Plan(tuple(Place(*place) for place in said["places"]), said["order"], said["order_title"], said["choices"])
