"""Small worlds for the tests of linking: governed rows in the lake, and what came of them."""

import datetime
from pathlib import Path

import duckdb

from taihu.data.lake import staged
from taihu.data.link import golden
from taihu.terms.zone import Zone

PACKS = Path(__file__).resolve().parents[3] / "packs"
AT = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)


def put(stores, dataset_id, rows, *, number=1):
    """Rows as the governed table of a dataset."""
    dataset = stores.shelf.dataset(dataset_id)
    schema = golden.schema(dataset)
    names = [name for name, _ in schema]
    values = ", ".join(
        "(" + ", ".join("NULL" if row.get(n) is None else f"'{row[n]}'" for n in names) + ")" for row in rows
    )
    select = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in schema)
    quoted = ", ".join(f'"{name}"' for name in names)
    folder = stores.lake.staging(Zone.GOVERNED, dataset_id)
    with duckdb.connect() as connection:
        copied = connection.execute(
            f"COPY (SELECT {select} FROM (VALUES {values}) v({quoted})) TO '{folder}/a.parquet' (FORMAT parquet, RETURN_STATS)"
        ).fetchall()
    stores.lake.commit(
        Zone.GOVERNED,
        dataset_id,
        staged.read_copy(copied),
        stream="test",
        number=number,
        mode="replace",
        schema=schema,
        at=AT,
    )


def subjects(stores, dataset_id="bases.people.person"):
    """The subject of each row of the newest linking: `dataset#row`."""
    snapshot = stores.lake.snapshot(Zone.BASE, f"{dataset_id}.links")
    with duckdb.connect() as connection:
        return dict(connection.execute(f"SELECT dataset || '#' || row, subject FROM {snapshot.to_sql()}").fetchall())


def values(stores, dataset_id, columns):
    """Columns of the linked dataset, as SQL names them."""
    snapshot = stores.lake.snapshot(Zone.BASE, dataset_id)
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {columns} FROM {snapshot.to_sql()} ORDER BY ALL").fetchall()
