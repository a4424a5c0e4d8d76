"""Expressions: the parser's nodes read into the algebra, one function for each class on the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from taihu.data.query import aggregates, calls, dates, formulas, kinds, operators, refusals, spellings
from taihu.data.query.functions import SHAPES
from taihu.data.query.names import Reach, Reading
from taihu.terms.dataset import Kind

Read = Callable[[Reading, exp.Expr, Reach], formulas.Expr]


def read(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    """The typed expression of a node; aggregates and windows stay inside until the block lowers them."""
    found = READERS.get(type(node))
    if found is not None:
        return found(reading, node, reach)
    shape = SHAPES.get(type(node))
    if shape is None:
        raise calls.unknown(reading, node)
    reading.only(node, *shape.args, *shape.flags)
    args: list[formulas.Expr] = []
    for name in shape.args:
        value = node.args.get(name)
        args += [
            read(reading, item, reach) for item in (value if isinstance(value, list) else [value]) if item is not None
        ]
    return operators.call(shape.fn, args, reading.at(node))


def read_condition(reading: Reading, node: exp.Expr, reach: Reach, clause: str) -> formulas.Expr:
    """A true-or-false expression."""
    return operators.check(read(reading, node, reach), "bool", clause, reading.at(node))


def _column(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    reading.only(node, "this", "table", "db", "catalog")
    at = reading.at(node)
    if isinstance(node.this, exp.Star):
        raise reading.not_allowed(node, "此处的 *", "* 只能单独写在 SELECT 之后或 count(*) 中。")
    alias = ".".join(part.name for part in node.parts[:-1])  # type: ignore[attr-defined]
    found = reach.find(node.name, alias, at)
    if isinstance(found, formulas.Col):
        return formulas.Col(found.kind, found.id, at)
    reading.counter.copy(found, 1, at)
    return found


def _literal(reading: Reading, node: exp.Expr, _reach: Reach) -> formulas.Expr:
    at = reading.at(node)
    if node.args.get("is_string"):
        return formulas.Lit(kinds.TEXT, node.name, at)
    found = kinds.number(node.name)
    if found is None:
        raise refusals.WrongType("这个数写法不受支持。", at=at, help="请写成至多 38 位的整数或小数，不用科学计数法。")
    return formulas.Lit(found[1], found[0], at)


def _parameter(reading: Reading, node: exp.Expr, _reach: Reach) -> formulas.Expr:
    name = node.name
    kind = reading.parameters.get(name)
    if kind is None:
        listed = refusals.known(f"${n}" for n in reading.parameters)
        raise refusals.UnknownParameter(
            f"没有声明参数「${name}」。", at=reading.at(node), help=f"可用的参数：{listed}。"
        )
    reading.used[name] = kind
    return formulas.Param(kinds.of_column(kind), name, reading.at(node))


def _many(fn: str, kind: type[exp.Expr]) -> Read:
    """AND and OR as one flat call."""

    def read_chain(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
        parts: list[exp.Expr] = []
        pending = [node]
        while pending:
            current = pending.pop()
            if type(current) is kind:
                reading.only(current, "this", "expression")
                pending += [current.args["expression"], current.this]
            elif isinstance(current, exp.Paren) and type(current.this) is kind:
                pending.append(current.this)
            else:
                parts.append(current)
        return operators.call(fn, [read(reading, part, reach) for part in parts], reading.at(node))

    return read_chain


def _paren(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    reading.only(node, "this")
    return read(reading, node.this, reach)


def _is(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    reading.only(node, "this", "expression")
    arg, what, at = read(reading, node.this, reach), node.args["expression"], reading.at(node)
    if isinstance(what, exp.Null):
        return operators.call("is null", [arg], at)
    if isinstance(what, exp.Boolean):
        return operators.call("is true" if what.this else "is false", [arg], at)
    raise reading.not_allowed(node, "这种 IS", "请写 IS NULL、IS TRUE、IS FALSE 或 IS DISTINCT FROM。")


def _in(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    reading.only(node, "this", "expressions", "query")
    at = reading.at(node)
    if isinstance(node.this, exp.Tuple):
        raise reading.not_allowed(node, "成组的 IN", "请写 EXISTS (SELECT … WHERE a = … AND b = …)。")
    arg = read(reading, node.this, reach)
    if not node.args.get("query"):
        return operators.call("in", [arg, *(read(reading, item, reach) for item in node.expressions)], at)
    query = reading.read_query(reading, node.args["query"], reach)
    if len(query.outs) != 1:
        raise refusals.WrongType(f"IN 的子查询有 {len(query.outs)} 列。", at=at, help="请只选一列。")
    pair = operators.unify([arg, query.outs[0]], at)
    rel, out = calls.with_column(reading, query.rel, pair[1])
    return formulas.In(kinds.BOOL, pair[0], rel, out.id, at)


def _exists(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    reading.only(node, "this")
    return formulas.Exists(kinds.BOOL, reading.read_query(reading, node.this, reach).rel, reading.at(node))


def _scalar(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    at = reading.at(node)
    query = reading.read_query(reading, node, reach)
    if len(query.outs) != 1:
        raise refusals.WrongType(f"作为值的子查询有 {len(query.outs)} 列。", at=at, help="请只选一列。")
    if not reading.uniques.is_one_row(query.rel):
        raise refusals.NotOneRow(
            "作为值的子查询可能有几行。", at=at, help="请用 max、min、count 等汇总，按主键相等来筛选，或加 LIMIT 1。"
        )
    return formulas.Scalar(query.outs[0].kind, query.rel, query.outs[0].id, at)


def _case(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    reading.only(node, "this", "ifs", "default")
    for branch in node.args["ifs"]:
        reading.only(branch, "this", "true")
    subject = read(reading, node.this, reach) if node.args.get("this") is not None else None
    if subject is not None:
        reading.counter.copy(subject, len(node.args["ifs"]), reading.at(node))
    whens: list[formulas.Expr] = []
    for branch in node.args["ifs"]:
        if subject is None:
            whens.append(read_condition(reading, branch.this, reach, "WHEN"))
        else:
            pair = [subject, read(reading, branch.this, reach)]
            whens.append(operators.call("=", pair, reading.at(branch)))
    return _branches(reading, node, whens, [b.args["true"] for b in node.args["ifs"]], node.args.get("default"), reach)


def _if(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    reading.only(node, "this", "true", "false")
    when = read_condition(reading, node.this, reach, "IF")
    return _branches(reading, node, [when], [node.args["true"]], node.args.get("false"), reach)


def _branches(
    reading: Reading,
    node: exp.Expr,
    whens: list[formulas.Expr],
    thens: list[exp.Expr],
    default: exp.Expr | None,
    reach: Reach,
) -> formulas.Expr:
    at = reading.at(node)
    last = read(reading, default, reach) if default is not None else formulas.Lit(kinds.NULL, None, at)
    united = operators.unify([*(read(reading, then, reach) for then in thens), last], at)
    return formulas.Case(united[-1].kind, tuple(zip(whens, united[:-1], strict=True)), united[-1], at)


def _cast(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    reading.only(node, "this", "to", "safe")
    at = reading.at(node)
    kind = kinds.of_type(node.args["to"])
    if kind is None:
        raise refusals.WrongType(
            "CAST 的类型不在清单上。", at=at, help="可用：VARCHAR、BIGINT、DECIMAL(p,s)、DATE、TIMESTAMP、BOOLEAN。"
        )
    arg = read(reading, node.this, reach)
    if isinstance(arg, formulas.Lit) and kind.name in ("date", "time"):
        spelled = operators.read_literal(arg, kind)
        if spelled is not None and spelled.kind == kind:
            return spelled
    return operators.cast(arg, kind, at)


def _arithmetic(sign: str) -> Read:
    def read_pair(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
        reading.only(node, "this", "expression", "typed", "safe")
        left, right = node.this, node.args["expression"]
        if isinstance(left, exp.Interval) and sign == "+":
            left, right = right, left
        if isinstance(right, exp.Interval) and sign in "+-":
            return dates.read_step(reading, node, read(reading, left, reach), right, sign, reach, read)
        return operators.arithmetic(sign, read(reading, left, reach), read(reading, right, reach), reading.at(node))

    return read_pair


def _anonymous(reading: Reading, node: exp.Expr, reach: Reach) -> formulas.Expr:
    """Functions that the parser has no class for."""
    if node.name.lower() in ("date_part", "datepart") and len(node.expressions) == 2:
        part, arg = node.expressions
        if isinstance(part, exp.Literal) and part.args.get("is_string"):
            return dates.read_part(reading, node, part.name, read(reading, arg, reach))
    raise calls.unknown(reading, node)


def _constant(kind: Kind, is_null: bool = False) -> Read:
    return lambda reading, node, _reach: formulas.Lit(kind, None if is_null else bool(node.this), reading.at(node))


def _with(found: Callable[[Reading, exp.Expr, Reach, Read], formulas.Expr]) -> Read:
    """A reader of another module, given the way back to this one."""
    return lambda reading, node, reach: found(reading, node, reach, read)


READERS: Mapping[type[exp.Expr], Read] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: _constant(kinds.BOOL),
    exp.Null: _constant(kinds.NULL, is_null=True),
    exp.Placeholder: _parameter,
    exp.And: _many("and", exp.And),
    exp.Or: _many("or", exp.Or),
    exp.Paren: _paren,
    exp.Is: _is,
    exp.In: _in,
    exp.Exists: _exists,
    exp.Subquery: _scalar,
    exp.Case: _case,
    exp.If: _if,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Add: _arithmetic("+"),
    exp.Sub: _arithmetic("-"),
    exp.Mul: _arithmetic("*"),
    exp.Div: _arithmetic("/"),
    exp.Extract: _with(dates.read_extract),
    exp.TimestampTrunc: _with(dates.read_truncated),
    exp.DateTrunc: _with(dates.read_truncated),
    exp.DateDiff: _with(dates.read_difference),
    exp.Round: _with(spellings.read_rounded),
    exp.Trim: _with(spellings.read_trimmed),
    exp.RegexpExtract: _with(spellings.read_extracted),
    exp.Pad: _with(spellings.read_padded),
    exp.Like: _with(spellings.read_like),
    exp.ILike: _with(spellings.read_like),
    exp.Escape: _with(spellings.read_escaped),
    exp.Anonymous: _anonymous,
    **dict.fromkeys(aggregates.CLASSES, _with(calls.read_aggregate)),
    exp.Filter: _with(calls.read_aggregate),
    exp.Window: _with(calls.read_window),
}
