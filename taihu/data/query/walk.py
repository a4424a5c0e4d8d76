"""Walking the algebra: the parts of an expression, and the same tree with some parts replaced."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from taihu.data.query import algebra

Replace = Callable[[algebra.Expr], algebra.Expr | None]
Mapped = Callable[[algebra.Expr], algebra.Expr]


def parts(expr: algebra.Expr) -> Iterator[algebra.Expr]:
    """The expressions directly inside one, without the relations of sub-queries."""
    match expr:
        case algebra.Call():
            yield from expr.args
        case algebra.Case():
            for when, then in expr.whens:
                yield from (when, then)
            yield expr.default
        case algebra.Cast() | algebra.In():
            yield expr.arg
        case algebra.Agg():
            yield from (*expr.args, *(k.expr for k in expr.order), *([expr.filter] if expr.filter else []))
        case algebra.Win():
            yield from (
                *expr.args,
                *expr.partition,
                *(k.expr for k in expr.order),
                *([expr.filter] if expr.filter else []),
            )


def inside(expr: algebra.Expr) -> Iterator[algebra.Expr]:
    """An expression and everything in it, outermost first, without the relations of sub-queries."""
    yield expr
    for part in parts(expr):
        yield from inside(part)


def replace(expr: algebra.Expr, by: Replace) -> algebra.Expr:
    """The expression with the outermost parts replaced for which `by` gives another."""
    found = by(expr)
    if found is not None:
        return found

    def go(part: algebra.Expr) -> algebra.Expr:
        return replace(part, by)

    return _with_parts(expr, go)


def _with_parts(expr: algebra.Expr, go: Mapped) -> algebra.Expr:
    match expr:
        case algebra.Call():
            return dataclasses.replace(expr, args=tuple(map(go, expr.args)))
        case algebra.Case():
            return dataclasses.replace(
                expr, whens=tuple((go(when), go(then)) for when, then in expr.whens), default=go(expr.default)
            )
        case algebra.Cast():
            return dataclasses.replace(expr, arg=go(expr.arg))
        case algebra.Agg() | algebra.Win():
            return _with_over(expr, go)
        case algebra.In():
            return dataclasses.replace(expr, arg=go(expr.arg), rel=in_rel(expr.rel, go))
        case algebra.Scalar() | algebra.Exists():
            return dataclasses.replace(expr, rel=in_rel(expr.rel, go))
    return expr


def _with_over(expr: algebra.Agg | algebra.Win, go: Mapped) -> algebra.Expr:
    changed = dataclasses.replace(
        expr,
        args=tuple(map(go, expr.args)),
        order=in_keys(expr.order, go),
        filter=go(expr.filter) if expr.filter is not None else None,
    )
    return (
        dataclasses.replace(changed, partition=tuple(map(go, changed.partition)))
        if isinstance(changed, algebra.Win)
        else changed
    )


def in_keys(keys: tuple[algebra.Key, ...], go: Mapped) -> tuple[algebra.Key, ...]:
    """Order keys with their expressions replaced."""
    return tuple(dataclasses.replace(key, expr=go(key.expr)) for key in keys)


def in_rel(rel: algebra.Rel, go: Mapped) -> algebra.Rel:
    """A relation with the expressions of all its nodes replaced; views are never correlated and stay."""
    match rel:
        case algebra.Project():
            return dataclasses.replace(rel, rel=in_rel(rel.rel, go), outs=tuple((c, go(e)) for c, e in rel.outs))
        case algebra.Filter():
            return dataclasses.replace(rel, rel=in_rel(rel.rel, go), pred=go(rel.pred))
        case algebra.Join():
            return dataclasses.replace(rel, left=in_rel(rel.left, go), right=in_rel(rel.right, go), on=go(rel.on))
        case algebra.Aggregate():
            keys = tuple((c, go(e)) for c, e in rel.keys)
            return dataclasses.replace(
                rel, rel=in_rel(rel.rel, go), keys=keys, aggs=tuple((c, _agg(e, go)) for c, e in rel.aggs)
            )
        case algebra.Window():
            return dataclasses.replace(rel, rel=in_rel(rel.rel, go), outs=tuple((c, _win(e, go)) for c, e in rel.outs))
        case algebra.Limit():
            return dataclasses.replace(rel, rel=in_rel(rel.rel, go), order=in_keys(rel.order, go))
        case algebra.Distinct():
            return dataclasses.replace(rel, rel=in_rel(rel.rel, go))
        case algebra.SetOp():
            return dataclasses.replace(rel, left=in_rel(rel.left, go), right=in_rel(rel.right, go))
        case algebra.Values():
            return dataclasses.replace(rel, rows=tuple(tuple(map(go, row)) for row in rel.rows))
    return rel


def _agg(expr: algebra.Agg, go: Mapped) -> algebra.Agg:
    changed = _with_over(expr, go)
    assert isinstance(changed, algebra.Agg)  # noqa: S101 - the same class comes back
    return changed


def _win(expr: algebra.Win, go: Mapped) -> algebra.Win:
    changed = _with_over(expr, go)
    assert isinstance(changed, algebra.Win)  # noqa: S101 - the same class comes back
    return changed


def rels(rel: algebra.Rel) -> Iterator[algebra.Rel]:
    """The relations directly under one, those of views included."""
    match rel:
        case algebra.Join() | algebra.SetOp():
            yield from (rel.left, rel.right)
        case algebra.Ref():
            yield rel.view.rel
        case (
            algebra.Project()
            | algebra.Filter()
            | algebra.Aggregate()
            | algebra.Window()
            | algebra.Limit()
            | algebra.Distinct()
        ):
            yield rel.rel


def exprs(rel: algebra.Rel) -> Iterator[algebra.Expr]:
    """The expressions written in one node."""
    match rel:
        case algebra.Project():
            yield from (e for _, e in rel.outs)
        case algebra.Filter():
            yield rel.pred
        case algebra.Join():
            yield rel.on
        case algebra.Aggregate():
            yield from (e for _, e in (*rel.keys, *rel.aggs))
        case algebra.Window():
            yield from (e for _, e in rel.outs)
        case algebra.Limit():
            yield from (key.expr for key in rel.order)
        case algebra.Values():
            yield from (e for row in rel.rows for e in row)


def sub_rel(expr: algebra.Expr) -> algebra.Rel | None:
    """The relation of a sub-query."""
    return expr.rel if isinstance(expr, algebra.Scalar | algebra.Exists | algebra.In) else None


def everything(rel: algebra.Rel, seen: set[int] | None = None) -> Iterator[algebra.Rel]:
    """All relations of a tree, those of sub-queries and views included, each view once."""
    seen = set() if seen is None else seen
    if id(rel) in seen:
        return
    seen.add(id(rel))
    yield rel
    for below in rels(rel):
        yield from everything(below, seen)
    for expr in exprs(rel):
        for part in inside(expr):
            sub = sub_rel(part)
            if sub is not None:
                yield from everything(sub, seen)
