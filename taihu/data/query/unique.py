"""Unique sets: sets of columns whose values together appear at most once; the empty set means at most one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from taihu.data.query import algebra, formulas

Sets = frozenset[frozenset[int]]
MOST = 8
NONE: Sets = frozenset()
ONE_ROW: Sets = frozenset({frozenset()})


def smallest(sets: Iterable[frozenset[int]]) -> Sets:
    """The minimal sets, at most eight, so that joins of many keyed tables stay cheap."""
    kept: list[frozenset[int]] = []
    for candidate in sorted(set(sets), key=lambda s: (len(s), sorted(s))):
        if not any(other <= candidate for other in kept):
            kept.append(candidate)
    return frozenset(kept[:MOST])


def conjuncts(expr: formulas.Expr) -> list[formulas.Expr]:
    """The parts of an AND."""
    if isinstance(expr, formulas.Call) and expr.fn == "and":
        return [part for arg in expr.args for part in conjuncts(arg)]
    return [expr]


def fixed(pred: formulas.Expr, inside: set[int]) -> list[tuple[formulas.Col, formulas.Expr]]:
    """Columns of a relation that a predicate sets equal to something, with that something."""
    found: list[tuple[formulas.Col, formulas.Expr]] = []
    for part in conjuncts(pred):
        if isinstance(part, formulas.Call) and part.fn == "=":
            for one, other in (part.args, part.args[::-1]):
                if isinstance(one, formulas.Col) and one.id in inside:
                    found.append((one, other))
    return found


def _is_simple(expr: formulas.Expr, inside: set[int]) -> bool:
    """True for a constant, parameter or outer column: one value for all rows of the relation."""
    if isinstance(expr, formulas.Col):
        return expr.id not in inside
    if isinstance(expr, formulas.Cast):
        return _is_simple(expr.arg, inside)
    return isinstance(expr, formulas.Lit | formulas.Param)


class Uniques:
    """Computes the unique sets of relations, once for each node."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[algebra.Rel, Sets]] = {}

    def of(self, rel: algebra.Rel) -> Sets:
        """The unique sets of a relation."""
        known = self._known.get(id(rel))
        if known is None:
            known = self._known[id(rel)] = (rel, RULES[type(rel)](self, rel))
        return known[1]

    def is_one_row(self, rel: algebra.Rel) -> bool:
        """True where a relation has at most one row."""
        return frozenset() in self.of(rel)

    def is_unique_side(self, left: algebra.Rel, right: algebra.Rel, on: formulas.Expr) -> bool:
        """True where at most one row of the right side meets each row of the left."""
        inside, outside = ({c.id for c in rel.columns} for rel in (right, left))
        met = frozenset(
            column.id
            for column, other in fixed(on, inside)
            if isinstance(other, formulas.Lit | formulas.Param)
            or (isinstance(other, formulas.Col) and other.id in outside)
        )
        return any(unique <= met for unique in self.of(right))


def _scan(_uniques: Uniques, rel: algebra.Scan) -> Sets:
    return frozenset({frozenset(rel.key)}) if rel.key else NONE


def _values(_uniques: Uniques, rel: algebra.Values) -> Sets:
    return ONE_ROW if len(rel.rows) <= 1 else NONE


def renamed(sets: Sets, names: Mapping[int, int]) -> Sets:
    """The sets whose columns all go on, under their new numbers."""
    return smallest(frozenset(names[i] for i in s) for s in sets if all(i in names for i in s))


def _project(uniques: Uniques, rel: algebra.Project) -> Sets:
    copies = {expr.id: column.id for column, expr in reversed(rel.outs) if isinstance(expr, formulas.Col)}
    return renamed(uniques.of(rel.rel), copies)


def _filter(uniques: Uniques, rel: algebra.Filter) -> Sets:
    inside = {c.id for c in rel.columns}
    known = {column.id for column, other in fixed(rel.pred, inside) if _is_simple(other, inside)}
    return smallest(s - known for s in uniques.of(rel.rel))


def _join(uniques: Uniques, rel: algebra.Join) -> Sets:
    left, right = uniques.of(rel.left), uniques.of(rel.right)
    if rel.kind == "full":
        return NONE
    both = [a | b for a in left for b in right]
    if rel.kind != "cross":
        both += left if uniques.is_unique_side(rel.left, rel.right, rel.on) else []
    if rel.kind == "inner":
        both += right if uniques.is_unique_side(rel.right, rel.left, rel.on) else []
    return smallest(both)


def _aggregate(_uniques: Uniques, rel: algebra.Aggregate) -> Sets:
    return frozenset({frozenset(column.id for column, _ in rel.keys)})


def _distinct(uniques: Uniques, rel: algebra.Distinct) -> Sets:
    return smallest([*uniques.of(rel.rel), frozenset(c.id for c in rel.columns)])


def _set_op(_uniques: Uniques, rel: algebra.SetOp) -> Sets:
    return NONE if rel.is_all else frozenset({frozenset(c.id for c in rel.columns)})


def _limit(uniques: Uniques, rel: algebra.Limit) -> Sets:
    return ONE_ROW if rel.count is not None and rel.count <= 1 else uniques.of(rel.rel)


def _ref(uniques: Uniques, rel: algebra.Ref) -> Sets:
    return renamed(uniques.of(rel.view.rel), {old: column.id for column, old in rel.outs})


RULES: Mapping[type[algebra.Rel], Callable[..., Sets]] = {
    algebra.Scan: _scan,
    algebra.Values: _values,
    algebra.Project: _project,
    algebra.Filter: _filter,
    algebra.Join: _join,
    algebra.Aggregate: _aggregate,
    algebra.Distinct: _distinct,
    algebra.Window: lambda uniques, rel: uniques.of(rel.rel),
    algebra.SetOp: _set_op,
    algebra.Limit: _limit,
    algebra.Ref: _ref,
}
