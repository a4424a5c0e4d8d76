"""Rewrites deliveries without the rows that are erased; what came goes with its keys, the rows keep their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from taihu.data.collect import batches
from taihu.data.collect.erasure.hunt import Found
from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import DATUM, FAULT, ROW, Reading
from taihu.data.objects.register import Erased, Register
from taihu.data.refine.columns import name as quoted
from taihu.terms import fault
from taihu.terms.zone import Zone


def rewrite(found: Found, *, erasure: str, stores: Stores) -> list[Erased]:
    """Rewrites all batches that hold a row, and destroys the keys of what they were; may be repeated after a kill."""
    register = batches.open_register(stores.root)
    done = {told.batch for told in register.list_erased(erasure=erasure)}
    for batch_id in found.batches:
        if batch_id not in done:
            batch = register.find(batch_id)
            _rewrite(batch, found.rows.get(batch.dataset, {}).get(batch.id, ()), erasure, register, stores)
    needed = {sha256 for batch in register.list_batches() for sha256 in batch.objects}
    stores.objects.destroy(sha256 for sha256 in found.objects if sha256 not in needed)
    return register.list_erased(erasure=erasure)


def _rewrite(batch: Batch, rows: Sequence[int], erasure: str, register: Register, stores: Stores) -> None:
    reading = _write(batch.reading, rows, stores) if batch.reading else None
    returned = len(_list_returned(batch, rows, stores))
    before = batch.reading.sha256 if batch.is_erased and batch.reading else batch.sha256
    after = reading.sha256 if reading else ""
    gone = len(rows) if batch.reading else 0
    register.erase(Erased(batch.id, erasure, gone - returned, returned, before, after), reading)


def _write(reading: Reading, rows: Sequence[int], stores: Stores) -> Reading:
    """Keeps the reading anew without some rows; it is the platform's own transcription from now on."""
    target = stores.objects.reserve(stores.objects.place(reading.sha256).stat().st_size)
    try:
        with stores.objects.plain(reading.sha256) as path:
            _copy(reading, path, rows, target)
        fault.point("erasure.delivery.keep")
        ref = stores.objects.adopt(target)
    finally:
        target.unlink(missing_ok=True)
    layout = (*reading.columns, *((DATUM,) if reading.has_datum else ()), ROW, FAULT)
    return replace(
        reading,
        sha256=ref.sha256,
        rows=reading.rows - len(rows),
        layout=layout,
        delimiter=",",
        skip=0,
        source=ref.sha256,
        sheet="",
        letters={},
    )


def _copy(reading: Reading, path: Path, rows: Sequence[int], target: Path) -> None:
    connection = duck.connect(reads=(path, target))
    try:
        fault.point("erasure.delivery.copy")
        connection.execute(
            f"COPY (SELECT * FROM {reading.to_sql(path)} WHERE NOT list_contains($rows::BIGINT[], _row) ORDER BY _row) "  # noqa: S608
            f"TO '{target}' (FORMAT csv, HEADER false, DELIMITER ',', QUOTE '\"', ESCAPE '\"')",
            {"rows": list(rows)},
        )
    finally:
        connection.close()


def _list_returned(batch: Batch, rows: Sequence[int], stores: Stores) -> list[int]:
    """Which of the rows had been returned; asked before the lake is rewritten."""
    snapshot = stores.lake.snapshot(Zone.COLLECTED, f"{batch.dataset}.returned")
    if snapshot is None or not rows:
        return []
    with duck.connect(reads=(stores.lake.root,)) as connection:
        asked = connection.execute(
            f"SELECT DISTINCT _row FROM {snapshot.to_sql()} WHERE {quoted('_batch')} = $batch "  # noqa: S608 - ours
            "AND list_contains($rows::BIGINT[], _row)",
            {"batch": batch.id, "rows": list(rows)},
        )
        return [int(row) for (row,) in asked.fetchall()]
