"""Functions with spellings of their own: TRIM, LPAD, ROUND, and LIKE with its ESCAPE."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from sqlglot import exp

from taihu.data.query import formulas, operators, refusals
from taihu.data.query.names import Reach, Reading

Read = Callable[[Reading, exp.Expr, Reach], formulas.Expr]


def read_like(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Expr:
    """LIKE and ILIKE, with NOT."""
    reading.only(node, "this", "expression", "negate")
    pair = [read(reading, node.this, reach), read(reading, node.args["expression"], reach)]
    found = operators.call("like" if type(node) is exp.Like else "ilike", pair, reading.at(node))
    return operators.call("not", [found], found.at) if node.args.get("negate") else found


def read_rounded(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Expr:
    reading.only(node, "this", "decimals")
    places = node.args.get("decimals")
    sign = -1 if isinstance(places, exp.Neg) else 1
    number = places.this if isinstance(places, exp.Neg) else places
    if number is not None and not (isinstance(number, exp.Literal) and number.name.isdigit()):
        raise refusals.WrongType("round 的位数只能写常量。", at=reading.at(node), help="例如 round(x, 2)。")
    return operators.round_to(
        read(reading, node.this, reach), sign * int(number.name) if number is not None else 0, reading.at(node)
    )


def read_trimmed(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Expr:
    reading.only(node, "this", "expression", "position")
    fn = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or ""), "trim")
    parts = [node.this, *filter(None, [node.args.get("expression")])]
    return operators.call(fn, [read(reading, part, reach) for part in parts], reading.at(node))


def read_padded(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Expr:
    reading.only(node, "this", "expression", "fill_pattern", "is_left")
    parts = [node.this, node.args["expression"], node.args.get("fill_pattern")]
    args = [read(reading, part, reach) for part in parts if part is not None]
    return operators.call("lpad" if node.args.get("is_left") else "rpad", args, reading.at(node))


def read_escaped(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Expr:
    reading.only(node, "this", "expression")
    like, sign, at = node.this, node.args["expression"], reading.at(node)
    if type(like) is not exp.Like or not isinstance(sign, exp.Literal) or len(sign.name) != 1:
        raise reading.not_allowed(node, "这种 ESCAPE", "请写 LIKE '10!%' ESCAPE '!'。")
    reading.only(like, "this", "expression", "negate")
    parts = [read(reading, part, reach) for part in (like.this, like.args["expression"], sign)]
    if (
        isinstance(parts[1], formulas.Lit)
        and (len(str(parts[1].value)) - len(str(parts[1].value).rstrip(sign.name))) % 2
    ):
        raise refusals.WrongType("LIKE 的模式以转义符结尾。", at=at)
    found = operators.call("like escape", parts, at)
    return operators.call("not", [found], at) if like.args.get("negate") else found


def read_extracted(reading: Reading, node: exp.Expr, reach: Reach, read: Read) -> formulas.Expr:
    """regexp_extract with a constant pattern that has the group asked for; NULL and no match give NULL and ''."""
    reading.only(node, "this", "expression", "group", "null_if_pos_overflow")
    at, group = reading.at(node), node.args.get("group")
    number = group.name if group is not None else "0"
    found = operators.call(
        "regexp_extract", [read(reading, node.args[part], reach) for part in ("this", "expression")], at
    )
    pattern = found.args[1]
    groups = operators.count_groups(pattern.value) if isinstance(pattern, formulas.Lit) else 0
    if not number.isdigit() or int(number) > min(groups, 9):
        raise refusals.WrongType(
            "regexp_extract 的组号须是模式中已有的组。", at=at, help=f"此模式有 {groups} 组，可写 0 至 {groups}。"
        )
    return dataclasses.replace(found, options=(number,))
