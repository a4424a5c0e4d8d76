"""Aggregate and window calls read from the parser's nodes, with their frames and orders."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from sqlglot import exp

from taihu.data.query import aggregates, algebra, formulas, kinds, operators, refusals, walk
from taihu.data.query.functions import FUNCTIONS
from taihu.data.query.names import Reach, Reading
from taihu.data.query.place import Place
from taihu.terms.dataset import Kind

Read = Callable[[Reading, exp.Expr, Reach], formulas.Expr]
SIDES = {"preceding", "following"}
# The names that a refusal of a function tells, operators apart.
KNOWN = sorted(
    {
        name
        for name in (*FUNCTIONS, *aggregates.CLASSES.values(), *aggregates.WINDOWS)
        if name.replace("_", "").isalpha()
    }
)


def unknown(reading: Reading, node: exp.Expr) -> refusals.QueryRefused:
    """The refusal of a function or form that is not on the list, with the names near it."""
    at, function = reading.at(node), node.find(exp.Func)
    if function is None or isinstance(node, exp.Bracket):
        return reading.not_allowed(node, f"这种写法（{type(node).__name__}）")
    name = function.name if isinstance(function, exp.Anonymous) else function.sql_name().lower()
    near = difflib.get_close_matches(name.lower(), KNOWN, n=3)
    hint = f"相近的有：{'、'.join(near)}。" if near else f"可用：{refusals.known(KNOWN, 80)}。"
    return refusals.NotAFunction(f"函数「{name}」不在清单上。", at=at, help=f"{hint}今天写作 $today。")


def with_column(reading: Reading, rel: algebra.Rel, expr: formulas.Expr) -> tuple[algebra.Rel, formulas.Col]:
    """A relation of the one column that an expression computes; the relation itself where it is a column of it."""
    if isinstance(expr, formulas.Col):
        return rel, expr
    out = reading.column(expr.kind, expr.at)  # type: ignore[attr-defined]
    return algebra.Project(rel, ((out, expr),), out.at), out


def read_keys(reading: Reading, nodes: Sequence[exp.Expr], reach: Reach, read: Read) -> tuple[formulas.Key, ...]:
    """Order keys; NULLs last unless the text says otherwise."""
    keys = []
    for node in nodes:
        reading.only(node, "this", "desc", "nulls_first")
        keys.append(
            formulas.Key(
                read(reading, node.this, reach), bool(node.args.get("desc")), bool(node.args.get("nulls_first"))
            )
        )
    return tuple(keys)


def read_aggregate(
    reading: Reading, node: exp.Expr, reach: Reach, read: Read, *, is_window: bool = False
) -> formulas.Agg:
    """An aggregate with DISTINCT, ORDER BY and FILTER; over a window it may take aggregates."""
    condition: formulas.Expr | None = None
    call = node
    if isinstance(node, exp.Filter):
        reading.only(node, "this", "expression")
        reading.only(node.args["expression"], "this")
        call = node.this
        condition = operators.check(
            read(reading, node.args["expression"].this, reach), "bool", "FILTER", reading.at(node)
        )
    fn = aggregates.CLASSES.get(type(call))
    if fn is None:
        raise unknown(reading, call)
    agg = _call(reading, call, fn, reach, read)
    inner = formulas.Win if is_window else formulas.Agg | formulas.Win
    if any(
        isinstance(part, inner) for arg in (*agg.args, *([condition] if condition else [])) for part in walk.inside(arg)
    ):
        raise refusals.NotGrouped("汇总函数里不能再有汇总或窗口函数。", at=agg.at, help="请用 WITH 分成两步。")
    both = [c for c in (condition, agg.filter) if c is not None]
    joined = operators.call("and", both, agg.at) if len(both) > 1 else both[0] if both else None
    return formulas.Agg(agg.kind, agg.fn, agg.args, agg.is_distinct, joined, agg.order, agg.at)


def _call(reading: Reading, node: exp.Expr, fn: str, reach: Reach, read: Read) -> formulas.Agg:
    at = reading.at(node)
    reading.only(node, "this", "expressions", "separator", "big_int")
    if node.expressions:
        raise reading.not_allowed(node, f"{fn} 的多个参数")
    inner = node.this
    if isinstance(node, exp.Count) and (inner is None or (type(inner) is exp.Star and not any(inner.args.values()))):
        return formulas.Agg(kinds.INT, "count rows", (), at=at)
    if isinstance(node, exp.CountIf):
        condition = operators.check(read(reading, inner, reach), "bool", "count_if", at)
        return formulas.Agg(kinds.INT, "count rows", (), filter=condition, at=at)
    order: tuple[formulas.Key, ...] = ()
    is_distinct = False
    if isinstance(inner, exp.Order):
        order, inner = read_keys(reading, inner.expressions, reach, read), inner.this
    if isinstance(inner, exp.Distinct):
        reading.only(inner, "expressions")
        if len(inner.expressions) != 1:
            raise reading.not_allowed(node, "几列一起的 DISTINCT", "请先 SELECT DISTINCT 这几列，再 count(*)。")
        is_distinct, inner = True, inner.expressions[0]
    if inner is None:
        raise refusals.NotAFunction(f"「{fn}」缺少参数。", at=at)
    return _typed(reading, node, fn, read(reading, inner, reach), is_distinct, order)


def _typed(
    reading: Reading,
    node: exp.Expr,
    fn: str,
    arg: formulas.Expr,
    is_distinct: bool,
    order: tuple[formulas.Key, ...],
) -> formulas.Agg:
    at, aggregate = reading.at(node), aggregates.AGGREGATES[fn]
    arg = operators.check(arg, aggregate.takes, fn, at)
    check_room(fn, arg.kind, at)
    args: tuple[formulas.Expr, ...] = (arg,)
    if order and not aggregate.is_ordered:
        raise reading.not_allowed(node, f"{fn} 里的 ORDER BY", "请去掉它，次序对结果没有影响。")
    if aggregate.is_ordered:
        separator = node.args.get("separator")
        if separator is not None and not (isinstance(separator, exp.Literal) and separator.args.get("is_string")):
            raise refusals.WrongType("string_agg 的分隔符只能写文本常量。", at=at)
        args = (arg, formulas.Lit(kinds.TEXT, separator.name if separator is not None else ",", at))
        if is_distinct and any(key.expr != arg for key in order):
            raise reading.not_allowed(node, "DISTINCT 与另一列的 ORDER BY 一起用", "请按汇总的值本身排序。")
        order = order if any(key.expr == arg for key in order) else (*order, formulas.Key(arg))
    return formulas.Agg(aggregate.gives(arg.kind), fn, args, is_distinct, None, order, at)


def check_room(fn: str, kind: Kind, at: Place) -> None:
    """Refuses a sum whose declared precision has no room to grow in: it could overflow and abort."""
    if fn in ("sum", "avg") and kind.name == "decimal" and kind.precision + aggregates.ROOM > kinds.MOST:
        most = kinds.MOST - aggregates.ROOM
        raise refusals.WrongType(
            f"{kind} 的合计可能溢出。",
            at=at,
            help=f"请先转为至多 {most} 位：CAST(… AS DECIMAL({most},{min(kind.scale, 8)}))。",
        )


def read_window(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Win:
    """A window call; its order is completed when the block knows the relation."""
    reading.only(node, "this", "partition_by", "order", "spec", "over")
    at = reading.at(node)
    partition = tuple(read(reading, part, reach) for part in node.args.get("partition_by") or ())
    order = read_keys(reading, node.args["order"].expressions, reach, read) if node.args.get("order") else ()
    frame = _frame(reading, node.args.get("spec"))
    fn = aggregates.WINDOW_CLASSES.get(type(node.this))
    if fn is None:
        agg = read_aggregate(reading, node.this, reach, read, is_window=True)
        if agg.is_distinct or agg.order:
            raise reading.not_allowed(node, f"窗口中的 {'DISTINCT' if agg.is_distinct else agg.fn}")
        return formulas.Win(agg.kind, agg.fn, agg.args, partition, order, frame, agg.filter, at)
    known = aggregates.WINDOWS[fn]
    reading.only(node.this, *known.args)
    args = [read(reading, node.this.args[name], reach) for name in known.args if node.this.args.get(name) is not None]
    if frame is not None and not known.takes_frame:
        raise reading.not_allowed(node, f"{fn} 的 ROWS 范围", "请去掉它。")
    if not order:
        raise reading.not_allowed(node, f"没有 ORDER BY 的 {fn}", "请在 OVER 中写 ORDER BY。")
    return formulas.Win(
        known.gives([a.kind for a in args]), fn, _offsets(fn, args, at), partition, order, frame, None, at
    )


def _offsets(fn: str, args: list[formulas.Expr], at: Place) -> tuple[formulas.Expr, ...]:
    """Checks the constant arguments of ntile, lag and lead."""
    constant = args[0] if fn == "ntile" else args[1] if len(args) > 1 else None
    if constant is not None and not (
        isinstance(constant, formulas.Lit) and isinstance(constant.value, int) and 0 < constant.value < 2**31
    ):
        raise refusals.WrongType(f"「{fn}」的行数只能写正整数常量。", at=at)
    if len(args) > 2:
        args[2] = operators.cast(args[2], args[0].kind, at) if args[2].kind.name == "null" else args[2]
        if args[2].kind != args[0].kind:
            raise refusals.WrongType(f"「{fn}」的缺省值须与第一个参数同类。", at=at, help="请用 CAST 转换。")
    return tuple(args)


def _frame(reading: Reading, spec: exp.Expr | None) -> formulas.Frame | None:
    if spec is None:
        return None
    reading.only(spec, "kind", "start", "start_side", "end", "end_side")
    unit = str(spec.args.get("kind") or "").lower()
    start = _bound(reading, spec, "start")
    end = _bound(reading, spec, "end") if spec.args.get("end") else ("current row", 0)
    if unit not in ("rows", "range") or (unit == "range" and {start[0], end[0]} & SIDES and (start[1] or end[1])):
        raise reading.not_allowed(spec, "这种窗口范围", "请写 ROWS BETWEEN n PRECEDING AND CURRENT ROW。")
    rank = {"unbounded preceding": 0, "preceding": 1, "current row": 2, "following": 3, "unbounded following": 4}
    if rank[start[0]] > rank[end[0]] or start[0] == "unbounded following" or end[0] == "unbounded preceding":
        raise reading.not_allowed(spec, "起点在终点之后的窗口范围")
    return formulas.Frame(unit, start, end)


def _bound(reading: Reading, spec: exp.Expr, name: str) -> tuple[str, int]:
    value, side = spec.args.get(name), str(spec.args.get(f"{name}_side") or "").lower()
    if value == "CURRENT ROW":
        return "current row", 0
    if value == "UNBOUNDED" and side in SIDES:
        return f"unbounded {side}", 0
    if isinstance(value, exp.Literal) and value.name.isdigit() and len(value.name) < 10 and side in SIDES:
        return side, int(value.name)
    raise reading.not_allowed(spec, "这种窗口边界", "边界只能写 UNBOUNDED、CURRENT ROW 或整数常量。")
