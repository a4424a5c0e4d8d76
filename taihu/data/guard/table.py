"""Tables that the guard reads: the pinned version of a dataset in its zone, and the rows that went back."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.guard import raw, refused, seal
from taihu.data.guard.standing import RETURNED
from taihu.data.lake.snapshot import Snapshot
from taihu.data.query import kinds
from taihu.terms.dataset import Column, Dataset
from taihu.terms.declassifier import MADE
from taihu.terms.permit import Permit, Scope
from taihu.terms.zone import Zone

ZONES = (Zone.GOVERNED, Zone.BASE, Zone.THEME, Zone.TOPIC, Zone.SHARED, Zone.OPENED)
MASKED = "__masked"
NO_MORE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Table:
    """A table's declaration and its pinned version; `name` is what permits and questions call it.

    `sent` are the columns that the department promised, where the table holds texts as they came.
    """

    name: str
    dataset: Dataset
    snapshot: Snapshot | None
    sent: tuple[Column, ...] = ()

    @property
    def version(self) -> str:
        """Zone and version, for the ledger."""
        return f"{self.snapshot.zone}@{self.snapshot.version}" if self.snapshot else ""

    def has(self, name: str) -> bool:
        """True where the stored table has a column of that name."""
        return self.snapshot is not None and any(name == known for known, _ in self.snapshot.columns)

    def relation(self, more: Mapping[str, str] = NO_MORE) -> str:
        """SQL of all declared columns by name and type, with masked forms and `more` columns; raises NothingHere.

        A column declared after the version was written reads as NULL.
        """
        if self.snapshot is None:
            raise refused.NothingHere(
                f"「{self.dataset.title}」还没有入库的数据", where=self.name, help="请等数源单位报送并治理入库后再试"
            )
        shown = [self._column(column) for column in self.dataset.columns]
        for column in self.dataset.columns:
            if column.is_vaulted:
                masked = quote(column.name + MASKED) if self.has(column.name + MASKED) else "NULL::VARCHAR"
                shown.append(f"{masked} AS {quote(column.name + MASKED)}")
        shown += [quote(name) for name in ("_batch", "_row") if self.has(name) and name not in self._names()]
        shown += [f"{sql} AS {quote(name)}" for name, sql in more.items()]
        return f"(SELECT {', '.join(shown)} FROM {self.snapshot.to_sql()})"  # noqa: S608 - names are quoted

    def _names(self) -> set[str]:
        return {column.name for column in self.dataset.columns}

    def _column(self, column: Column) -> str:
        kind = kinds.to_duckdb(column.kind)
        return (
            f"{quote(column.name)}::{kind} AS {quote(column.name)}"
            if self.has(column.name)
            else (f"NULL::{kind} AS {quote(column.name)}")
        )


def open_table(name: str, stores: Stores, zone: Zone | None = None) -> Table:
    """The table of a dataset, or of its returned rows; raises pack.UnknownName.

    What the house made under other labels than those declared now counts as not there.
    """
    if name.endswith(RETURNED):
        return _open_returned(name, stores)
    dataset = stores.shelf.dataset(name)
    if dataset.zone in MADE:
        made = stores.lake.snapshot(dataset.zone, name)
        return Table(name, dataset, made if made is not None and seal.holds(dataset, made.present) else None)
    for place in (zone,) if zone else (dataset.zone, *ZONES):
        snapshot = stores.lake.snapshot(place, name)
        if snapshot is not None:
            return Table(name, dataset, snapshot)
    return Table(name, dataset, None)


def _open_returned(name: str, stores: Stores) -> Table:
    """Returned rows as a dataset of texts with the labels and masks of its columns; raises pack.UnknownName."""
    dataset = stores.shelf.dataset(name.removesuffix(RETURNED))
    snapshot = stores.lake.snapshot(Zone.COLLECTED, name)
    columns = tuple(raw.to_columns(dataset, snapshot.columns if snapshot else ()))
    key = tuple(column for column in ("_batch", "_row") if any(column == known.name for known in columns))
    returned = dataclasses.replace(dataset, title=f"{dataset.title}（退回数据）", columns=columns, key=key, checks=())
    return Table(name, returned, snapshot, dataset.columns)


def check_scope(table: Table, permit: Permit) -> tuple[Scope, ...]:
    """The permit's row scope; raises OutOfScope where the table cannot be cut by it."""
    for scope in permit.scope:
        column = next((known for known in table.dataset.columns if known.name == scope.column), None)
        if column is None or column.is_vaulted or not column.label.is_within(permit.label):
            raise refused.OutOfScope(
                f"许可限定了行范围（{scope.column}），「{table.dataset.title}」不能按它限定",
                where=table.name,
                help="请申请该数据资源单独的授权，或改用其可见的数据项限定范围",
            )
    return permit.scope


@contextlib.contextmanager
def connect(stores: Stores) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that reads the lake's files and nothing else."""
    connection = duck.connect(reads=(stores.lake.root,))
    try:
        yield connection
    finally:
        connection.close()


def quote(name: str) -> str:
    """An identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'
