"""Trace: which columns of its tables a query uses, for what it shows or for which rows it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from taihu.data.query import algebra, formulas, walk
from taihu.data.query.plan import Plan


def trace(plan: Plan) -> tuple[list[algebra.Scan], set[int]]:
    """The scans of a query, and the numbers of all columns that matter to its answer.

    A column that a sub-query lists and nobody looks at does not matter.
    """
    traced = trace_columns(plan)
    return traced.scans, traced.reach([*(out.id for out in plan.query.outs), *traced.roots])


def trace_columns(plan: Plan) -> Traced:
    """What each output of a query is made of, and what decides about its rows."""
    tracing = _Tracing()
    tracing.walk(plan.query.rel)
    order = [number for key in plan.query.order for number in tracing.columns(key.expr)]
    return Traced(plan, tracing.scans, tracing.made_of, (*sorted(tracing.roots), *order))


@dataclass(frozen=True)
class Traced:
    """The columns of a query by their numbers: `made_of` of each, `roots` that decide about rows and their order."""

    plan: Plan
    scans: list[algebra.Scan]
    made_of: Mapping[int, set[int]]
    roots: tuple[int, ...]

    def reach(self, numbers: Iterable[int]) -> set[int]:
        """These columns and all that they are made of."""
        waiting, found = list(numbers), set[int]()
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self.made_of.get(number, ())
        return found

    def sources_of(self, output: int) -> tuple[str, ...]:
        """The base columns, `<dataset>.<column>`, of which the values of an output are made."""
        return self._name(self.reach((self.plan.query.outs[output].id,)))

    def deciding(self) -> tuple[str, ...]:
        """The base columns that decide about rows or their order."""
        return self._name(self.reach(self.roots))

    def _name(self, numbers: set[int]) -> tuple[str, ...]:
        names = [
            f"{self.plan.tables[scan.table].id}.{name}"
            for scan in self.scans
            for name, column in scan.names
            if column.id in numbers
        ]
        return tuple(dict.fromkeys(names))


class _Tracing:
    """Walks the relations once: `made_of` says what a column is made of, `roots` decide about rows."""

    def __init__(self) -> None:
        self.scans: list[algebra.Scan] = []
        self.made_of: dict[int, set[int]] = {}
        self.roots: set[int] = set()
        self._seen: set[int] = set()

    def walk(self, rel: algebra.Rel) -> None:
        """Goes through a relation and all below it, each once."""
        if id(rel) in self._seen:
            return
        self._seen.add(id(rel))
        match rel:
            case algebra.Scan():
                self.scans.append(rel)
            case algebra.Join() | algebra.SetOp():
                self.walk(rel.left)
                self.walk(rel.right)
            case algebra.Ref():
                self.walk(rel.view.rel)
            case algebra.Passing() | algebra.Project() | algebra.Aggregate() | algebra.Window():
                self.walk(rel.rel)
        self._note(rel)
        self._note_rows(rel)

    def _note(self, rel: algebra.Rel) -> None:
        """What the columns of one relation are made of."""
        match rel:
            case algebra.Project() | algebra.Window():
                self._make(rel.outs)
            case algebra.Aggregate():
                self._make((*rel.keys, *rel.aggs))
            case algebra.Values():
                self._make((out, expr) for row in rel.rows for out, expr in zip(rel.outs, row, strict=True))
            case algebra.Ref():
                for column, old in rel.outs:
                    self.made_of.setdefault(column.id, set()).add(old)
            case algebra.SetOp():
                for out, left, right in zip(rel.outs, rel.left.columns, rel.right.columns, strict=True):
                    self.made_of.setdefault(out.id, set()).update((left.id, right.id))

    def _note_rows(self, rel: algebra.Rel) -> None:
        """What decides about the rows of one relation."""
        match rel:
            case algebra.Aggregate():
                self._decide(expr for _, expr in rel.keys)
            case algebra.SetOp() if not (rel.is_all and rel.kind == "union"):
                self._decide((*rel.left.columns, *rel.right.columns))
            case algebra.Filter():
                self._decide((rel.pred,))
            case algebra.Join():
                self._decide((rel.on,))
            case algebra.Limit():
                self._decide(key.expr for key in rel.order)
            case algebra.Distinct():
                self._decide(rel.columns)

    def _make(self, outs: Iterable[tuple[formulas.Col, formulas.Expr]]) -> None:
        for out, expr in outs:
            self.made_of.setdefault(out.id, set()).update(self.columns(expr))

    def _decide(self, exprs: Iterable[formulas.Expr]) -> None:
        for expr in exprs:
            self.roots.update(self.columns(expr))

    def columns(self, expr: formulas.Expr) -> Iterator[int]:
        """The columns in an expression; relations of sub-queries are walked on the way."""
        for part in walk.inside(expr):
            below = walk.sub_rel(part)
            if below is not None:
                self.walk(below)
            if isinstance(part, formulas.Col | formulas.Scalar | formulas.In):
                yield part.id
