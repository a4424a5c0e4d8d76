"""Still open: the returned rows that no later delivery has mended, by key or by the batch that a workbook mends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.lake.snapshot import Snapshot
from taihu.data.objects.batch import Batch
from taihu.data.objects.register import Register
from taihu.data.refine import report, workbook_marks, write
from taihu.terms.dataset import Dataset, Delivery
from taihu.terms.zone import Zone


def find_open(*, stores: Stores, dataset: str) -> Mapping[str, frozenset[int]]:
    """Row numbers still open by batch, oldest batch first; a batch with none is listed with none.

    A full delivery closes all before it. A row whose key is sound is closed by any later delivery of
    that key, accepted or returned again; a row without a sound key by the mended workbook of its batch.
    """
    declared = stores.shelf.dataset(dataset)
    batches = _refined(stores, dataset)
    if not batches:
        return {}
    last_full = max((b.number for b in batches if _is_whole(b, declared)), default=0)
    alive = [b for b in batches if b.number >= last_full]
    found: dict[str, frozenset[int]] = {b.id: frozenset() for b in batches}
    returned = stores.lake.snapshot(Zone.COLLECTED, f"{dataset}.returned")
    if returned is None or not returned.rows or not alive:
        return found
    governed = stores.lake.snapshot(Zone.GOVERNED, dataset)
    return found | _ask(stores, declared, alive, returned, governed)


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


def _ask(
    stores: Stores, dataset: Dataset, alive: Sequence[Batch], returned: Snapshot, governed: Snapshot | None
) -> dict[str, frozenset[int]]:
    numbers = [b.number for b in alive]
    # The workbook of a batch was mended: a whole one closes all its rows, a part those without a sound key.
    mended = {b.replaces: workbook_marks.is_part(b) for b in alive if b.replaces}
    whole = [b.number for b in alive if mended.get(b.id) is False]
    part = [b.number for b in alive if b.id in mended]
    keys = "SELECT NULL::VARCHAR AS k, NULL::BIGINT AS n WHERE false"
    if governed is not None and governed.rows:
        order = "coalesce(try_cast(split_part(_batch, '-', 2) AS BIGINT), 0)"
        keys = f"SELECT {write.key_sql(dataset)} AS k, {order} AS n FROM {governed.to_sql()}"  # noqa: S608
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
    connection = duck.connect(reads=(stores.lake.root,))
    try:
        asked = {"numbers": numbers, "whole": whole, "part": part, "only_twins": twins}
        rows = connection.execute(select, asked).fetchall()
    finally:
        connection.close()
    found: dict[str, set[int]] = {}
    for batch, row in rows:
        found.setdefault(str(batch), set()).add(int(row))
    return {batch: frozenset(open_rows) for batch, open_rows in found.items()}
