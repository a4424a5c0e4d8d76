"""Small deliveries for the tests of refine: rows written where they are read, received by hand."""

from __future__ import annotations

import csv
import datetime
import functools
import io
from pathlib import Path

import duckdb

from taihu.data.engines.stores import Stores, open_stores
from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import Reading
from taihu.data.objects.register import Register
from taihu.terms.shelf import Shelf, read_shelf
from taihu.terms.zone import Zone

PACKS = Path(__file__).parents[3] / "packs"
NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


@functools.cache
def a_shelf() -> Shelf:
    return read_shelf(PACKS)


def some_stores(root: Path, shelf: Shelf | None = None) -> Stores:
    return open_stores(root, shelf or a_shelf(), segment="test")


def a_batch(
    stores: Stores,
    dataset: str,
    table: str,
    *,
    at: datetime.datetime = NOON,
    replaces: str | None = None,
    sheet: str = "",
    units: dict[str, str] | None = None,
) -> Batch:
    """A batch of rows written as `a | b` with a heading; `_fault` and `__datum` may be columns too."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    heading, rows = lines[0], lines[1:]
    has_fault = "_fault" in heading
    layout = ("_row", *(() if has_fault else ("_fault",)), *heading)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(rows, 2):
        writer.writerow([number, *([] if has_fault else [""]), *row])
    ref = stores.objects.put(io.BytesIO(text.getvalue().encode()))
    reading = Reading(sha256=ref.sha256, rows=len(rows), layout=layout, sheet=sheet, units=units or {})
    register = Register(stores.root / "collect" / "batches.sqlite3")
    declared = stores.shelf.dataset(dataset)
    return register.keep(
        Batch(
            id="",
            number=0,
            dataset=dataset,
            department=declared.department,
            filename="delivery.csv",
            sha256=ref.sha256,
            size=ref.size,
            received_at=at,
            received_by="somebody",
            state="received",
            rows_in=len(rows),
            reading=reading,
            replaces=replaces,
        )
    )


def rows_of(
    stores: Stores, table: str, *columns: str, zone: Zone = Zone.GOVERNED, order: str = "_row"
) -> list[tuple[object, ...]]:
    """Rows of a table in the lake, by row."""
    snapshot = stores.lake.snapshot(zone, table)
    if snapshot is None:
        return []
    listed = ", ".join(f'"{column}"' for column in columns)
    return duckdb.connect().execute(f"SELECT {listed} FROM {snapshot.to_sql()} ORDER BY {order}").fetchall()


def reasons_of(stores: Stores, dataset: str, batch: Batch) -> dict[int, list[str]]:
    """Codes with columns by row number."""
    found = rows_of(stores, f"{dataset}.returned", "_row", "_codes", "_batch", zone=Zone.COLLECTED)
    return {int(str(row)): str(codes).split() for row, codes, owner in found if owner == batch.id}
