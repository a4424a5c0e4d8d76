"""Expressions: the parser's nodes read into the algebra, one function for each class on the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from taihu.data.query import aggregates, algebra, calls, kinds, operators, refusals
from taihu.data.query.functions import DATE_UNITS, PARTS, SHAPES, STEPS, UNITS
from taihu.data.query.names import Reach, Reading
from taihu.terms.dataset import Kind

Read = Callable[[Reading, exp.Expression, Reach], algebra.Expr]


def read(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    """The typed expression of a node; aggregates and windows stay inside until the block lowers them."""
    found = READERS.get(type(node))
    if found is not None:
        return found(reading, node, reach)
    shape = SHAPES.get(type(node))
    if shape is None:
        raise _unknown(reading, node)
    reading.only(node, *shape.args, *shape.flags)
    args: list[algebra.Expr] = []
    for name in shape.args:
        value = node.args.get(name)
        args += [
            read(reading, item, reach) for item in (value if isinstance(value, list) else [value]) if item is not None
        ]
    return operators.call(shape.fn, args, reading.at(node))


def read_condition(reading: Reading, node: exp.Expression, reach: Reach, clause: str) -> algebra.Expr:
    """A true-or-false expression."""
    return operators.check(read(reading, node, reach), "bool", clause, reading.at(node))


def _unknown(reading: Reading, node: exp.Expression) -> refusals.QueryRefused:
    at = reading.at(node)
    if isinstance(node, exp.Func):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        return refusals.NotAFunction(
            f"函数「{name}」不在清单上。", at=at, help="可用的函数见 docs/taihu-sql.md;今天写作 $today。"
        )
    return reading.not_allowed(node, f"这种写法({type(node).__name__})")


def _column(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "table", "db", "catalog")
    at = reading.at(node)
    if isinstance(node.this, exp.Star):
        raise reading.not_allowed(node, "此处的 *", "* 只能单独写在 SELECT 之后或 count(*) 中。")
    alias = ".".join(part.name for part in node.parts[:-1])  # type: ignore[attr-defined]
    found = reach.find(node.name, alias, at)
    return algebra.Col(found.kind, found.id, at) if isinstance(found, algebra.Col) else found


def _literal(reading: Reading, node: exp.Expression, _reach: Reach) -> algebra.Expr:
    at = reading.at(node)
    if node.args.get("is_string"):
        return algebra.Lit(kinds.TEXT, node.name, at)
    found = kinds.number(node.name)
    if found is None:
        raise refusals.WrongType("这个数写法不受支持。", at=at, help="请写成至多 38 位的整数或小数,不用科学计数法。")
    return algebra.Lit(found[1], found[0], at)


def _parameter(reading: Reading, node: exp.Expression, _reach: Reach) -> algebra.Expr:
    name = node.name
    kind = reading.parameters.get(name)
    if kind is None:
        listed = refusals.known(f"${n}" for n in reading.parameters)
        raise refusals.UnknownParameter(
            f"没有声明参数「${name}」。", at=reading.at(node), help=f"可用的参数:{listed}。"
        )
    reading.used[name] = kind
    return algebra.Param(kinds.of_column(kind), name, reading.at(node))


def _many(fn: str, kind: type[exp.Expression]) -> Read:
    """AND and OR as one flat call."""

    def read_chain(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
        parts: list[exp.Expression] = []
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


def _paren(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this")
    return read(reading, node.this, reach)


def _is(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "expression")
    arg, what, at = read(reading, node.this, reach), node.args["expression"], reading.at(node)
    if isinstance(what, exp.Null):
        return operators.call("is null", [arg], at)
    if isinstance(what, exp.Boolean):
        return operators.call("is true" if what.this else "is false", [arg], at)
    raise reading.not_allowed(node, "这种 IS", "请写 IS NULL、IS TRUE、IS FALSE 或 IS DISTINCT FROM。")


def _in(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
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
    return algebra.In(kinds.BOOL, pair[0], rel, out.id, at)


def _exists(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this")
    return algebra.Exists(kinds.BOOL, reading.read_query(reading, node.this, reach).rel, reading.at(node))


def _scalar(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    at = reading.at(node)
    query = reading.read_query(reading, node, reach)
    if len(query.outs) != 1:
        raise refusals.WrongType(f"作为值的子查询有 {len(query.outs)} 列。", at=at, help="请只选一列。")
    if not reading.uniques.is_one_row(query.rel):
        raise refusals.NotOneRow(
            "作为值的子查询可能有几行。", at=at, help="请用 max、min、count 等汇总,按主键相等来筛选,或加 LIMIT 1。"
        )
    return algebra.Scalar(query.outs[0].kind, query.rel, query.outs[0].id, at)


def _case(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "ifs", "default")
    for branch in node.args["ifs"]:
        reading.only(branch, "this", "true")
    subject = node.args.get("this")
    whens: list[algebra.Expr] = []
    for branch in node.args["ifs"]:
        if subject is None:
            whens.append(read_condition(reading, branch.this, reach, "WHEN"))
        else:
            pair = [read(reading, subject, reach), read(reading, branch.this, reach)]
            whens.append(operators.call("=", pair, reading.at(branch)))
    return _branches(reading, node, whens, [b.args["true"] for b in node.args["ifs"]], node.args.get("default"), reach)


def _if(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "true", "false")
    when = read_condition(reading, node.this, reach, "IF")
    return _branches(reading, node, [when], [node.args["true"]], node.args.get("false"), reach)


def _branches(
    reading: Reading,
    node: exp.Expression,
    whens: list[algebra.Expr],
    thens: list[exp.Expression],
    default: exp.Expression | None,
    reach: Reach,
) -> algebra.Expr:
    at = reading.at(node)
    last = read(reading, default, reach) if default is not None else algebra.Lit(kinds.NULL, None, at)
    united = operators.unify([*(read(reading, then, reach) for then in thens), last], at)
    return algebra.Case(united[-1].kind, tuple(zip(whens, united[:-1], strict=True)), united[-1], at)


def _cast(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "to", "safe")
    at = reading.at(node)
    kind = kinds.of_type(node.args["to"])
    if kind is None:
        raise refusals.WrongType(
            "CAST 的类型不在清单上。", at=at, help="可用:VARCHAR、BIGINT、DECIMAL(p,s)、DATE、TIMESTAMP、BOOLEAN。"
        )
    arg = read(reading, node.this, reach)
    if isinstance(arg, algebra.Lit) and kind.name in ("date", "time"):
        spelled = operators.read_literal(arg, kind)
        if spelled is not None and spelled.kind == kind:
            return spelled
    return operators.cast(arg, kind, at)


def _arithmetic(sign: str) -> Read:
    def read_pair(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
        reading.only(node, "this", "expression", "typed", "safe")
        left, right = node.this, node.args["expression"]
        if isinstance(left, exp.Interval) and sign == "+":
            left, right = right, left
        if isinstance(right, exp.Interval) and sign in "+-":
            return _interval(reading, node, read(reading, left, reach), right, sign, reach)
        return operators.arithmetic(sign, read(reading, left, reach), read(reading, right, reach), reading.at(node))

    return read_pair


def _interval(
    reading: Reading, node: exp.Expression, day: algebra.Expr, step: exp.Interval, sign: str, reach: Reach
) -> algebra.Expr:
    at = reading.at(node)
    unit = step.args["unit"].name.lower().rstrip("s") if step.args.get("unit") is not None else ""
    if unit not in STEPS or step.this is None:
        raise reading.not_allowed(
            node, "这种 INTERVAL", "请写 INTERVAL 7 DAY;单位可用 year、month、week、day、hour、minute、second。"
        )
    if isinstance(step.this, exp.Literal):
        digits = step.this.name.strip()
        if not digits.removeprefix("-").isdecimal() or len(digits) > 9:
            raise refusals.WrongType("INTERVAL 的数目须是整数。", at=at, help="请写 INTERVAL 7 DAY。")
        count: algebra.Expr = algebra.Lit(kinds.INT, int(digits), at)
    else:
        count = read(reading, step.this, reach)
    found = operators.call("add interval" if sign == "+" else "subtract interval", [day, count], at)
    return algebra.Call(found.kind, found.fn, found.args, (STEPS[unit],), at)


def _extract(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "expression")
    return _part(reading, node, node.this.name, read(reading, node.args["expression"], reach))


def _part(reading: Reading, node: exp.Expression, part: str, arg: algebra.Expr) -> algebra.Expr:
    name = PARTS.get(part.lower())
    if name is None:
        raise refusals.NotAFunction(f"不能取「{part}」。", at=reading.at(node), help=f"可取:{refusals.known(PARTS)}。")
    return operators.call(name, [arg], reading.at(node))


def _unit(reading: Reading, node: exp.Expression, allowed: set[str]) -> str:
    unit = node.args.get("unit")
    name = unit.name.lower() if unit is not None else ""
    if name not in allowed:
        raise refusals.NotAFunction(
            f"单位「{name}」不在清单上。", at=reading.at(node), help=f"可用:{refusals.known(allowed)}。"
        )
    return str(name)


def _date_trunc(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "unit")
    found = operators.call("date_trunc", [read(reading, node.this, reach)], reading.at(node))
    unit = _unit(reading, node, UNITS if found.kind.name == "time" else DATE_UNITS)
    return algebra.Call(found.kind, found.fn, found.args, (unit,), found.at)


def _date_diff(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "expression", "unit", "date_part_boundary")
    at = reading.at(node)
    pair = [
        operators.check(read(reading, node.args[name], reach), "day", "date_diff", at)
        for name in ("expression", "this")
    ]
    found = operators.call("date_diff", pair, at)
    unit = _unit(reading, node, UNITS if found.args[0].kind.name == "time" else DATE_UNITS)
    return algebra.Call(found.kind, found.fn, found.args, (unit,), at)


def _round(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "decimals")
    places = node.args.get("decimals")
    sign = -1 if isinstance(places, exp.Neg) else 1
    number = places.this if isinstance(places, exp.Neg) else places
    if number is not None and not (isinstance(number, exp.Literal) and number.name.isdigit()):
        raise refusals.WrongType("round 的位数只能写常量。", at=reading.at(node), help="例如 round(x, 2)。")
    return operators.round_to(
        read(reading, node.this, reach), sign * int(number.name) if number is not None else 0, reading.at(node)
    )


def _trim(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "expression", "position")
    fn = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or ""), "trim")
    parts = [node.this, *filter(None, [node.args.get("expression")])]
    return operators.call(fn, [read(reading, part, reach) for part in parts], reading.at(node))


def _pad(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "expression", "fill_pattern", "is_left")
    parts = [node.this, node.args["expression"], node.args.get("fill_pattern")]
    args = [read(reading, part, reach) for part in parts if part is not None]
    return operators.call("lpad" if node.args.get("is_left") else "rpad", args, reading.at(node))


def _like(fn: str) -> Read:
    def read_like(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
        reading.only(node, "this", "expression", "negate")
        found = operators.call(
            fn, [read(reading, node.this, reach), read(reading, node.args["expression"], reach)], reading.at(node)
        )
        return operators.call("not", [found], found.at) if node.args.get("negate") else found

    return read_like


def _escape(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    reading.only(node, "this", "expression")
    like, sign, at = node.this, node.args["expression"], reading.at(node)
    if type(like) is not exp.Like or not isinstance(sign, exp.Literal) or len(sign.name) != 1:
        raise reading.not_allowed(node, "这种 ESCAPE", "请写 LIKE '10!%' ESCAPE '!'。")
    reading.only(like, "this", "expression", "negate")
    parts = [read(reading, part, reach) for part in (like.this, like.args["expression"], sign)]
    if (
        isinstance(parts[1], algebra.Lit)
        and (len(str(parts[1].value)) - len(str(parts[1].value).rstrip(sign.name))) % 2
    ):
        raise refusals.WrongType("LIKE 的模式以转义符结尾。", at=at)
    found = operators.call("like escape", parts, at)
    return operators.call("not", [found], at) if like.args.get("negate") else found


def _anonymous(reading: Reading, node: exp.Expression, reach: Reach) -> algebra.Expr:
    """Functions that the parser has no class for."""
    if node.name.lower() in ("date_part", "datepart") and len(node.expressions) == 2:
        part, arg = node.expressions
        if isinstance(part, exp.Literal) and part.args.get("is_string"):
            return _part(reading, node, part.name, read(reading, arg, reach))
    raise _unknown(reading, node)


def _constant(kind: Kind, is_null: bool = False) -> Read:
    return lambda reading, node, _reach: algebra.Lit(kind, None if is_null else bool(node.this), reading.at(node))


READERS: Mapping[type[exp.Expression], Read] = {
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
    exp.Extract: _extract,
    exp.TimestampTrunc: _date_trunc,
    exp.DateTrunc: _date_trunc,
    exp.DateDiff: _date_diff,
    exp.Round: _round,
    exp.Trim: _trim,
    exp.Pad: _pad,
    exp.Like: _like("like"),
    exp.ILike: _like("ilike"),
    exp.Escape: _escape,
    exp.Anonymous: _anonymous,
    **dict.fromkeys(aggregates.CLASSES, lambda reading, node, reach: calls.read_aggregate(reading, node, reach, read)),
    exp.Filter: lambda reading, node, reach: calls.read_aggregate(reading, node, reach, read),
    exp.Window: lambda reading, node, reach: calls.read_window(reading, node, reach, read),
}
