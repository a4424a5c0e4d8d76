"""Difference: what somebody learns who lays a release beside earlier ones of the same table and subtracts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from taihu.data.engines import duck
from taihu.data.guard.declassify import fallen
from taihu.data.guard.declassify.table import Withheld


@dataclass(frozen=True)
class Members:
    """Who stands behind a release: rows (`subject`, `cell`), kept by the guard at the level of the base itself.

    `is_partition`: each subject stands in one cell (the class of its row). Otherwise cells may hold one another, as
    totals do, and `is_finest` (a third column) tells those that hold no other.
    """

    name: str
    rows: pa.Table
    is_partition: bool


@dataclass(frozen=True, slots=True)
class Breach:
    """Small differences between a release and another: how many there are, and the smallest."""

    other: str
    count: int
    smallest: int


def find_breaches(candidate: Members, earlier: Sequence[Members], k: int) -> Iterator[Breach]:
    """Groups of 1 to k − 1 subjects that stand out when the candidate is laid beside earlier releases."""
    with duck.connect() as connection:
        connection.register("candidate", candidate.rows)
        for other in earlier:
            connection.register("other", other.rows)
            sizes = _subtract(connection, candidate.is_partition and other.is_partition)
            connection.unregister("other")
            yield from _tell(other.name, sizes, k)
        partitions = [other for other in earlier if other.is_partition]
        if candidate.is_partition and len(partitions) > 1:
            name = "、".join(other.name for other in partitions)
            yield from _tell(name, _intersect(connection, partitions), k)


def _tell(name: str, sizes: Sequence[int], k: int) -> Iterator[Breach]:
    small = [size for size in sizes if 0 < size < k]
    if small:
        yield Breach(name, len(small), min(small))


def _subtract(connection: duckdb.DuckDBPyConnection, is_partition: bool) -> list[int]:
    """The sizes of all groups that two releases set apart together."""
    sql = SIGNATURE if is_partition else NESTED
    return [int(size) for (size,) in connection.execute(sql).fetchall()]


# Rows in classes: whoever is in the same class of both, or in a class of one and not in the other, is a group.
SIGNATURE = """
SELECT count(*) FROM (SELECT subject, cell AS a FROM candidate) FULL JOIN (SELECT subject, cell AS b FROM other)
USING (subject) GROUP BY a, b
"""
# Cells that lie one in the other: their difference is a group; so is what all finest cells inside one leave over.
NESTED = """
WITH a AS (SELECT cell, count(*) AS n FROM candidate GROUP BY cell),
     b AS (SELECT cell, count(*) AS n FROM other GROUP BY cell),
     both_of AS (SELECT c.cell AS a, o.cell AS b, count(*) AS n FROM candidate c JOIN other o USING (subject) GROUP BY ALL),
     known AS (SELECT x.a, x.b, x.n, a.n AS size_a, b.n AS size_b FROM both_of x JOIN a ON a.cell = x.a JOIN b ON b.cell = x.b),
     finest AS (SELECT DISTINCT cell FROM other WHERE is_finest),
     finest_a AS (SELECT DISTINCT cell FROM candidate WHERE is_finest)
SELECT abs(size_a - size_b) FROM known WHERE n = least(size_a, size_b)
UNION ALL
SELECT any_value(size_a) - sum(size_b) FROM known JOIN finest ON finest.cell = b WHERE n = size_b GROUP BY a
UNION ALL
SELECT any_value(size_b) - sum(size_a) FROM known JOIN finest_a ON finest_a.cell = a WHERE n = size_a GROUP BY b
"""


def _intersect(connection: duckdb.DuckDBPyConnection, partitions: Sequence[Members]) -> list[int]:
    """The sizes of the groups that all releases of rows set apart together."""
    joined = "(SELECT subject, cell AS c0 FROM candidate)"
    for number, other in enumerate(partitions, 1):
        connection.register(f"earlier_{number}", other.rows)
        joined += f" FULL JOIN (SELECT subject, cell AS c{number} FROM earlier_{number}) USING (subject)"  # noqa: S608 - our own names
    keys = ", ".join(f"c{number}" for number in range(len(partitions) + 1))
    found = connection.execute(f"SELECT count(*) FROM {joined} GROUP BY {keys}").fetchall()  # noqa: S608 - our own names
    return [int(size) for (size,) in found]


def name_classes(released: pa.Table, identifying: Sequence[str], subjects: Sequence[str], name: str) -> Members:
    """Who stands in which class of released rows; `subjects` are those of the rows, in the order of the release."""
    cells = list(zip(*(released.column(column).to_pylist() for column in identifying), strict=True))
    number = {cell: str(place) for place, cell in enumerate(dict.fromkeys(cells))}
    rows = pa.table(
        {
            "subject": pa.array(list(subjects), type=pa.string()),
            "cell": pa.array([number[cell] for cell in cells], type=pa.string()),
            "is_finest": pa.array([True] * len(cells), type=pa.bool_()),
        }
    )
    return Members(name, rows, is_partition=True)


def name_cells(rows: pa.Table, by: Sequence[str], who: str, withheld: Withheld, name: str) -> Members:
    """Who stands behind each published cell of a table, its totals included; `rows` are those it was counted from."""
    places = [dict(zip(known, range(len(known)), strict=True)) for known in withheld.cube.categories]
    texts = [fallen.to_texts(rows, column) for column in by]
    persons = fallen.to_texts(rows, who)
    members: set[tuple[str, str, bool]] = set()
    for person, row in zip(persons, zip(*texts, strict=True), strict=True):
        inner = [place.get(text, len(place) - 1) for text, place in zip(row, places, strict=True)]
        ends = [(at, len(place)) for at, place in zip(inner, places, strict=True)]
        for cell in itertools.product(*ends):
            if not withheld.withheld[cell]:
                members.add((person, str(cell), list(cell) == inner))
    columns = list(zip(*sorted(members), strict=True)) or [(), (), ()]
    return Members(
        name,
        pa.table(
            {
                "subject": pa.array(columns[0], type=pa.string()),
                "cell": pa.array(columns[1], type=pa.string()),
                "is_finest": pa.array(columns[2], type=pa.bool_()),
            }
        ),
        is_partition=False,
    )
