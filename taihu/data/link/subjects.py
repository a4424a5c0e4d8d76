"""Tells the subject of each row that a base was linked from."""

from __future__ import annotations

from dataclasses import dataclass

from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.terms.base import Base
from taihu.terms.zone import Zone


@dataclass(frozen=True, slots=True)
class Row:
    """A row by where it came from, its subject, and how it was joined: first, identifier or probable."""

    dataset: str
    batch: str
    number: int
    subject: str
    how: str


def list_rows(base: Base, *, stores: Stores) -> list[Row]:
    """All rows of the newest linking; none where the base was never linked. Ids and numbers only, no values."""
    snapshot = stores.lake.snapshot(Zone.BASE, f"{base.id}.links")
    if snapshot is None:
        return []
    with duck.connect(reads=(stores.lake.root,)) as connection:
        found = connection.execute(f"SELECT dataset, batch, row, subject, how FROM {snapshot.to_sql()} ORDER BY ALL")  # noqa: S608 - our own table
        return [Row(*values) for values in found.fetchall()]
