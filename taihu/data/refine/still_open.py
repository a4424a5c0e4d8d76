"""Still open: the returned rows that no later delivery has mended, by key or by the batch that a workbook mends."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.lake.snapshot import Snapshot
from taihu.data.objects.batch import Batch
from taihu.data.objects.register import Register
from taihu.data.refine import dismissals, report, workbook_marks, write
from taihu.terms.dataset import Dataset, Delivery
from taihu.terms.zone import Zone

NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sorted:
    """The returned rows of a batch by number: still open, dealt with by a later delivery, dismissed by their department."""

    open: tuple[int, ...] = ()
    mended: tuple[int, ...] = ()
    dismissed: tuple[int, ...] = ()


def find_open(*, stores: Stores, dataset: str) -> Mapping[str, frozenset[int]]:
    """Row numbers still open by batch, oldest batch first; a batch with none is listed with none.

    A full delivery closes all before it. A row whose key is sound is closed by any later delivery of
    that key, accepted or returned again; a row without a sound key by the mended workbook of its batch.
    A row that its department dismissed is not open.
    """
    dismissed = dismissals.find_dismissed(stores.root)
    return {batch: rows - dismissed.get(batch, NONE) for batch, rows in _find_unmended(stores, dataset).items()}


def sort_rows(*, stores: Stores, batch: Batch) -> Sorted:
    """All returned rows of one batch; a dismissed row that was delivered after all counts as mended."""
    returned = stores.lake.snapshot(Zone.COLLECTED, f"{batch.dataset}.returned")
    if returned is None or not returned.rows:
        return Sorted()
    unmended = _find_unmended(stores, batch.dataset).get(batch.id, NONE)
    dismissed = dismissals.find_dismissed(stores.root).get(batch.id, NONE) & unmended
    rows = _list_rows(stores.lake.root, returned, batch.id)
    return Sorted(
        tuple(row for row in rows if row in unmended and row not in dismissed),
        tuple(row for row in rows if row not in unmended),
        tuple(sorted(dismissed)),
    )


def _find_unmended(stores: Stores, dataset: str) -> dict[str, frozenset[int]]:
    """The rows that no later delivery has dealt with, dismissed ones among them."""
    declared = stores.shelf.dataset(dataset)
    batches = _refined(stores, dataset)
    last_full = max((b.number for b in batches if _is_whole(b, declared)), default=0)
    alive = [b for b in batches if b.number >= last_full]
    found: dict[str, frozenset[int]] = {b.id: NONE for b in batches}
    returned = stores.lake.snapshot(Zone.COLLECTED, f"{dataset}.returned")
    if returned is None or not returned.rows or not alive:
        return found
    governed = stores.lake.snapshot(Zone.GOVERNED, dataset)
    return found | _ask(stores.lake.root, declared, Mended.of(alive), returned, governed)


def count_open(*, stores: Stores, dataset: str) -> Mapping[str, int]:
    """How many returned rows of each batch are still open."""
    return {batch: len(rows) for batch, rows in find_open(stores=stores, dataset=dataset).items()}


def _refined(stores: Stores, dataset: str) -> list[Batch]:
    """The refined batches of a dataset, oldest first."""
    path = stores.root / "collect" / "batches.sqlite3"
    if not path.is_file():
        return []
    known = Register(path).list_batches(dataset=dataset)
    return [batch for batch in reversed(known) if report.path_of(stores.root, batch.id).is_file()]


def _is_whole(batch: Batch, dataset: Dataset) -> bool:
    """True where a delivery is the whole state, so that nothing before it matters."""
    return dataset.delivery is Delivery.FULL and not workbook_marks.is_part(batch)


@dataclass(frozen=True, slots=True)
class Mended:
    """Numbers of the batches that count, and of those whose workbook was mended: a whole one, or only its bad rows.

    A whole workbook closes all rows of its batch, a part those without a sound key.
    """

    alive: tuple[int, ...]
    whole: tuple[int, ...]
    part: tuple[int, ...]

    @classmethod
    def of(cls, alive: Sequence[Batch]) -> Mended:
        """What later batches say of the earlier ones that they replace."""
        parts = {batch.replaces: workbook_marks.is_part(batch) for batch in alive if batch.replaces}
        return cls(
            tuple(b.number for b in alive),
            tuple(b.number for b in alive if parts.get(b.id) is False),
            tuple(b.number for b in alive if b.id in parts),
        )


@functools.lru_cache(maxsize=64)
def _ask(
    lake: Path, dataset: Dataset, mended: Mended, returned: Snapshot, governed: Snapshot | None
) -> dict[str, frozenset[int]]:
    """Unmended rows by batch. Pinned versions never change, so that an answer is kept for the next page."""
    keys = "SELECT NULL::VARCHAR AS k, NULL::BIGINT AS n WHERE false"
    if governed is not None and governed.rows:
        order = "coalesce(try_cast(split_part(_batch, '-', 2) AS BIGINT), 0)"
        keys = f"SELECT {write.key_sql(dataset)} AS k, {order} AS n FROM {governed.to_sql()}"  # noqa: S608
        keys = f"SELECT k, n FROM ({keys}) WHERE k IN (SELECT _key FROM r)"  # noqa: S608
    repeats = "AND r._codes <> $only_twins" if dataset.delivery is Delivery.CHANGES else "AND $only_twins <> ''"
    select = (
        f"WITH r AS (SELECT _batch, _number, _row, _key, _has_key, _codes FROM {returned.to_sql()} "  # noqa: S608
        "WHERE list_contains($numbers::BIGINT[], _number)), "
        f"later AS (SELECT k, max(n) AS n FROM ({keys} UNION ALL SELECT _key, _number FROM r WHERE _key IS NOT NULL) GROUP BY k) "
        "SELECT r._batch, r._row FROM r LEFT JOIN later ON r._key = later.k "
        "WHERE NOT (r._has_key AND later.n > r._number) "
        f"AND NOT list_contains($whole::BIGINT[], r._number) {repeats} "
        "AND NOT (NOT r._has_key AND list_contains($part::BIGINT[], r._number))"
    )
    twins = f"R-KEY-02:{dataset.key[0]}" if dataset.key else "-"
    asked = {
        "numbers": list(mended.alive),
        "whole": list(mended.whole),
        "part": list(mended.part),
        "only_twins": twins,
    }
    found: dict[str, set[int]] = {}
    for batch, row in _read(lake, select, asked):
        found.setdefault(str(batch), set()).add(int(row))
    return {batch: frozenset(open_rows) for batch, open_rows in found.items()}


def _list_rows(lake: Path, returned: Snapshot, batch: str) -> list[int]:
    select = f"SELECT _row FROM {returned.to_sql()} WHERE _batch = $batch ORDER BY _row"  # noqa: S608
    return [int(row) for (row,) in _read(lake, select, {"batch": batch})]


def _read(lake: Path, select: str, asked: Mapping[str, object]) -> list[tuple[Any, ...]]:
    connection = duck.connect(reads=(lake,))
    try:
        return connection.execute(select, asked).fetchall()
    finally:
        connection.close()
