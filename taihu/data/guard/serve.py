"""Builds the lookup file of a dataset from its current version, so that single rows are answered from SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.guard import seal
from taihu.data.serving.lookup import Published
from taihu.terms.dataset import Dataset

CHUNK = 10_000


def serve(dataset: Dataset, *, stores: Stores) -> Published | None:
    """Serves the current version of a dataset by its key; nothing is written where that version is served already.

    None where the dataset has no rows in its zone yet. The file holds tokens and masked forms as the lake does, never
    an identifier from the vault.
    """
    snapshot = stores.lake.snapshot(dataset.zone, dataset.id)
    if snapshot is None:
        return None
    served = stores.serving.find(dataset.id)
    columns = tuple(n for n, _ in snapshot.columns if not n.startswith(seal.PREFIX) or n in snapshot.present)
    if served is not None and served.version == snapshot.version and served.columns == columns:
        return served
    with duck.connect(reads=(stores.lake.root,)) as connection:
        listed = ", ".join(f'"{name}"' for name in columns)
        found = connection.execute(f"SELECT {listed} FROM {snapshot.to_sql()}")  # noqa: S608 - names of the lake
        return stores.serving.publish(
            dataset.id, columns=columns, key=dataset.key, rows=_rows(found), version=snapshot.version
        )


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[object, ...]]:
    while chunk := found.fetchmany(CHUNK):
        yield from chunk
