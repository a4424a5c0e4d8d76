"""Grouping and windows: aggregates and window calls are taken out of expressions into nodes of their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from taihu.data.query import aggregates, algebra, calls, formulas, refusals, walk
from taihu.data.query.names import Reading
from taihu.data.query.place import Place


def has(exprs: Iterable[formulas.Expr], kind: type[formulas.Expr]) -> bool:
    """True where an expression holds such a node, outside of sub-queries."""
    return any(isinstance(part, kind) for expr in exprs for part in walk.inside(expr))


def refuse(exprs: Iterable[formulas.Expr], clause: str, at: Place, *, also_windows: bool = True) -> None:
    """Refuses aggregates and windows where none may stand."""
    listed = list(exprs)
    if has(listed, formulas.Agg):
        raise refusals.NotGrouped(f"{clause} 中不能有汇总函数。", at=at, help="对汇总结果的条件请写 HAVING。")
    if also_windows and has(listed, formulas.Win):
        raise refusals.NotGrouped(f"{clause} 中不能有窗口函数。", at=at, help="对窗口结果的条件请写 QUALIFY。")


class Groups:
    """Lowers expressions over the rows of a relation to expressions over its groups."""

    def __init__(self, reading: Reading, rel: algebra.Rel, keys: Sequence[formulas.Expr]) -> None:
        self._reading = reading
        self._local = {column.id for column in rel.columns}
        self._keys = [(reading.column(key.kind, _at(key)), key) for key in dict.fromkeys(keys)]
        self._aggs: list[tuple[formulas.Col, formulas.Agg]] = []

    def lower(self, expr: formulas.Expr) -> formulas.Expr:
        """The expression over groups; refuses columns that are no key."""
        return walk.replace(expr, self._replace)

    def relation(self, rel: algebra.Rel, at: Place) -> algebra.Rel:
        """The aggregate node with all that was lowered."""
        return algebra.Aggregate(rel, tuple(self._keys), tuple(self._aggs), at)

    def _replace(self, expr: formulas.Expr) -> formulas.Expr | None:
        for column, key in self._keys:
            if expr == key and not isinstance(expr, formulas.Lit | formulas.Param):
                return formulas.Col(column.kind, column.id, _at(expr))
        if isinstance(expr, formulas.Agg):
            return self._aggregate(expr)
        if isinstance(expr, formulas.Col) and expr.id in self._local:
            raise refusals.NotGrouped(
                "这一列不在 GROUP BY 中，也不在汇总函数里。",
                at=expr.at,
                help="请把它加进 GROUP BY，或用 min、max 等汇总。",
            )
        return None

    def _aggregate(self, agg: formulas.Agg) -> formulas.Col:
        for column, known in self._aggs:
            if known == agg:
                return formulas.Col(column.kind, column.id, agg.at)
        used = {
            part.id
            for arg in (*agg.args, *([agg.filter] if agg.filter else []))
            for part in walk.inside(arg)
            if isinstance(part, formulas.Col)
        }
        if used and not used & self._local:
            raise refusals.NotGrouped("这个汇总只用到外层的列。", at=agg.at, help="请在外层查询中汇总。")
        column = self._reading.column(agg.kind, agg.at)
        self._aggs.append((column, agg))
        return column


def _at(expr: formulas.Expr) -> Place:
    return getattr(expr, "at", Place(""))


def complete(
    reading: Reading, rel: algebra.Rel, order: Sequence[formulas.Key], more: Iterable[int] = ()
) -> tuple[formulas.Key, ...]:
    """The order with tie-breakers: the smallest unique set of the relation, else all its columns.

    `more` are columns that are equal for all rows that are compared (a window's partition).
    """
    given = {key.expr.id for key in order if isinstance(key.expr, formulas.Col)} | set(more)
    sets = reading.uniques.of(rel)
    if any(unique <= given for unique in sets):
        return tuple(order)
    by_id = {column.id: column for column in rel.columns}
    chosen = min(sets, key=lambda s: (len(s - given), sorted(s)), default=frozenset(by_id))
    return (*order, *(formulas.Key(by_id[i]) for i in sorted(chosen - given)))


class Windows:
    """Takes window calls out of expressions."""

    def __init__(self, reading: Reading, rel: algebra.Rel) -> None:
        self._reading = reading
        self._rel = rel
        self._outs: list[tuple[formulas.Col, formulas.Win]] = []

    def lower(self, expr: formulas.Expr) -> formulas.Expr:
        """The expression with a column for each window call."""
        return walk.replace(expr, self._replace)

    def relation(self, at: Place) -> algebra.Rel:
        """The relation with the window columns."""
        return algebra.Window(self._rel, tuple(self._outs), at) if self._outs else self._rel

    def _replace(self, expr: formulas.Expr) -> formulas.Expr | None:
        if not isinstance(expr, formulas.Win):
            return None
        if has((*expr.args, *expr.partition, *(k.expr for k in expr.order)), formulas.Win):
            raise refusals.NotGrouped("窗口函数里不能再有窗口函数。", at=expr.at, help="请用 WITH 分成两步。")
        if expr.fn in aggregates.AGGREGATES and expr.args:
            calls.check_room(expr.fn, expr.args[0].kind, expr.at)
        win = self._completed(expr)
        for column, known in self._outs:
            if known == win:
                return formulas.Col(column.kind, column.id, expr.at)
        column = self._reading.column(expr.kind, expr.at)
        self._outs.append((column, win))
        return column

    def _completed(self, win: formulas.Win) -> formulas.Win:
        ranking = aggregates.WINDOWS.get(win.fn)
        depends = (
            ranking.completes
            if ranking
            else win.fn == "string_agg" or (win.frame is not None and _counts_rows(win.frame))
        )
        if not depends:
            return win
        equal = [part.id for part in win.partition if isinstance(part, formulas.Col)]
        order = complete(self._reading, self._rel, win.order, equal)
        return dataclasses.replace(win, order=order)


def _counts_rows(frame: formulas.Frame) -> bool:
    whole = (frame.start[0], frame.end[0]) == ("unbounded preceding", "unbounded following")
    return frame.unit == "rows" and not whole
