"""Plant: persons of our own base whose released rows we know, so that attackers can be measured on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pyarrow as pa

from taihu.data.guard.declassify.criteria import Criteria
from taihu.data.guard.declassify.gate import Candidate, Planted

MOST = 200
# An attacker that weighs every pair is let at so many rows at most, and at so many of one class.
MOST_ROWS = 4_000
OF_A_CLASS = 20


def plant(known: pa.Table, origin: Sequence[int]) -> Planted:
    """Evenly chosen persons; `origin` says of each released row which row of `known` it was."""
    step = max(1, len(origin) // MOST)
    rows = tuple(range(0, len(origin), step))[:MOST]
    return Planted(known.take(pa.array([origin[row] for row in rows], type=pa.int64())), rows)


def narrow(candidate: Candidate) -> Candidate:
    """The candidate cut to some of the planted persons and a part of their classes, of k rows at least.

    An attacker at it is told that the persons are among these few rows, which is more than any other would know:
    what it recovers is never less than what it would among all. A small candidate stays whole.
    """
    planted, k = candidate.planted, candidate.criteria.k
    if planted is None or candidate.table.num_rows <= MOST_ROWS:
        return candidate
    cells = list(zip(*(candidate.table.column(name).to_pylist() for name in candidate.identifying), strict=True))
    classes: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row, cell in enumerate(cells):
        classes[cell].append(row)
    size = max(k, OF_A_CLASS)
    persons = range(min(len(planted.rows), max(1, MOST_ROWS // size)))
    rows = {row for person in persons for row in classes[cells[planted.rows[person]]][:size]}
    kept = sorted(rows | {planted.rows[person] for person in persons})
    place = {row: number for number, row in enumerate(kept)}
    known = planted.known.take(pa.array(list(persons), type=pa.int64()))
    return Candidate(
        name=candidate.name,
        table=candidate.table.take(pa.array(kept, type=pa.int64())),
        criteria=Criteria(k),
        identifying=candidate.identifying,
        planted=Planted(known, tuple(place[planted.rows[person]] for person in persons)),
    )
