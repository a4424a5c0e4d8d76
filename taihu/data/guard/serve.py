"""Builds the lookup file of a dataset from its current version, so that single rows are answered from SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from taihu.data.engines import duck, exclusion
from taihu.data.engines.stores import Stores
from taihu.data.guard import seal
from taihu.data.lake.snapshot import Snapshot
from taihu.data.serving.lookup import Published
from taihu.terms.dataset import Dataset

CHUNK = 10_000


def serve(dataset: Dataset, *, stores: Stores) -> Published | None:
    """Serves the current version of a dataset, unless it is served already; see `serve_anew`."""
    with exclusion.writing(stores.root):
        snapshot, served = stores.lake.snapshot(dataset.zone, dataset.id), stores.serving.find(dataset.id)
        now = (snapshot.version, _columns(snapshot)) if snapshot else None
        if served is not None and (served.version, served.columns) == now:
            return served
        return serve_anew(dataset, stores=stores)


def serve_anew(dataset: Dataset, *, stores: Stores) -> Published | None:
    """Serves the current version of a dataset by its key, from a new file.

    None where the dataset has no rows in its zone yet. The file holds tokens and masked forms as the lake does, never
    an identifier from the vault.
    """
    snapshot = stores.lake.snapshot(dataset.zone, dataset.id)
    if snapshot is None:
        return None
    columns = _columns(snapshot)
    with duck.connect(reads=(stores.lake.root,)) as connection:
        listed = ", ".join(f'"{name}"' for name in columns)
        found = connection.execute(f"SELECT {listed} FROM {snapshot.to_sql()}")  # noqa: S608 - names of the lake
        return stores.serving.publish(
            dataset.id, columns=columns, key=dataset.key, rows=_rows(found), version=snapshot.version
        )


def _columns(snapshot: Snapshot) -> tuple[str, ...]:
    """All columns of the table; of seals those that the version holds."""
    return tuple(n for n, _ in snapshot.columns if not n.startswith(seal.PREFIX) or n in snapshot.present)


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[object, ...]]:
    while chunk := found.fetchmany(CHUNK):
        yield from chunk
