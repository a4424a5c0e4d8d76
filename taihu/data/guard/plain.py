"""Plain values: how each kind leaves, the same from SQL, from lookup files and for JSON; and how texts become values."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Mapping

from taihu.data.guard.refused import WrongValue
from taihu.terms import identifiers
from taihu.terms.dataset import Column, Kind

Plain = str | int | bool | None
Value = str | int | bool | decimal.Decimal | datetime.date | datetime.datetime | None

TRUE = {"true", "1", "是", "t", "yes", "y"}
FALSE = {"false", "0", "否", "f", "no", "n"}
TITLES = {
    "int": "整数",
    "decimal": "小数",
    "date": "日期（如 2026-11-24）",
    "time": "时间（如 2026-11-24 08:00:00）",
    "bool": "是或否",
}


def write(kind: Kind, value_sql: str) -> str:
    """SQL that gives a value as it leaves: numbers and truths as such, everything else as text."""
    if kind.name in ("int", "bool"):
        return value_sql
    if kind.name == "time":
        return f"replace(CAST({value_sql} AS VARCHAR), ' ', 'T')"
    return f"CAST({value_sql} AS VARCHAR)"


def tidy(kind: Kind, value: object) -> Plain:
    """A value as a lookup file, or Python, holds it, as it leaves."""
    if value is None or (isinstance(value, str) and kind.name != "time"):
        return value
    if kind.name == "bool":
        return bool(value)
    if kind.name == "int":
        return int(str(value))
    text = value.isoformat() if isinstance(value, datetime.date) else str(value)
    if kind.name == "time":
        text = text.replace(" ", "T")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return text


def spell(column: Column, text: str) -> str:
    """An identifier, or any text, in the spelling in which it is kept."""
    reader = identifiers.READERS.get(column.standard)
    return reader(text) if reader else text.strip()


def read(column: Column, text: str) -> Value:
    """A typed value from what people write; raises WrongValue, which names the column and never the value."""
    return read_kind(column.title, column.kind, spell(column, text), where=column.name)


def read_kind(title: str, kind: Kind, text: str, *, where: str = "") -> Value:
    """A typed value of a kind; raises WrongValue."""
    reader = READERS.get(kind.name)
    if reader is None:
        return text
    try:
        return reader(text)
    except (ValueError, decimal.InvalidOperation):
        raise WrongValue(
            f"「{title}」的值不是{TITLES[kind.name]}", where=where or title, help="请改正后重新提交"
        ) from None


def _read_bool(text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError


def _read_int(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError
    return number


def _read_decimal(text: str) -> decimal.Decimal:
    number = decimal.Decimal(text)
    if not number.is_finite() or number.adjusted() > 38:
        raise ValueError
    return number


def _read_time(text: str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError
    return moment


READERS: Mapping[str, Callable[[str], Value]] = {
    "int": _read_int,
    "decimal": _read_decimal,
    "date": datetime.date.fromisoformat,
    "time": _read_time,
    "bool": _read_bool,
}
