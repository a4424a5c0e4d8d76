"""Walking the algebra: the parts of an expression, and the same tree with some parts replaced."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from taihu.data.query import algebra, formulas

Replace = Callable[[formulas.Expr], formulas.Expr | None]
Mapped = Callable[[formulas.Expr], formulas.Expr]


def parts(expr: formulas.Expr) -> Iterator[formulas.Expr]:
    """The expressions directly inside one, without the relations of sub-queries."""
    match expr:
        case formulas.Call():
            yield from expr.args
        case formulas.Case():
            for when, then in expr.whens:
                yield from (when, then)
            yield expr.default
        case formulas.Cast() | formulas.In():
            yield expr.arg
        case formulas.Agg():
            yield from (*expr.args, *(k.expr for k in expr.order), *([expr.filter] if expr.filter else []))
        case formulas.Win():
            yield from (
                *expr.args,
                *expr.partition,
                *(k.expr for k in expr.order),
                *([expr.filter] if expr.filter else []),
            )


def inside(expr: formulas.Expr) -> Iterator[formulas.Expr]:
    """An expression and everything in it, outermost first, without the relations of sub-queries."""
    yield expr
    for part in parts(expr):
        yield from inside(part)


def size(expr: formulas.Expr, known: dict[int, int] | None = None) -> int:
    """How many nodes an expression has when written out; parts that are shared are counted as often as they stand."""
    known = {} if known is None else known
    if id(expr) not in known:
        known[id(expr)] = 1 + sum(size(part, known) for part in parts(expr))
    return known[id(expr)]


def replace(expr: formulas.Expr, by: Replace) -> formulas.Expr:
    """The expression with the outermost parts replaced for which `by` gives another."""
    found = by(expr)
    if found is not None:
        return found

    def go(part: formulas.Expr) -> formulas.Expr:
        return replace(part, by)

    return _with_parts(expr, go)


def _with_parts(expr: formulas.Expr, go: Mapped) -> formulas.Expr:
    match expr:
        case formulas.Call():
            return dataclasses.replace(expr, args=tuple(map(go, expr.args)))
        case formulas.Case():
            return dataclasses.replace(
                expr, whens=tuple((go(when), go(then)) for when, then in expr.whens), default=go(expr.default)
            )
        case formulas.Cast():
            return dataclasses.replace(expr, arg=go(expr.arg))
        case formulas.Agg() | formulas.Win():
            return _with_over(expr, go)
        case formulas.In():
            return dataclasses.replace(expr, arg=go(expr.arg), rel=in_rel(expr.rel, go))
        case formulas.Scalar() | formulas.Exists():
            return dataclasses.replace(expr, rel=in_rel(expr.rel, go))
    return expr


def _with_over(expr: formulas.Agg | formulas.Win, go: Mapped) -> formulas.Expr:
    changed = dataclasses.replace(
        expr,
        args=tuple(map(go, expr.args)),
        order=in_keys(expr.order, go),
        filter=go(expr.filter) if expr.filter is not None else None,
    )
    return (
        dataclasses.replace(changed, partition=tuple(map(go, changed.partition)))
        if isinstance(changed, formulas.Win)
        else changed
    )


def in_keys(keys: tuple[formulas.Key, ...], go: Mapped) -> tuple[formulas.Key, ...]:
    """Order keys with their expressions replaced."""
    return tuple(dataclasses.replace(key, expr=go(key.expr)) for key in keys)


def in_rel(rel: algebra.Rel, go: Mapped) -> algebra.Rel:
    """A relation with the expressions of all its nodes replaced; views are never correlated and stay."""
    changed = {part.name: _in_value(getattr(rel, part.name), go) for part in dataclasses.fields(rel)}
    return dataclasses.replace(rel, **changed)


def _in_value(value: object, go: Mapped) -> object:
    match value:
        case algebra.Rel():
            return in_rel(value, go)
        case formulas.Agg() | formulas.Win():
            return _with_over(value, go)
        case formulas.Expr():
            return go(value)
        case formulas.Key():
            return dataclasses.replace(value, expr=go(value.expr))
        case tuple():
            return tuple(_in_value(part, go) for part in value)
    return value


def sub_rel(expr: formulas.Expr) -> algebra.Rel | None:
    """The relation of a sub-query."""
    return expr.rel if isinstance(expr, formulas.Scalar | formulas.Exists | formulas.In) else None
