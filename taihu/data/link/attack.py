"""Attacks a release with the linker that the house itself uses: whom could it find again?"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa

from taihu.data.engines import duck
from taihu.data.guard.declassify.gate import Attack, Weights
from taihu.data.guard.declassify.hierarchy import Hierarchy
from taihu.data.link import score
from taihu.data.link.spec import Block, Comparison, How, Spec

# Everything that could be a person's row is weighed; the attacker need not be sure.
THRESHOLD = 1e-9
BLOCKED_BY = 3

Column = list[str | None]


def attack_by(hierarchies: Mapping[str, Hierarchy]) -> Attack:
    """Splink over the values and every step of their hierarchies, taught on the persons that it looks for.

    A released label is compared with the person's own generalisation of the same step; finer steps are unknown.
    Pairs that agree on the widest steps of some three columns are looked at. The weight of a row is its
    probability, shared among all rows that could be the person's. Compares every row with every other that it
    is blocked with: meant for some thousand rows.
    """
    return lambda released, known: _attack(released, known, hierarchies)


def _attack(released: pa.Table, known: pa.Table, hierarchies: Mapping[str, Hierarchy]) -> Sequence[Weights]:
    columns: dict[str, tuple[Column, Column]] = {}
    for name, hierarchy in hierarchies.items():
        columns |= _spread(name, hierarchy, known, released)
    used = {name: sides for name, sides in columns.items() if any(sides[1])}
    side = pa.table(
        {
            "unique_id": [f"p{n}" for n in range(known.num_rows)] + [f"r{n}" for n in range(released.num_rows)],
            **{name: pa.array(people + rows, type=pa.string()) for name, (people, rows) in used.items()},
        }
    )
    example = _make_examples({name: people for name, (people, _) in used.items()}, known.num_rows)
    widest = [name for name in used if name.endswith("__1")]
    spec = Spec(
        comparisons=tuple(Comparison(name, How.EXACT) for name in used),
        blocks=tuple(Block(names) for names in itertools.combinations(widest, min(BLOCKED_BY, len(widest)))),
        train_on=(),
        certain=(),
        threshold=THRESHOLD,
    )
    with duck.connect() as connection:
        connection.register("side_rows", side)
        connection.register("example_rows", example)
        connection.execute("CREATE TABLE side AS SELECT * FROM side_rows")
        connection.execute("CREATE TABLE example AS SELECT * FROM example_rows")
        pairs = score.score(connection, "side", spec, examples="example", expected=known.num_rows)
    return _weigh(pairs, known.num_rows)


def _spread(name: str, hierarchy: Hierarchy, known: pa.Table, released: pa.Table) -> dict[str, tuple[Column, Column]]:
    """One column per step, widest first (`age__1`), for the persons and for the released rows."""
    paths = {value: tuple(reversed(hierarchy.path(value) or (value,)))[1:] for value in _texts(known, name)}
    place = {label: path[: depth + 1] for path in paths.values() for depth, label in enumerate(path)}
    made = {}
    for step in range(max(map(len, paths.values()), default=0)):
        made[f"{name}__{step + 1}"] = (
            [_at(paths[value], step) for value in _texts(known, name)],
            [_at(place.get(label, ()), step) for label in _texts(released, name)],
        )
    return made


def _at(path: tuple[str, ...], step: int) -> str | None:
    return path[step] if step < len(path) else None


def _texts(table: pa.Table, name: str) -> list[str]:
    return ["" if value is None else str(value) for value in table.column(name).to_pylist()]


def _make_examples(people: Mapping[str, Column], count: int) -> pa.Table:
    """Each person twice under one label: what a true pair looks like."""
    return pa.table(
        {
            "unique_id": [f"e{n}" for n in range(2 * count)],
            "label": [str(n % max(count, 1)) for n in range(2 * count)],
            **{name: pa.array(column * 2, type=pa.string()) for name, column in people.items()},
        }
    )


def _weigh(pairs: Sequence[score.Pair], count: int) -> list[Weights]:
    """The odds of each row for each person, made to sum to at most one."""
    odds: dict[int, dict[int, float]] = defaultdict(dict)
    for pair in pairs:
        left, right = sorted((pair.left, pair.right))
        if left[0] == "p" and right[0] == "r":
            odds[int(left[1:])][int(right[1:])] = pair.probability / max(1 - pair.probability, 1e-12)
    return [{row: odd / sum(found.values()) for row, odd in found.items()} for found in (odds[n] for n in range(count))]
