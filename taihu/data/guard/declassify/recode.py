"""Recodes rows top-down and locally: everything begins at `*` and is made finer wherever a class stays large enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from taihu.data.guard.declassify.criteria import Criteria, Secret, holds

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ladder:
    """A quasi-identifier as numbers: `nodes[leaf, depth]` is the node of a value from `*` (depth 0) down to itself.

    `loss` of a node is (leaves under it − 1) / (all leaves − 1), the measure of Iyengar.
    """

    leaf: Ints
    nodes: Ints
    loss: Floats
    labels: tuple[str, ...]


@dataclass(slots=True)
class Group:
    """Rows that share one node of each ladder; `closed` ladders cannot be made finer for them."""

    rows: Ints
    depth: tuple[int, ...]
    closed: frozenset[int] = frozenset()


@dataclass(slots=True)
class Cut:
    """A way to make a group finer by one ladder: the finer parts, those that stay, and what it is worth."""

    ladder: int
    parts: list[Ints] = field(default_factory=list)
    rest: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    gain: float = 0.0


def climb_down(column: Sequence[str], paths: dict[str, tuple[str, ...]]) -> Ladder:
    """The ladder of a column whose values have these paths (value first, `*` last)."""
    values = sorted(paths)
    deepest = max(len(path) for path in paths.values())
    number: dict[tuple[str, ...], int] = {}
    nodes = np.empty((len(values), deepest), dtype=np.int64)
    for row, value in enumerate(values):
        downwards = tuple(reversed(paths[value]))
        for depth in range(deepest):
            nodes[row, depth] = number.setdefault(downwards[: depth + 1], len(number))
    leaves = np.zeros(len(number))
    for walk in nodes:
        leaves[np.unique(walk)] += 1
    place = {value: row for row, value in enumerate(values)}
    leaf = np.fromiter((place[value] for value in column), dtype=np.int64, count=len(column))
    return Ladder(leaf, nodes, (leaves - 1) / max(len(values) - 1, 1), tuple(steps[-1] for steps in number))


def recode(ladders: Sequence[Ladder], secrets: Sequence[Secret], criteria: Criteria) -> list[Group]:
    """Groups that satisfy the criteria and cannot be cut further; none where all rows together do not satisfy them.

    Deterministic in the order of the rows: who calls sorts them first. A part that is too small stays one step
    coarser; where what stays would itself be too small, the largest part lends it rows.
    """
    work = _Recoding(ladders, list(secrets), criteria)
    everything = np.arange(len(ladders[0].leaf), dtype=np.int64)
    if not len(everything) or not work.are_fine([everything])[0]:
        return []
    done: list[Group] = []
    open_groups = [Group(everything, (0,) * len(ladders))]
    while open_groups:
        group = open_groups.pop()
        cut = work.best_cut(group)
        if cut is None:
            done.append(work.tighten(group))
        else:
            open_groups += work.apply(group, cut)
    return sorted(done, key=lambda group: int(group.rows[0]))


class _Recoding:
    def __init__(self, ladders: Sequence[Ladder], secrets: list[Secret], criteria: Criteria) -> None:
        self.ladders = ladders
        self.secrets = secrets
        self.criteria = criteria

    def best_cut(self, group: Group) -> Cut | None:
        """The cut that saves the most loss."""
        best: Cut | None = None
        for number in range(len(self.ladders)):
            if number in group.closed or len(group.rows) < self.criteria.k:
                continue
            cut = self.try_cut(group, number)
            if cut is not None and (best is None or cut.gain > best.gain + 1e-12):
                best = cut
        return best

    def try_cut(self, group: Group, number: int) -> Cut | None:
        """Cuts a group by one ladder; None where nothing would be finer."""
        ladder, depth = self.ladders[number], group.depth[number]
        if depth + 1 >= ladder.nodes.shape[1]:
            return None
        below = ladder.nodes[ladder.leaf[group.rows], depth + 1]
        parts = _part(group.rows, below)
        fine = self.are_fine(parts)
        good = [part for part, is_fine in zip(parts, fine, strict=True) if is_fine]
        rest = [part for part, is_fine in zip(parts, fine, strict=True) if not is_fine]
        if not good:
            return None
        cut = Cut(number, good, _join(rest))
        if len(cut.rest) and not self._feed(cut):
            return None
        above = ladder.loss[ladder.nodes[ladder.leaf[group.rows[0]], depth]]
        cut.gain = sum(
            len(part) * (above - float(ladder.loss[ladder.nodes[ladder.leaf[part[0]], depth + 1]]))
            for part in cut.parts
        )
        return cut

    def _feed(self, cut: Cut) -> bool:
        """Makes what stays large enough by rows that the largest part lends; False where none can."""
        if self.are_fine([cut.rest])[0]:
            return True
        for place in sorted(range(len(cut.parts)), key=lambda p: (-len(cut.parts[p]), p)):
            donor = cut.parts[place]
            lent = max(1, self.criteria.k - len(cut.rest))
            while lent < len(donor):
                chosen = self._choose(donor, lent)
                kept, fed = np.setdiff1d(donor, chosen), _join([cut.rest, chosen])
                if self.are_fine([kept, fed]).all():
                    cut.parts[place], cut.rest = kept, fed
                    return True
                lent *= 2
        return False

    def _choose(self, donor: Ints, lent: int) -> Ints:
        """Rows of a donor, evenly over its sensitive values."""
        order = np.lexsort((donor, *(secret.codes[donor] for secret in self.secrets)))
        return donor[order][np.linspace(0, len(donor) - 1, lent).astype(np.int64)]

    def are_fine(self, parts: Sequence[Ints]) -> NDArray[np.bool_]:
        """Does each part satisfy the criteria?"""
        counts = np.array([len(part) for part in parts], dtype=np.int64)
        wants_more = self.criteria.l > 1 or self.criteria.t < 1
        secrets = self.secrets if wants_more else []
        histograms = [
            np.stack([np.bincount(secret.codes[part], minlength=len(secret.share)) for part in parts])
            for secret in secrets
        ]
        return holds(counts, histograms, secrets, self.criteria)

    def apply(self, group: Group, cut: Cut) -> list[Group]:
        """The groups after a cut; what stays is closed for this ladder."""
        depth = tuple(d + (number == cut.ladder) for number, d in enumerate(group.depth))
        made = [Group(part, depth, group.closed) for part in cut.parts]
        if len(cut.rest):
            made.append(Group(cut.rest, group.depth, group.closed | {cut.ladder}))
        return made

    def tighten(self, group: Group) -> Group:
        """The same rows with each ladder as fine as all of them share."""
        depth = []
        for ladder in self.ladders:
            paths = ladder.nodes[ladder.leaf[group.rows]]
            shared = (paths == paths[0]).all(axis=0)
            depth.append(int(np.flatnonzero(shared)[-1]))
        return Group(np.sort(group.rows), tuple(depth), group.closed)


def _part(rows: Ints, codes: Ints) -> list[Ints]:
    """The rows by code, in the order of codes."""
    order = np.argsort(codes, kind="stable")
    ends = np.flatnonzero(np.diff(codes[order])) + 1
    return list(np.split(rows[order], ends))


def _join(parts: Iterable[Ints]) -> Ints:
    gathered = list(parts)
    return np.sort(np.concatenate(gathered)) if gathered else np.empty(0, dtype=np.int64)
