"""Blocks: SELECT, set operations and parentheses read into queries."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from sqlglot import exp

from taihu.data.query import algebra, expressions, formulas, grouping, items, operators, refusals, relations, views
from taihu.data.query.items import Item
from taihu.data.query.names import Reach, Reading
from taihu.data.query.place import Place

CLAUSES = (
    "expressions",
    "distinct",
    "from_",
    "joins",
    "where",
    "group",
    "having",
    "qualify",
    "order",
    "limit",
    "offset",
    "with_",
)
SET_OPERATIONS: dict[type[exp.Expr], str] = {exp.Union: "union", exp.Intersect: "intersect", exp.Except: "except"}
MOST_ROWS = 10**9


def read_query(reading: Reading, node: exp.Expr, outer: Reach | None) -> algebra.Query:
    """The query of a SELECT, of a set operation or of one in parentheses."""
    if isinstance(node, exp.Subquery):
        reading.only(node, "this")
        return read_query(reading, node.this, outer)
    if isinstance(node, exp.Select):
        return _select(reading, node, outer)
    if type(node) in SET_OPERATIONS:
        return _set_operation(reading, node, outer)
    raise reading.not_allowed(node, f"{type(node).__name__} 语句", "taihu SQL 只接受一条 SELECT 查询。")


@dataclasses.dataclass
class _Select:
    """The parts of one SELECT while they are lowered."""

    items: list[Item]
    keys: list[formulas.Key]
    having: formulas.Expr | None
    qualify: formulas.Expr | None

    def exprs(self) -> list[formulas.Expr]:
        """All expressions that stand after grouping."""
        return [
            *(i.expr for i in self.items),
            *(k.expr for k in self.keys),
            *(e for e in (self.having, self.qualify) if e is not None),
        ]

    def map(self, go: Callable[[formulas.Expr], formulas.Expr]) -> None:
        """Replaces all expressions."""
        self.items = [dataclasses.replace(item, expr=go(item.expr)) for item in self.items]
        self.keys = [dataclasses.replace(key, expr=go(key.expr)) for key in self.keys]
        self.having = go(self.having) if self.having is not None else None
        self.qualify = go(self.qualify) if self.qualify is not None else None


def _select(reading: Reading, node: exp.Select, outer: Reach | None) -> algebra.Query:
    reading.only(node, *CLAUSES)
    reading = views.read_with(reading, node.args.get("with_"))
    at = reading.at(node)
    rel, reach = relations.read_from(reading, node, outer)
    reach = dataclasses.replace(reach, taken=frozenset(part.alias.lower() for part in node.expressions if part.alias))
    if node.args.get("where"):
        rel = _where(reading, node.args["where"], rel, reach)
    listed = items.read_items(reading, node, reach)
    named = dataclasses.replace(reach, aliases={item.name.lower(): item.expr for item in reversed(listed) if item.name})
    select = _Select(
        listed,
        _order(reading, node.args.get("order"), listed, named),
        _condition(reading, node, "having", named),
        _condition(reading, node, "qualify", named),
    )
    group = _group_keys(reading, node.args.get("group"), listed, named)
    rel = _grouped(reading, node, rel, select, group)
    windows = grouping.Windows(reading, rel)
    select.map(windows.lower)
    rel = windows.relation(at)
    if select.qualify is not None:
        rel = algebra.Filter(rel, select.qualify, "QUALIFY", reading.at(node.args["qualify"]))
    return _finish(reading, node, rel, select)


def _where(reading: Reading, node: exp.Expr, rel: algebra.Rel, reach: Reach) -> algebra.Rel:
    pred = expressions.read_condition(reading, node.this, reach, "WHERE")
    grouping.refuse([pred], "WHERE", reading.at(node))
    return algebra.Filter(rel, pred, "WHERE", reading.at(node))


def _condition(reading: Reading, node: exp.Select, clause: str, reach: Reach) -> formulas.Expr | None:
    found = node.args.get(clause)
    if found is None:
        return None
    reading.only(found, "this")
    items.check_clear(reading, found.this, reach)
    pred = expressions.read_condition(reading, found.this, reach, clause.upper())
    if clause == "having" and grouping.has([pred], formulas.Win):
        raise refusals.NotGrouped("HAVING 中不能有窗口函数。", at=reading.at(found), help="请写 QUALIFY。")
    return pred


def _group_keys(
    reading: Reading, node: exp.Expr | None, listed: list[Item], reach: Reach
) -> list[formulas.Expr] | None:
    if node is None:
        return None
    reading.only(node, "expressions", "all")
    if node.args.get("all"):
        return [item.expr for item in listed if not grouping.has([item.expr], formulas.Agg)]
    keys = []
    for part in node.expressions:
        if isinstance(part, exp.Rollup | exp.Cube | exp.GroupingSets | exp.Tuple):
            raise reading.not_allowed(part, "多级分组", "请分别 GROUP BY 后用 UNION ALL 合并。")
        items.check_clear(reading, part, reach)
        keys.append(items.by_number(reading, part, listed) or expressions.read(reading, part, reach))
        grouping.refuse(keys[-1:], "GROUP BY", reading.at(part))
    return keys


def _grouped(
    reading: Reading, node: exp.Select, rel: algebra.Rel, select: _Select, group: list[formulas.Expr] | None
) -> algebra.Rel:
    """The relation of groups where the SELECT has any, and its HAVING."""
    at = reading.at(node)
    if group is None and not grouping.has(select.exprs(), formulas.Agg):
        if select.having is not None:
            raise refusals.NotGrouped("HAVING 之前没有分组或汇总。", at=at, help="请写 WHERE。")
        return rel
    groups = grouping.Groups(reading, rel, group or [])
    select.map(groups.lower)
    rel = groups.relation(rel, reading.at(node.args["group"]) if node.args.get("group") else at)
    if not rel.columns:
        raise reading.not_allowed(node, "没有键也没有汇总的分组")
    if select.having is not None:
        rel = algebra.Filter(rel, select.having, "HAVING", reading.at(node.args["having"]))
    return rel


def _order(reading: Reading, node: exp.Expr | None, listed: list[Item], reach: Reach) -> list[formulas.Key]:
    """The order keys: an output name first, then a number, then an expression over the input."""
    if node is None:
        return []
    reading.only(node, "expressions")
    keys: list[formulas.Key] = []
    for part in node.expressions:
        reading.only(part, "this", "desc", "nulls_first")
        wanted = (
            [item.expr for item in listed]
            if _is_all(part.this)
            else [items.by_order(reading, part.this, listed, reach)]
        )
        keys += [formulas.Key(expr, bool(part.args.get("desc")), bool(part.args.get("nulls_first"))) for expr in wanted]
    return keys


def _is_all(node: exp.Expr) -> bool:
    return isinstance(node, exp.Var) and node.name.upper() == "ALL"


def _finish(reading: Reading, node: exp.Select, rel: algebra.Rel, select: _Select) -> algebra.Query:
    """Projection, DISTINCT, and the order with its limit."""
    at = reading.at(node)
    outs = [(reading.column(item.expr.kind, item.at), item.expr) for item in select.items]
    is_distinct = node.args.get("distinct") is not None
    if is_distinct:
        if node.args["distinct"].args.get("on") is not None:
            raise reading.not_allowed(
                node.args["distinct"], "DISTINCT ON", "请写 QUALIFY row_number() OVER (PARTITION BY … ORDER BY …) = 1。"
            )
        reading.only(node.args["distinct"])
    keys: list[formulas.Key] = []
    hidden: list[tuple[formulas.Col, formulas.Expr]] = []
    for key in select.keys:
        column = next((out for out, expr in (*outs, *hidden) if expr == key.expr), None)
        if column is None:
            if is_distinct:
                raise refusals.NotGrouped("DISTINCT 之后只能按所选的列排序。", at=at, help="请把排序的列也选出来。")
            column = reading.column(key.expr.kind, at)
            hidden.append((column, key.expr))
        keys.append(dataclasses.replace(key, expr=column))
    visible = tuple(column for column, _ in outs)
    rel = algebra.Project(rel, (*outs, *hidden), at)
    if is_distinct:
        rel = algebra.Distinct(rel, reading.at(node.args["distinct"]))
    rel = _limited(reading, node, rel, keys)
    return algebra.Query(rel, tuple(item.name for item in select.items), visible, tuple(keys), at)


def _limited(reading: Reading, node: exp.Expr, rel: algebra.Rel, keys: Sequence[formulas.Key]) -> algebra.Rel:
    limit, offset = node.args.get("limit"), node.args.get("offset")
    if limit is None and offset is None:
        return rel
    count = _rows(reading, limit, "LIMIT") if limit is not None else None
    start = _rows(reading, offset, "OFFSET") if offset is not None else 0
    order = grouping.complete(reading, rel, keys)
    return algebra.Limit(rel, order, count, start, reading.at(limit or offset or node))


def _rows(reading: Reading, node: exp.Expr, clause: str) -> int:
    if not isinstance(node, exp.Limit | exp.Offset):
        raise reading.not_allowed(node, "FETCH", "请写 LIMIT 10。")
    reading.only(node, "expression")
    number = node.args["expression"]
    if not (isinstance(number, exp.Literal) and number.name.isdigit() and int(number.name) <= MOST_ROWS):
        raise refusals.WrongType(f"{clause} 只能写整数常量。", at=reading.at(node), help=f"例如 {clause} 10。")
    return int(number.name)


def _set_operation(reading: Reading, node: exp.Expr, outer: Reach | None) -> algebra.Query:
    reading.only(node, "this", "expression", "distinct", "with_", "order", "limit", "offset")
    reading = views.read_with(reading, node.args.get("with_"))
    at = reading.at(node.args["expression"])
    left, right = (read_query(reading, node.args[side], outer) for side in ("this", "expression"))
    if len(left.outs) != len(right.outs):
        raise refusals.WrongType(
            f"两边的列数不同：{len(left.outs)} 与 {len(right.outs)}。", at=at, help="请选同样多的列。"
        )
    united = [operators.unify(pair, at) for pair in zip(left.outs, right.outs, strict=True)]
    outs = tuple(reading.column(pair[0].kind, at) for pair in united)
    sides = [
        _exactly(reading, query.rel, [pair[side] for pair in united], at) for side, query in enumerate((left, right))
    ]
    rel: algebra.Rel = algebra.SetOp(
        SET_OPERATIONS[type(node)], node.args.get("distinct") is False, sides[0], sides[1], outs, at
    )
    listed = [Item(name, out, at) for name, out in zip(left.names, outs, strict=True)]
    keys = _order(reading, node.args.get("order"), listed, Reach())
    if any(not isinstance(key.expr, formulas.Col) for key in keys):
        raise reading.not_allowed(node, "集合运算之后按表达式排序", "请按列名或列号排序。")
    return algebra.Query(_limited(reading, node, rel, keys), left.names, outs, tuple(keys), at)


def _exactly(reading: Reading, rel: algebra.Rel, exprs: list[formulas.Expr], at: Place) -> algebra.Rel:
    return algebra.Project(rel, tuple((reading.column(expr.kind, at), expr) for expr in exprs), at)
