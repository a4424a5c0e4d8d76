"""The scalar functions of taihu SQL, as data: arguments, result, how DuckDB writes them, whether they may fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from taihu.data.query import kinds
from taihu.terms.dataset import Kind

Gives = Callable[[Sequence[Kind]], Kind]


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    `takes` lists the kinds of the arguments, a name for each: `text`, `int`, `number`, `day` (date or
    time), `any`, `same` (unifies with the others marked so), `literal` (a text or int constant); a last
    one with `*` repeats, with `?` may be missing. `sql` has `{0}`, `{1}`… or `{all}`; `{option}` is the unit.
    """

    takes: tuple[str, ...]
    gives: Gives
    sql: str
    is_partial: bool = False
    separator: str = ", "


def _always(kind: Kind) -> Gives:
    return lambda _args: kind


def _first(args: Sequence[Kind]) -> Kind:
    return args[0]


def _unified(args: Sequence[Kind]) -> Kind:
    return kinds.unify(args) or kinds.NULL


def _whole(args: Sequence[Kind]) -> Kind:
    kind = args[0]
    return kinds.decimal(kinds.digits(kind) + 1, 0) if kind.name == "decimal" else kind


TEXT, INT, DATE, TIME, BOOL = (_always(kind) for kind in (kinds.TEXT, kinds.INT, kinds.DATE, kinds.TIME, kinds.BOOL))


def _part(sql: str) -> Function:
    return Function(("day",), INT, sql, is_partial=True)


FUNCTIONS = {
    # logic and comparison: total
    "=": Function(("same", "same"), BOOL, "({0} = {1})"),
    "<>": Function(("same", "same"), BOOL, "({0} <> {1})"),
    "<": Function(("same", "same"), BOOL, "({0} < {1})"),
    "<=": Function(("same", "same"), BOOL, "({0} <= {1})"),
    ">": Function(("same", "same"), BOOL, "({0} > {1})"),
    ">=": Function(("same", "same"), BOOL, "({0} >= {1})"),
    "is distinct from": Function(("same", "same"), BOOL, "({0} IS DISTINCT FROM {1})"),
    "is not distinct from": Function(("same", "same"), BOOL, "({0} IS NOT DISTINCT FROM {1})"),
    "between": Function(("same", "same", "same"), BOOL, "({0} BETWEEN {1} AND {2})"),
    "in": Function(("same", "same*"), BOOL, "({0} IN ({rest}))"),
    "and": Function(("bool", "bool*"), BOOL, "({all})", separator=" AND "),
    "or": Function(("bool", "bool*"), BOOL, "({all})", separator=" OR "),
    "not": Function(("bool",), BOOL, "(NOT {0})"),
    "is null": Function(("any",), BOOL, "({0} IS NULL)"),
    "is true": Function(("bool",), BOOL, "({0} IS NOT DISTINCT FROM true)"),
    "is false": Function(("bool",), BOOL, "({0} IS NOT DISTINCT FROM false)"),
    "coalesce": Function(("same", "same*"), _unified, "coalesce({all})"),
    "nullif": Function(("same", "same"), _first, "nullif({0}, {1})"),
    "greatest": Function(("same", "same*"), _unified, "greatest({all})"),
    "least": Function(("same", "same*"), _unified, "least({all})"),
    # text: by character, never by byte
    "||": Function(("text", "text"), TEXT, "({0} || {1})"),
    "concat": Function(("text", "text*"), TEXT, "concat({all})"),
    "lower": Function(("text",), TEXT, "lower({0})"),
    "upper": Function(("text",), TEXT, "upper({0})"),
    "length": Function(("text",), INT, "length({0})"),
    "trim": Function(("text", "literal?"), TEXT, "trim({all})"),
    "ltrim": Function(("text", "literal?"), TEXT, "ltrim({all})"),
    "rtrim": Function(("text", "literal?"), TEXT, "rtrim({all})"),
    "substring": Function(("text", "int", "int?"), TEXT, "substring({all})", is_partial=True),
    "left": Function(("text", "int"), TEXT, '"left"({all})', is_partial=True),
    "right": Function(("text", "int"), TEXT, '"right"({all})', is_partial=True),
    "replace": Function(("text", "text", "text"), TEXT, "replace({all})", is_partial=True),
    "contains": Function(("text", "text"), BOOL, "contains({all})"),
    "starts_with": Function(("text", "text"), BOOL, "starts_with({all})"),
    "ends_with": Function(("text", "text"), BOOL, "ends_with({all})"),
    "strpos": Function(("text", "text"), INT, "strpos({all})"),
    "split_part": Function(("text", "literal", "int"), TEXT, "split_part({0}, {1}, {2})", is_partial=True),
    "lpad": Function(("text", "size", "literal"), TEXT, "lpad({0}, CAST({1} AS INTEGER), {2})", is_partial=True),
    "rpad": Function(("text", "size", "literal"), TEXT, "rpad({0}, CAST({1} AS INTEGER), {2})", is_partial=True),
    "like": Function(("text", "text"), BOOL, "({0} LIKE {1})"),
    "ilike": Function(("text", "text"), BOOL, "({0} ILIKE {1})"),
    "like escape": Function(("text", "literal", "literal"), BOOL, "({0} LIKE {1} ESCAPE {2})"),
    "regexp_matches": Function(("text", "regex"), BOOL, "regexp_matches({all})"),
    "regexp_extract": Function(("text", "regex"), TEXT, "regexp_extract({0}, {1}, {option})"),
    # numbers
    "+": Function((), _unified, "({0} + {1})", is_partial=True),
    "-": Function((), _unified, "({0} - {1})", is_partial=True),
    "*": Function((), _unified, "({0} * {1})", is_partial=True),
    "/": Function((), _unified, "({0} / nullif({1}, 0))", is_partial=True),
    "//": Function(("int", "int"), INT, "({0} // nullif({1}, 0))", is_partial=True),
    "%": Function(("int", "int"), INT, "({0} % nullif({1}, 0))", is_partial=True),
    "negate": Function(("number",), _first, "(-{0})", is_partial=True),
    "abs": Function(("number",), _first, "abs({0})", is_partial=True),
    "sign": Function(("number",), INT, "sign({0})"),
    "floor": Function(("number",), _whole, "floor({0})", is_partial=True),
    "ceil": Function(("number",), _whole, "ceil({0})", is_partial=True),
    "round": Function((), _unified, "round({0}, {option})", is_partial=True),
    # dates and times
    "year": _part("year({0})"),
    "quarter": _part("quarter({0})"),
    "month": _part("month({0})"),
    "week": _part("week({0})"),
    "day": _part("day({0})"),
    "dayofyear": _part("dayofyear({0})"),
    "isodow": _part("isodow({0})"),
    "dayofweek": _part("dayofweek({0})"),
    "hour": Function(("time",), INT, "hour({0})", is_partial=True),
    "minute": Function(("time",), INT, "minute({0})", is_partial=True),
    "second": Function(("time",), INT, "second({0})", is_partial=True),
    "last_day": Function(("day",), DATE, "last_day({0})", is_partial=True),
    "date_trunc": Function(("day",), _first, "date_trunc('{option}', {0})", is_partial=True),
    "date_diff": Function(("same", "same"), INT, "date_diff('{option}', {0}, {1})", is_partial=True),
    "days between": Function(("date", "date"), INT, "({0} - {1})", is_partial=True),
    "add days": Function(("date", "int"), DATE, "({0} + TRY_CAST({1} AS INTEGER))", is_partial=True),
    "subtract days": Function(("date", "int"), DATE, "({0} - TRY_CAST({1} AS INTEGER))", is_partial=True),
    "add interval": Function(("day", "int"), TIME, "({0} + {option}(TRY_CAST({1} AS INTEGER)))", is_partial=True),
    "subtract interval": Function(("day", "int"), TIME, "({0} - {option}(TRY_CAST({1} AS INTEGER)))", is_partial=True),
    "make_date": Function(("int", "int", "int"), DATE, "make_date({all})", is_partial=True),
    "strftime": Function(("day", "format"), TEXT, "strftime({0}, {1})", is_partial=True),
    "strptime": Function(("text", "format"), TIME, "try_strptime({0}, {1})", is_partial=True),
}

UNITS = {"year", "quarter", "month", "week", "day", "hour", "minute", "second"}
DATE_UNITS = {"year", "quarter", "month", "week", "day"}
PARTS = {
    **{unit: unit for unit in UNITS},
    "dayofyear": "dayofyear",
    "doy": "dayofyear",
    "isodow": "isodow",
    "dow": "dayofweek",
    "dayofweek": "dayofweek",
}
STEPS = {
    "year": "to_years",
    "month": "to_months",
    "week": "to_weeks",
    "day": "to_days",
    "hour": "to_hours",
    "minute": "to_minutes",
    "second": "to_seconds",
}
DIRECTIVES = set("YmdHMSjyf%")


@dataclass(frozen=True, slots=True)
class Shape:
    """How the parser spells a function: the clauses that are its arguments, and flags that mean nothing to us."""

    fn: str
    args: tuple[str, ...] = ("this",)
    flags: frozenset[str] = frozenset()


def _shape(fn: str, args: str = "this", flags: str = "") -> Shape:
    return Shape(fn, tuple(args.split()), frozenset(flags.split()))


PAIR = "this expression"
# Any clause that is neither an argument nor a flag refuses the node.
SHAPES: dict[type[exp.Expr], Shape] = {
    exp.EQ: _shape("=", PAIR),
    exp.NEQ: _shape("<>", PAIR),
    exp.LT: _shape("<", PAIR),
    exp.LTE: _shape("<=", PAIR),
    exp.GT: _shape(">", PAIR),
    exp.GTE: _shape(">=", PAIR),
    exp.NullSafeEQ: _shape("is not distinct from", PAIR),
    exp.NullSafeNEQ: _shape("is distinct from", PAIR),
    exp.Between: _shape("between", "this low high"),
    exp.Not: _shape("not"),
    exp.Coalesce: _shape("coalesce", "this expressions", "is_nvl is_null"),
    exp.Nullif: _shape("nullif", PAIR),
    exp.Greatest: _shape("greatest", "this expressions", "ignore_nulls"),
    exp.Least: _shape("least", "this expressions", "ignore_nulls"),
    exp.DPipe: _shape("||", PAIR, "safe"),
    exp.Concat: _shape("concat", "expressions", "safe coalesce"),
    exp.Lower: _shape("lower"),
    exp.Upper: _shape("upper"),
    exp.Length: _shape("length"),
    exp.Substring: _shape("substring", "this start length"),
    exp.Left: _shape("left", PAIR),
    exp.Right: _shape("right", PAIR),
    exp.Replace: _shape("replace", "this expression replacement"),
    exp.Contains: _shape("contains", PAIR),
    exp.StartsWith: _shape("starts_with", PAIR),
    exp.EndsWith: _shape("ends_with", PAIR),
    exp.StrPosition: _shape("strpos", "this substr"),
    exp.SplitPart: _shape("split_part", "this delimiter part_index"),
    exp.RegexpLike: _shape("regexp_matches", PAIR),
    exp.IntDiv: _shape("//", PAIR),
    exp.Mod: _shape("%", PAIR),
    exp.Neg: _shape("negate"),
    exp.Abs: _shape("abs"),
    exp.Sign: _shape("sign"),
    exp.Floor: _shape("floor"),
    exp.Ceil: _shape("ceil"),
    exp.Year: _shape("year"),
    exp.Quarter: _shape("quarter"),
    exp.Month: _shape("month"),
    exp.Week: _shape("week"),
    exp.WeekOfYear: _shape("week"),
    exp.Day: _shape("day"),
    exp.DayOfMonth: _shape("day"),
    exp.DayOfYear: _shape("dayofyear"),
    exp.DayOfWeek: _shape("dayofweek"),
    exp.DayOfWeekIso: _shape("isodow"),
    exp.Hour: _shape("hour"),
    exp.Minute: _shape("minute"),
    exp.Second: _shape("second"),
    exp.LastDay: _shape("last_day"),
    exp.DateFromParts: _shape("make_date", "year month day"),
    exp.TimeToStr: _shape("strftime", "this format"),
    exp.StrToTime: _shape("strptime", "this format"),
}
