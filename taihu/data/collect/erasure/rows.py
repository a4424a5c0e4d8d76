"""Finds the rows to erase: in the deliveries as they were read, and in all versions of the lake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from taihu.data.collect import batches
from taihu.data.collect.erasure import hunt as hunts
from taihu.data.collect.erasure.hunt import Found, Hunt
from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import ROW, Reading
from taihu.data.refine.columns import name as quoted
from taihu.terms.dataset import Dataset
from taihu.terms.zone import Zone

Rows = dict[str, dict[str, set[int]]]


def find(hunt: Hunt, *, stores: Stores) -> Found:
    """All rows that a hunt is after, with the batches that hold them. Reads every delivery that may."""
    rows: Rows = {}
    with connect(stores) as connection:
        _find_in_lake(hunt, rows, stores, connection)
    tokens = {hunt.token} if hunt.token else set()
    held = [batch for batch in _list_batches(hunt, stores) if _find_in_batch(hunt, batch, rows, tokens, stores)]
    found = _to_found(rows, held, tokens)
    with connect(stores) as connection:
        hunts.fill(connection, found)
        subjects = sorted(_find_subjects(stores, connection))
    return Found(found.rows, found.batches, found.objects, found.tokens, subjects)


def connect(stores: Stores, *reads: Path) -> duckdb.DuckDBPyConnection:
    """An engine that may rewrite the lake and knows how to read what people write."""
    connection = duck.connect(reads=(stores.lake.root, *reads))
    hunts.register(connection, "resident-id")
    return connection


def _to_found(rows: Rows, held: list[Batch], tokens: set[str]) -> Found:
    return Found(
        {d: {b: sorted(of_batch) for b, of_batch in sorted(of.items())} for d, of in sorted(rows.items())},
        [batch.id for batch in held],
        sorted({sha256 for batch in held for sha256 in batch.objects}),
        sorted(tokens),
    )


def _find_in_lake(hunt: Hunt, rows: Rows, stores: Stores, connection: duckdb.DuckDBPyConnection) -> None:
    for zone in (Zone.GOVERNED, Zone.COLLECTED):
        for table in stores.lake.tables(zone):
            dataset = table.removesuffix(".returned")
            if hunt.dataset in ("", dataset):
                for path in stores.lake.files(zone, table):
                    for batch, row in _ask_file(hunt, path, connection):
                        rows.setdefault(dataset, {}).setdefault(batch, set()).add(row)


def _ask_file(hunt: Hunt, path: Path, connection: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    scan = f"read_parquet('{path}', hive_partitioning=false)"
    columns = [(str(c[0]), str(c[1])) for c in connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()]  # noqa: S608
    wanted = hunt.in_dates(columns) if hunt.before else hunt.in_texts(columns)
    if not wanted or not {"_batch", "_row"} <= {name for name, _ in columns}:
        return []
    asked = f"SELECT DISTINCT _batch, _row FROM {scan} WHERE {wanted}"  # noqa: S608 - ours
    return [(str(b), int(r)) for b, r in connection.execute(asked, _used(asked, hunt)).fetchall()]


def _list_batches(hunt: Hunt, stores: Stores) -> list[Batch]:
    return batches.list_batches(stores, dataset=hunt.dataset or None)


def _find_in_batch(hunt: Hunt, batch: Batch, rows: Rows, tokens: set[str], stores: Stores) -> bool:
    """Adds a batch's rows, and for a period the tokens in them; True where its bytes must be rewritten."""
    known = rows.get(batch.dataset, {}).get(batch.id, set())
    reading = batch.reading
    if reading is not None and stores.objects.exists(reading.sha256):
        with stores.objects.plain(reading.sha256) as path, connect(stores, path) as connection:
            asked = _rows_of(hunt, reading, path)
            known |= (
                {int(row) for (row,) in connection.execute(asked, _used(asked, hunt)).fetchall()} if asked else set()
            )
            if known and hunt.before:
                tokens |= _tokens_of(stores.shelf.dataset(batch.dataset), reading, path, known, stores, connection)
    if known:
        rows.setdefault(batch.dataset, {})[batch.id] = known
        return True
    return bool(hunt.identifier) and any(_object_holds(hunt, sha256, stores) for sha256 in batch.objects)


def _object_holds(hunt: Hunt, sha256: str, stores: Stores) -> bool:
    if not stores.objects.exists(sha256):
        return False
    with stores.objects.plain(sha256) as path:
        return hunt.holds(path)


def _rows_of(hunt: Hunt, reading: Reading, path: Path) -> str:
    """SQL of the rows of a delivery; columns that are kept out are looked at too."""
    names = [name or f"_skipped_{n}" for n, name in enumerate(reading.layout)]
    texts = [(name, "VARCHAR") for name in names if name != ROW]
    wanted = hunt.in_dates(texts) if hunt.before else hunt.in_texts(texts)
    if not wanted:
        return ""
    number = f"row_number() OVER () + {reading.skip}" if reading.is_in_place else f"{ROW}::BIGINT"
    return f"SELECT _at FROM (SELECT *, {number} AS _at FROM {reading.to_scan(path)}) WHERE {wanted}"  # noqa: S608 - ours


def _tokens_of(
    dataset: Dataset,
    reading: Reading,
    path: Path,
    rows: set[int],
    stores: Stores,
    connection: duckdb.DuckDBPyConnection,
) -> set[str]:
    """The tokens of the identifiers in some rows of a delivery."""
    found: set[str] = set()
    for column in dataset.columns:
        if column.is_vaulted and column.name in reading.columns:
            sql, parameters = stores.vault.token_sql(f"{hunts.NUMBER}({quoted(column.name)})")
            asked = connection.execute(
                f"SELECT DISTINCT {sql} FROM {reading.to_sql(path)} "  # noqa: S608 - names are the dataset's
                f"WHERE {quoted(column.name)} IS NOT NULL AND list_contains($rows::BIGINT[], _row)",
                {**parameters, "rows": sorted(rows)},
            )
            found |= {str(token) for (token,) in asked.fetchall() if token}
    return found


def _find_subjects(stores: Stores, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The subjects of bases to whom the rows had been linked, in any version."""
    for table in stores.lake.tables(Zone.BASE):
        if table.endswith(".links"):
            for path in stores.lake.files(Zone.BASE, table):
                asked = (
                    f"SELECT DISTINCT subject FROM read_parquet('{path}') "  # noqa: S608 - ours
                    f"WHERE (dataset, batch, row) IN (SELECT dataset, batch, row FROM {hunts.ROWS})"
                )
                yield from (str(subject) for (subject,) in connection.execute(asked).fetchall())


def _used(sql: str, hunt: Hunt) -> dict[str, object]:
    return {name: value for name, value in hunt.parameters.items() if f"${name}" in sql}
