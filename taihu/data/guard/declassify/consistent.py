"""Consistent: the attacker who knows the hierarchies and takes every row that may be a person's for equally likely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa

from taihu.data.guard.declassify import fallen
from taihu.data.guard.declassify.gate import Attack, Weights
from taihu.data.guard.declassify.hierarchy import Hierarchy


def attack_by(hierarchies: Mapping[str, Hierarchy]) -> Attack:
    """No attacker who knows just these columns can do better than this one."""
    return lambda released, known: _attack(released, known, hierarchies)


def _attack(released: pa.Table, known: pa.Table, hierarchies: Mapping[str, Hierarchy]) -> Sequence[Weights]:
    classes: dict[tuple[str, ...], list[int]] = defaultdict(list)
    columns = [fallen.to_texts(released, name) for name in hierarchies]
    for row, cell in enumerate(zip(*columns, strict=True)):
        classes[cell].append(row)
    # A class fits a person where each label is among the person's generalisations: meet the columns' sets one by one.
    by_label: list[dict[str, set[int]]] = [defaultdict(set) for _ in columns]
    for number, cell in enumerate(classes):
        for axis, label in enumerate(cell):
            by_label[axis][label].add(number)
    sizes = [tuple(rows) for rows in classes.values()]
    texts = [fallen.to_texts(known, name) for name in hierarchies]
    guesses = []
    for person in zip(*texts, strict=True):
        fitting: set[int] | None = None
        for axis, (value, hierarchy) in enumerate(zip(person, hierarchies.values(), strict=True)):
            here = set().union(*(by_label[axis].get(label, ()) for label in hierarchy.path(value) or (value, "*")))
            fitting = here if fitting is None else fitting & here
        rows = [row for number in sorted(fitting or ()) for row in sizes[number]]
        guesses.append({row: 1 / len(rows) for row in rows})
    return guesses
