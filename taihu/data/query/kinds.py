"""Kinds of expressions: which go together, what comes out, and their DuckDB types."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal

from sqlglot import exp

from taihu.terms.dataset import Kind

TEXT, INT, DATE, TIME, BOOL, NULL = (Kind(name) for name in ("text", "int", "date", "time", "bool", "null"))
INT_DIGITS = 19
MOST = 38
TITLES = {
    "text": "文本",
    "int": "整数",
    "decimal": "小数",
    "date": "日期",
    "time": "时间",
    "bool": "真假",
    "null": "空值",
}
TYPES = {"text": "VARCHAR", "int": "BIGINT", "date": "DATE", "time": "TIMESTAMP", "bool": "BOOLEAN", "null": "VARCHAR"}
NAMES = exp.DataType.Type
CASTS = {
    **dict.fromkeys((NAMES.TEXT, NAMES.VARCHAR, NAMES.CHAR, NAMES.NVARCHAR), TEXT),
    **dict.fromkeys((NAMES.INT, NAMES.BIGINT), INT),
    NAMES.DATE: DATE,
    **dict.fromkeys((NAMES.TIMESTAMP, NAMES.TIMESTAMPNTZ, NAMES.DATETIME), TIME),
    NAMES.BOOLEAN: BOOL,
}
# What a cast may turn into what; everything is written as TRY_CAST.
CASTABLE = {
    "text": {"text", "int", "decimal", "date", "time", "bool"},
    "int": {"text", "int", "decimal", "bool"},
    "decimal": {"text", "int", "decimal"},
    "date": {"text", "date", "time"},
    "time": {"text", "date", "time"},
    "bool": {"text", "int", "bool"},
    "null": {"text", "int", "decimal", "date", "time", "bool"},
}


def decimal(digits: int, scale: int) -> Kind:
    """The decimal kind with so many digits before and after the point, cut to 38 in all."""
    return Kind("decimal", min(MOST, max(digits + scale, 1)), min(scale, MOST))


def digits(kind: Kind) -> int:
    """Digits before the point of a number kind."""
    return kind.precision - kind.scale if kind.name == "decimal" else INT_DIGITS


def of_column(kind: Kind) -> Kind:
    """The kind that a dataset's column has in expressions: codes and points are text."""
    return TEXT if kind.name in ("code", "point") else kind


def of_type(data_type: exp.DataType) -> Kind | None:
    """The kind of a type written in a cast, or None for a type that we do not take."""
    if data_type.args.get("nested"):
        return None
    if data_type.this is NAMES.DECIMAL:
        sizes = [int(size.name) for size in data_type.expressions if size.name.isdigit()]
        precision, scale = [*sizes, 0][:2] if sizes else (18, 3)
        if not (len(sizes) == len(data_type.expressions) <= 2 and 0 < precision <= MOST and scale <= precision):
            return None
        return Kind("decimal", precision, scale)
    return None if data_type.expressions else CASTS.get(data_type.this)


def is_number(kind: Kind) -> bool:
    """True for int, decimal and the bare NULL."""
    return kind.name in ("int", "decimal", "null")


def unify(kinds: Iterable[Kind]) -> Kind | None:
    """The kind that values of all these kinds can have together, or None."""
    common = NULL
    for kind in kinds:
        joined = _unify_two(common, kind)
        if joined is None:
            return None
        common = joined
    return common


def _unify_two(left: Kind, right: Kind) -> Kind | None:
    if left == right or right.name == "null":
        return left
    if left.name == "null":
        return right
    names = {left.name, right.name}
    if names <= {"int", "decimal"}:
        return decimal(max(digits(left), digits(right)), max(left.scale, right.scale))
    return TIME if names == {"date", "time"} else None


def to_duckdb(kind: Kind) -> str:
    """The DuckDB type of a kind."""
    return f"DECIMAL({kind.precision},{kind.scale})" if kind.name == "decimal" else TYPES[of_column(kind).name]


def title(kind: Kind) -> str:
    """The Chinese name of a kind, for messages."""
    return TITLES[of_column(kind).name]


def read_date(text: str) -> datetime.date | None:
    """The date that a text literal spells as YYYY-MM-DD, if it does."""
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def read_time(text: str) -> datetime.datetime | None:
    """The time that a text literal spells, without a zone, if it does."""
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None and len(text) >= 10 else None


def number(text: str) -> tuple[int | Decimal, Kind] | None:
    """Value and kind of a number literal; None for floats and for more than 38 digits."""
    whole, _, part = text.partition(".")
    if not (whole + part).isascii() or not (whole + part).isdigit() or len(whole + part) > MOST:
        return None
    if "." not in text and int(whole) < 2**63:
        return int(whole), INT
    whole = whole.lstrip("0")
    return Decimal(text), decimal(max(len(whole), 1 if not part else 0), len(part))
