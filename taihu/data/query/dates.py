"""Dates in expressions: parts, truncation, differences and steps of an INTERVAL."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from taihu.data.query import formulas, kinds, operators, refusals
from taihu.data.query.functions import DATE_UNITS, PARTS, STEPS, UNITS
from taihu.data.query.names import Reach, Reading

Read = Callable[[Reading, exp.Expr, Reach], formulas.Expr]


def read_step(
    reading: Reading, node: exp.Expr, day: formulas.Expr, step: exp.Interval, sign: str, reach: Reach, read: Read
) -> formulas.Expr:
    """A date or time plus or minus an INTERVAL; the number may be an expression."""
    reading.only(step, "this", "unit")
    at = reading.at(node)
    unit = step.args["unit"].name.lower().rstrip("s") if step.args.get("unit") is not None else ""
    if unit not in STEPS or step.this is None:
        raise reading.not_allowed(
            node, "这种 INTERVAL", "请写 INTERVAL 7 DAY；单位可用 year、month、week、day、hour、minute、second。"
        )
    if isinstance(step.this, exp.Literal):
        digits = step.this.name.strip()
        if not digits.removeprefix("-").isdecimal() or len(digits) > 9:
            raise refusals.WrongType("INTERVAL 的数目须是整数。", at=at, help="请写 INTERVAL 7 DAY。")
        count: formulas.Expr = formulas.Lit(kinds.INT, int(digits), at)
    else:
        count = read(reading, step.this, reach)
    found = operators.call("add interval" if sign == "+" else "subtract interval", [day, count], at)
    return formulas.Call(found.kind, found.fn, found.args, (STEPS[unit],), at)


def read_extract(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Expr:
    reading.only(node, "this", "expression")
    return read_part(reading, node, node.this.name, read(reading, node.args["expression"], reach))


def read_part(reading: Reading, node: exp.Expr, part: str, arg: formulas.Expr) -> formulas.Expr:
    name = PARTS.get(part.lower())
    if name is None:
        raise refusals.NotAFunction(
            "日期的这个部分不在清单上。", at=reading.at(node), help=f"可取：{refusals.known(PARTS)}。"
        )
    return operators.call(name, [arg], reading.at(node))


def _unit(reading: Reading, node: exp.Expr, allowed: set[str]) -> str:
    unit = node.args.get("unit")
    name = unit.name.lower() if unit is not None else ""
    if name not in allowed:
        raise refusals.NotAFunction(
            "这个时间单位不在清单上。", at=reading.at(node), help=f"可用：{refusals.known(allowed)}。"
        )
    return str(name)


def read_truncated(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Expr:
    reading.only(node, "this", "unit")
    found = operators.call("date_trunc", [read(reading, node.this, reach)], reading.at(node))
    unit = _unit(reading, node, UNITS if found.kind.name == "time" else DATE_UNITS)
    return formulas.Call(found.kind, found.fn, found.args, (unit,), found.at)


def read_difference(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Expr:
    reading.only(node, "this", "expression", "unit", "date_part_boundary")
    at = reading.at(node)
    pair = [
        operators.check(read(reading, node.args[name], reach), "day", "date_diff", at)
        for name in ("expression", "this")
    ]
    found = operators.call("date_diff", pair, at)
    unit = _unit(reading, node, UNITS if found.args[0].kind.name == "time" else DATE_UNITS)
    return formulas.Call(found.kind, found.fn, found.args, (unit,), at)
