"""Trace: which columns of its tables a query uses, for what it shows or for which rows it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taihu.data.query import algebra, formulas, walk
from taihu.data.query.plan import Plan


def trace(plan: Plan) -> tuple[list[algebra.Scan], set[int]]:
    """The scans of a query, and the numbers of all columns that matter to its answer.

    A column that a sub-query lists and nobody looks at does not matter.
    """
    tracing = _Tracing()
    tracing.walk(plan.query.rel)
    waiting = [out.id for out in plan.query.outs]
    waiting += [number for key in plan.query.order for number in tracing.columns(key.expr)]
    waiting += tracing.roots
    used: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number not in used:
            used.add(number)
            waiting += tracing.made_of.get(number, ())
    return tracing.scans, used


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
