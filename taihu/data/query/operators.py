"""Typing of calls: kinds are brought together openly, and what does not go together is refused with its place."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence

import re2

from taihu.data.query import aggregates, formulas, kinds, refusals
from taihu.data.query.functions import DIRECTIVES, FUNCTIONS, Function
from taihu.data.query.place import Place
from taihu.terms.dataset import Kind

LONGEST_PAD = 200


def call(fn: str, args: Sequence[formulas.Expr], at: Place) -> formulas.Call:
    """A checked call of a listed function."""
    function = FUNCTIONS[fn]
    taken = _pair(function, fn, args, at)
    same = [arg for arg, takes in zip(args, taken, strict=True) if takes == "same"]
    united = iter(unify(same, at)) if same else iter(())
    checked = [
        next(united) if takes == "same" else check(arg, takes, fn, at) for arg, takes in zip(args, taken, strict=True)
    ]
    return formulas.Call(function.gives([arg.kind for arg in checked]), fn, tuple(checked), at=at)


def _pair(function: Function, fn: str, args: Sequence[formulas.Expr], at: Place) -> list[str]:
    """The kind wanted of each argument."""
    wanted = list(function.takes)
    if wanted and wanted[-1].endswith("*"):
        wanted[-1:] = [wanted[-1][:-1]] * max(0, len(args) - len(wanted) + 1)
    least = sum(not takes.endswith("?") for takes in wanted)
    if not least <= len(args) <= len(wanted):
        raise refusals.NotAFunction(
            f"「{fn}」的参数个数不对：给了 {len(args)} 个。", at=at, help=f"它要 {least} 至 {len(wanted)} 个。"
        )
    return [takes.rstrip("?") for takes in wanted[: len(args)]]


def check(arg: formulas.Expr, takes: str, fn: str, at: Place) -> formulas.Expr:
    """The argument as the function takes it, or a refusal."""
    if takes in CONSTANTS:
        if isinstance(arg, formulas.Lit) and CONSTANTS[takes](arg.value):
            return arg
        raise refusals.WrongType(
            f"「{fn}」此处只能写常量，且须是{WORDS[takes]}。", at=at, help="取值不可来自数据项或参数。"
        )
    wanted = GROUPS.get(takes, {takes})
    if takes == "any" or arg.kind.name in wanted:
        return arg
    if arg.kind.name == "null":
        return cast(arg, Kind("int" if takes == "number" else "date" if takes == "day" else takes), at)
    if isinstance(arg, formulas.Lit) and takes in ("date", "time", "day"):
        read = read_literal(arg, kinds.DATE) or read_literal(arg, kinds.TIME)
        if read is not None:
            return read
    if takes == "time" and arg.kind.name == "date":
        return cast(arg, kinds.TIME, at)
    names = "或".join(kinds.TITLES[name] for name in sorted(wanted - {"null"}))
    raise refusals.WrongType(f"「{fn}」要{names}，这里是{kinds.title(arg.kind)}。", at=at, help="请先用 CAST 转换。")


def unify(args: Sequence[formulas.Expr], at: Place) -> list[formulas.Expr]:
    """The arguments cast to the one kind that they can have together; a text constant may spell a date or time."""
    dated = next((a.kind for a in args if a.kind.name in ("date", "time")), None)
    read = [(read_literal(a, dated) or a) if dated and isinstance(a, formulas.Lit) else a for a in args]
    common = kinds.unify(arg.kind for arg in read)
    if common is None:
        listed = "与".join(dict.fromkeys(kinds.title(a.kind) for a in read))
        raise refusals.WrongType(
            f"{listed}不能放在一起比较或合并。", at=at, help="请用 CAST 明确转换；日期常量写作 '2026-01-31'。"
        )
    return [cast(arg, common, at) for arg in read]


def read_literal(arg: formulas.Lit, kind: Kind) -> formulas.Lit | None:
    """A text constant as the date or time that it spells."""
    if not isinstance(arg.value, str):
        return None
    value: datetime.date | None = kinds.read_date(arg.value) if kind.name == "date" else kinds.read_time(arg.value)
    if value is None and kind.name == "date":
        value, kind = kinds.read_time(arg.value), kinds.TIME
    return None if value is None else formulas.Lit(kind, value, arg.at)


def cast(arg: formulas.Expr, kind: Kind, at: Place) -> formulas.Expr:
    """The argument in another kind; refuses what no cast can do."""
    if arg.kind == kind:
        return arg
    if isinstance(arg, formulas.Lit) and arg.value is None:
        return formulas.Lit(kind, None, arg.at)
    if kind.name not in kinds.CASTABLE[arg.kind.name]:
        raise refusals.WrongType(f"{kinds.title(arg.kind)}不能转为{kinds.title(kind)}。", at=at)
    return formulas.Cast(kind, arg, at)


def count_groups(pattern: object) -> int:
    """How many groups a regular expression has."""
    return int(re2.compile(pattern).groups)


def _is_regex(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 500:
        return False
    try:
        re2.compile(value)
    except re2.error:
        return False
    return True


def _is_format(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 100 and set(re.findall(r"%(.?)", value, re.DOTALL)) <= DIRECTIVES


CONSTANTS: Mapping[str, Callable[[object], bool]] = {
    "literal": lambda value: isinstance(value, str),
    "regex": _is_regex,
    "format": _is_format,
    "size": lambda value: isinstance(value, int) and 0 <= value <= LONGEST_PAD,
}
WORDS = {
    "literal": "文本",
    "regex": "RE2 正则表达式",
    "format": "由 %Y %m %d %H %M %S %j %y %f 组成的格式",
    "size": f"0 至 {LONGEST_PAD} 的长度",
}
GROUPS = {"number": {"int", "decimal"}, "day": {"date", "time"}}


def arithmetic(sign: str, left: formulas.Expr, right: formulas.Expr, at: Place) -> formulas.Expr:
    """Plus, minus, times, divided: numbers, and days for dates."""
    dated = _date_arithmetic(sign, left, right, at)
    if dated is not None:
        return dated
    pair = [check(arg, "number", sign, at) for arg in (left, right)]
    pair = [cast(arg, kinds.INT, at) if arg.kind.name == "null" else arg for arg in pair]
    one, two = pair[0].kind, pair[1].kind
    if sign == "/":
        kind = aggregates.quotient(one, two)
    elif {one.name, two.name} == {"int"}:
        kind = kinds.INT
    else:
        kind = _exact(sign, one, two, at)
        pair = [
            cast(arg, kinds.decimal(kinds.digits(arg.kind), 0), at) if arg.kind.name == "int" else arg for arg in pair
        ]
    return formulas.Call(kind, sign, tuple(pair), at=at)


def _exact(sign: str, one: Kind, two: Kind, at: Place) -> Kind:
    if sign != "*":
        return kinds.decimal(max(kinds.digits(one), kinds.digits(two)) + 1, max(one.scale, two.scale))
    if one.scale + two.scale > kinds.MOST:
        raise refusals.WrongType("乘积的小数位超过 38 位。", at=at, help="请先用 round 减少小数位。")
    return kinds.decimal(kinds.digits(one) + kinds.digits(two), one.scale + two.scale)


def _date_arithmetic(sign: str, left: formulas.Expr, right: formulas.Expr, at: Place) -> formulas.Expr | None:
    names = (left.kind.name, right.kind.name)
    if names == ("int", "date") and sign == "+":
        return call("add days", (right, left), at)
    if names == ("date", "int") and sign in "+-":
        return call("add days" if sign == "+" else "subtract days", (left, right), at)
    if names[0] == "date" and sign == "-" and (names[1] == "date" or isinstance(right, formulas.Lit)):
        return call("days between", (left, right), at)
    if names[1] == "date" and sign == "-" and isinstance(left, formulas.Lit):
        return call("days between", (left, right), at)
    if "time" in names:
        raise refusals.WrongType(
            "时间不能直接相加减。", at=at, help="请用 date_diff('hour', 起, 止) 或 + INTERVAL 7 DAY。"
        )
    return None


def round_to(arg: formulas.Expr, places: int, at: Place) -> formulas.Expr:
    """Rounding to a constant number of places."""
    arg = check(arg, "number", "round", at)
    arg = cast(arg, kinds.INT, at) if arg.kind.name == "null" else arg
    if arg.kind.name == "int" and places >= 0:
        return arg
    if not -18 <= places <= kinds.MOST:
        raise refusals.WrongType("round 的位数超出范围。", at=at, help="请写 -18 至 38。")
    kind = (
        kinds.INT
        if arg.kind.name == "int"
        else kinds.decimal(kinds.digits(arg.kind) + 1, max(0, min(places, arg.kind.scale)))
    )
    return formulas.Call(kind, "round", (arg,), (str(places),), at=at)
