"""Twins: the masked form that stands beside a base column is carried along with a plain copy of it to the output."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from taihu.data.query import algebra, formulas, kinds
from taihu.data.query.plan import Plan

# A new column's number: far above those that the reader gave.
FIRST = 1_000_000


def carry(plan: Plan, twins: Mapping[str, str]) -> tuple[algebra.Query, dict[str, formulas.Col]]:
    """The query with a further column for each twin asked for (by output name), and which column that is."""
    query = plan.query
    carrier = _Carrier()
    found: dict[str, formulas.Col] = {}
    for output, twin in twins.items():
        out = query.outs[query.names.index(output)]
        rel, found[output] = carrier.carry(query.rel, out.id, twin)
        query = dataclasses.replace(query, rel=rel)
    return query, found


class NotACopy(ValueError):
    """A twin was asked for a column that is no plain copy of a base column."""


class _Carrier:
    """Adds a twin below and lets it rise through the nodes that copy its base column."""

    def __init__(self) -> None:
        self._last = FIRST

    def _column(self) -> formulas.Col:
        self._last += 1
        return formulas.Col(kinds.TEXT, self._last)

    def carry(self, rel: algebra.Rel, column: int, twin: str) -> tuple[algebra.Rel, formulas.Col]:
        """The relation with the twin of a column, and the twin."""
        rule = RULES.get(type(rel))
        if rule is None:
            raise NotACopy(f"{type(rel).__name__} makes no plain copies")
        return rule(self, rel, column, twin)

    def scan(self, rel: algebra.Scan, column: int, twin: str) -> tuple[algebra.Rel, formulas.Col]:
        added = self._column()
        return dataclasses.replace(rel, names=(*rel.names, (twin, added))), added

    def project(self, rel: algebra.Project, column: int, twin: str) -> tuple[algebra.Rel, formulas.Col]:
        source = next(expr for out, expr in rel.outs if out.id == column)
        if not isinstance(source, formulas.Col):
            raise NotACopy("a computed column has no twin")
        below, found = self.carry(rel.rel, source.id, twin)
        added = self._column()
        return dataclasses.replace(rel, rel=below, outs=(*rel.outs, (added, found))), added

    def passing(
        self, rel: algebra.Filter | algebra.Distinct | algebra.Limit | algebra.Window, column: int, twin: str
    ) -> tuple[algebra.Rel, formulas.Col]:
        """Nodes that pass columns on; a twin depends on its column alone, so DISTINCT keeps the same rows."""
        below, found = self.carry(rel.rel, column, twin)
        return dataclasses.replace(rel, rel=below), found

    def join(self, rel: algebra.Join, column: int, twin: str) -> tuple[algebra.Rel, formulas.Col]:
        side = "left" if column in {c.id for c in rel.left.columns} else "right"
        below, found = self.carry(getattr(rel, side), column, twin)
        return (
            dataclasses.replace(rel, left=below) if side == "left" else dataclasses.replace(rel, right=below)
        ), found

    def aggregate(self, rel: algebra.Aggregate, column: int, twin: str) -> tuple[algebra.Rel, formulas.Col]:
        """A twin of a key is a further key: it depends on the key alone, so the groups stay the same."""
        source = next((expr for out, expr in rel.keys if out.id == column), None)
        if not isinstance(source, formulas.Col):
            raise NotACopy("an aggregate has no twin")
        below, found = self.carry(rel.rel, source.id, twin)
        added = self._column()
        return dataclasses.replace(rel, rel=below, keys=(*rel.keys, (added, found))), added

    def ref(self, rel: algebra.Ref, column: int, twin: str) -> tuple[algebra.Rel, formulas.Col]:
        source = next(old for out, old in rel.outs if out.id == column)
        below, found = self.carry(rel.view.rel, source, twin)
        added = self._column()
        view = dataclasses.replace(rel.view, rel=below)
        return dataclasses.replace(rel, view=view, outs=(*rel.outs, (added, found.id))), added


RULES: Mapping[type[algebra.Rel], Callable[..., tuple[algebra.Rel, formulas.Col]]] = {
    algebra.Scan: _Carrier.scan,
    algebra.Project: _Carrier.project,
    algebra.Filter: _Carrier.passing,
    algebra.Distinct: _Carrier.passing,
    algebra.Limit: _Carrier.passing,
    algebra.Window: _Carrier.passing,
    algebra.Join: _Carrier.join,
    algebra.Aggregate: _Carrier.aggregate,
    algebra.Ref: _Carrier.ref,
}
