"""Judges a relation by the definitions of k-anonymity, l-diversity and t-closeness; shares no code with what makes it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from taihu.data.engines import duck
from taihu.data.guard.declassify.hierarchy import BLANK, Hierarchy


@dataclass(frozen=True, slots=True)
class Judgement:
    """What holds of a relation. `k` is 0 for no rows; `l` and `t` by sensitive column; `unique` rows stand alone."""

    rows: int
    classes: int
    k: int
    unique: int
    l: Mapping[str, int] = field(default_factory=dict)  # noqa: E741 - the name of the literature
    t: Mapping[str, float] = field(default_factory=dict)


def judge(
    table: pa.Table, identifying: Sequence[str], sensitive: Sequence[str] = (), ordered: Sequence[str] = ()
) -> Judgement:
    """Groups by the identifying columns (an absent value is a value) and measures every class."""
    with duck.connect() as connection:
        connection.register("released", table)
        by = ", ".join(_quote(name) for name in identifying)
        counted = connection.execute(
            f"SELECT count(*) FROM released GROUP BY {by or '()'} HAVING count(*) > 0"  # noqa: S608 - quoted names
        )
        sizes = [int(n) for (n,) in counted.fetchall()]
        classes = {name: _count_values(connection, by, name) for name in sensitive}
    return Judgement(
        rows=table.num_rows,
        classes=len(sizes),
        k=min(sizes, default=0),
        unique=sum(size == 1 for size in sizes),
        l={name: min((len(found) for found in counts), default=0) for name, counts in classes.items()},
        t={name: max(_distances(counts, name in ordered), default=0.0) for name, counts in classes.items()},
    )


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _count_values(connection: duckdb.DuckDBPyConnection, by: str, name: str) -> list[Counter[object]]:
    """Of each class, how often it has each value of a column."""
    keys = f"row({by})" if by else "1"
    rows = connection.execute(
        f"SELECT dense_rank() OVER (ORDER BY {keys}), {_quote(name)}, __times "  # noqa: S608 - quoted names
        f"FROM (SELECT {by + ', ' if by else ''}{_quote(name)}, count(*) AS __times FROM released GROUP BY ALL)"
    ).fetchall()
    found: dict[int, Counter[object]] = defaultdict(Counter)
    for place, value, n in rows:
        found[place][value] += n
    return list(found.values())


def _distances(classes: Sequence[Counter[object]], is_ordered: bool) -> list[float]:
    whole: Counter[object] = Counter()
    for counts in classes:
        whole.update(counts)
    total = sum(whole.values())
    values = sorted(whole, key=lambda value: (value is None, value))
    return [_distance(counts, whole, total, values, is_ordered) for counts in classes]


def _distance(
    counts: Counter[object], whole: Counter[object], total: int, values: Sequence[object], is_ordered: bool
) -> float:
    """Earth mover's distance: every two values equally far apart, or as far as their ranks are."""
    size = sum(counts.values())
    moved = carried = 0.0
    for value in values:
        surplus = counts[value] / size - whole[value] / total
        carried += surplus
        moved += abs(carried) if is_ordered else max(surplus, 0.0)
    return moved / max(len(values) - 1, 1) if is_ordered else moved


def measure_information(released: pa.Table, original: pa.Table, hierarchies: Mapping[str, Hierarchy]) -> float:
    """One minus the mean of Iyengar's loss: (values under a label − 1) / (all values − 1); a lost row loses all.

    The values are those that occur in the original, the labels are read from the released cells themselves.
    """
    lost = 0.0
    for name, hierarchy in hierarchies.items():
        values = {_text(value) for value in original.column(name).to_pylist()}
        under: Counter[str] = Counter()
        for value in values:
            under.update(set(hierarchy.path(value) or ("*",)))
        most = max(len(values) - 1, 1)
        lost += sum((under[_text(label)] - 1) / most for label in released.column(name).to_pylist())
        lost += original.num_rows - released.num_rows
    cells = original.num_rows * len(hierarchies)
    return 1 - lost / cells if cells else 1.0


def _text(value: object) -> str:
    return BLANK if value is None else str(value)
