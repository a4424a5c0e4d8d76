"""FROM and JOIN: tables, named queries, sub-queries and constant rows, joined into one relation with its names."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlglot import exp

from taihu.data.query import algebra, expressions, formulas, kinds, operators, refusals, views, walk
from taihu.data.query.names import Binding, Reach, Reading
from taihu.data.query.place import Place

Sides = tuple[str, str]
KINDS: dict[Sides, str] = {
    ("", ""): "inner",
    ("", "INNER"): "inner",
    ("", "CROSS"): "cross",
    ("LEFT", ""): "left",
    ("LEFT", "OUTER"): "left",
    ("RIGHT", ""): "right",
    ("RIGHT", "OUTER"): "right",
    ("FULL", ""): "full",
    ("FULL", "OUTER"): "full",
    ("", "SEMI"): "semi",
    ("LEFT", "SEMI"): "semi",
    ("", "ANTI"): "anti",
    ("LEFT", "ANTI"): "anti",
}


def read_from(reading: Reading, select: exp.Select, outer: Reach | None) -> tuple[algebra.Rel, Reach]:
    """The relation of a FROM clause with its joins, and what may be named in it."""
    origin = select.args.get("from_")
    if origin is None:
        at = reading.at(select)
        one = reading.column(kinds.BOOL, at)
        return algebra.Values(((formulas.Lit(kinds.BOOL, True, at),),), (one,), at), Reach(outer=outer)
    reading.only(origin, "this")
    rel, binding = read_source(reading, origin.this, outer)
    reach = Reach((binding,), outer)
    has_comma = False
    for join in select.args.get("joins") or ():
        kind = _kind(reading, join)
        is_bare = kind == "inner" and not join.args.get("on") and not join.args.get("using")
        if has_comma and kind in ("right", "full"):
            raise reading.not_allowed(join, "逗号之后的 RIGHT 或 FULL JOIN", "请把逗号改写成 CROSS JOIN。")
        has_comma = has_comma or is_bare
        rel, reach = _join(reading, rel, reach, join, "cross" if is_bare else kind)
    return rel, reach


def _kind(reading: Reading, join: exp.Expr) -> str:
    reading.only(join, "this", "side", "kind", "on", "using")
    kind = KINDS.get((str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()))
    if kind is None:
        raise reading.not_allowed(join, "这种 JOIN", "可用：JOIN、LEFT、RIGHT、FULL、CROSS、SEMI、ANTI。")
    return kind


def read_source(reading: Reading, node: exp.Expr, outer: Reach | None) -> tuple[algebra.Rel, Binding]:
    """One item of FROM under its alias."""
    at = reading.at(node)
    if isinstance(node, exp.Table):
        reading.only(node, "this", "db", "catalog", "alias")
        rel, names, alias = views.read_table(reading, node)
    elif isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query) and not isinstance(node.this, exp.Table):
        reading.only(node, "this", "alias")
        query = reading.read_query(reading, node.this, outer)
        views.check_names(query.names, at)
        rel, names, alias = query.rel, list(zip(query.names, query.outs, strict=True)), ""
    elif isinstance(node, exp.Values):
        reading.only(node, "expressions", "alias")
        rel, names, alias = _values(reading, node)
    else:
        raise reading.not_allowed(
            node, "FROM 中的这种写法", "FROM 中可写已声明的数据资源、本数据包的查询、子查询与 VALUES。"
        )
    alias = node.alias or alias
    listed = node.args["alias"].columns if node.args.get("alias") else []
    if listed:
        if len(listed) != len(names):
            raise refusals.WrongType(f"别名列出 {len(listed)} 列，而这里有 {len(names)} 列。", at=at)
        names = [(new.name, column) for new, (_, column) in zip(listed, names, strict=True)]
        views.check_names([name for name, _ in names], at)
    return rel, Binding(alias or f"({len(names)})", tuple(names))


def _values(reading: Reading, node: exp.Values) -> tuple[algebra.Rel, list[tuple[str, formulas.Col]], str]:
    at = reading.at(node)
    rows = []
    for row in node.expressions:
        cells = row.expressions if isinstance(row, exp.Tuple) else [row.this if isinstance(row, exp.Paren) else row]
        rows.append([expressions.read(reading, cell, Reach()) for cell in cells])
    if len({len(row) for row in rows}) != 1 or not rows[0]:
        raise refusals.WrongType("VALUES 各行的列数不一致。", at=at)
    if any(
        walk.sub_rel(p) is not None or isinstance(p, formulas.Agg | formulas.Win)
        for r in rows
        for e in r
        for p in walk.inside(e)
    ):
        raise reading.not_allowed(node, "VALUES 中的子查询或汇总")
    columns = [operators.unify(column, at) for column in zip(*rows, strict=True)]
    outs = tuple(reading.column(column[0].kind, at) for column in columns)
    rel = algebra.Values(tuple(zip(*columns, strict=True)), outs, at)
    return rel, [(f"col{n}", out) for n, out in enumerate(outs)], ""


def _join(reading: Reading, left: algebra.Rel, reach: Reach, node: exp.Expr, kind: str) -> tuple[algebra.Rel, Reach]:
    at = reading.at(node)
    right, binding = read_source(reading, node.this, reach.outer)
    if reach.binding(binding.alias) is not None:
        raise refusals.AmbiguousName(f"「{binding.alias}」出现了两次。", at=at, help="请给其中一个起别名：… AS 别名。")
    both = dataclasses.replace(reach, bindings=(*reach.bindings, binding))
    using = [name.name for name in node.args.get("using") or ()]
    if using:
        on, pairs = _using(reading, reach, binding, using, at)
    elif node.args.get("on") is not None:
        on, pairs = expressions.read_condition(reading, node.args["on"], both, "ON"), []
    elif kind == "cross":
        on, pairs = formulas.TRUE, []
    else:
        raise reading.not_allowed(node, "没有 ON 的 JOIN", "请写 ON 或 USING；要全部组合请写 CROSS JOIN。")
    _check_on(reading, node, on, kind)
    if kind in ("semi", "anti"):
        exists: formulas.Expr = formulas.Exists(kinds.BOOL, algebra.Filter(right, on, "ON", at), at)
        pred = exists if kind == "semi" else operators.call("not", [exists], at)
        return algebra.Filter(left, pred, kind.upper(), at), reach
    rel = _combine(left, right, on, kind, at)
    return _merge(reading, rel, both, kind, pairs)


def _check_on(reading: Reading, node: exp.Expr, on: formulas.Expr, kind: str) -> None:
    found = list(walk.inside(on))
    if any(isinstance(part, formulas.Agg | formulas.Win) for part in found):
        raise refusals.NotGrouped("ON 中不能有汇总或窗口函数。", at=reading.at(node), help="请用 WITH 分成两步。")
    if kind not in ("inner", "semi", "anti") and any(walk.sub_rel(part) is not None for part in found):
        raise reading.not_allowed(node, "外连接 ON 中的子查询", "请先在 WITH 中算好再连接。")


def _combine(left: algebra.Rel, right: algebra.Rel, on: formulas.Expr, kind: str, at: Place) -> algebra.Rel:
    """RIGHT is LEFT with its sides swapped; a condition with sub-queries is filtered after the cross join."""
    if kind == "right":
        return algebra.Join("left", right, left, on, at)
    if kind == "inner" and any(walk.sub_rel(part) is not None for part in walk.inside(on)):
        return algebra.Filter(algebra.Join("cross", left, right, formulas.TRUE, at), on, "ON", at)
    return algebra.Join(kind, left, right, on, at)


Pair = tuple[tuple[str, str], formulas.Col, tuple[str, str], formulas.Col]


def _using(
    reading: Reading, reach: Reach, binding: Binding, names: Sequence[str], at: Place
) -> tuple[formulas.Expr, list[Pair]]:
    """The equalities of USING, and which columns become one."""
    pairs: list[Pair] = []
    for name in names:
        reach.find(name, "", at)
        lefts = [((b.alias, n.lower()), c) for b, n, c in reach.shown() if n.lower() == name.lower()]
        rights = [((binding.alias, n.lower()), c) for n, c in binding.columns if n.lower() == name.lower()]
        if len(lefts) != 1 or len(rights) != 1:
            raise refusals.UnknownName(
                f"USING 的「{name}」须在两边各有一列。",
                at=at,
                help=f"右边有：{refusals.known(n for n, _ in binding.columns)}。",
            )
        pairs.append((*lefts[0], *rights[0]))
    equal = [operators.call("=", [left, right], at) for _, left, _, right in pairs]
    return (operators.call("and", equal, at) if len(equal) > 1 else equal[0]), pairs


def _merge(reading: Reading, rel: algebra.Rel, reach: Reach, kind: str, pairs: list[Pair]) -> tuple[algebra.Rel, Reach]:
    merged = dict(reach.merged)
    outs: list[tuple[formulas.Col, formulas.Expr]] = []
    for left_key, left, right_key, right in pairs:
        merged[right_key] = None
        merged[left_key] = right if kind == "right" else left
        if kind == "full":
            both = operators.call("coalesce", [left, right], left.at)
            merged[left_key] = column = reading.column(both.kind, left.at)
            outs.append((column, both))
    if outs:
        rel = algebra.Project(rel, (*((c, c) for c in rel.columns), *outs), left.at)
    return rel, dataclasses.replace(reach, merged=merged)
