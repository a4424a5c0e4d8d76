"""Spoken: a question as bytes, and back, exactly as it was asked."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from taihu.data.guard.question import Ask, Condition, Lookup, Op, Order, Question, Rows, Verify
from taihu.terms.zone import Zone

FORMS: Mapping[str, type[Question]] = {form.__name__.lower(): form for form in (Lookup, Verify, Rows, Ask)}
# Values that JSON has no form for are written as a pair of their kind and their text.
READERS: Mapping[str, Callable[[str], object]] = {
    "decimal": decimal.Decimal,
    "time": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
}


def write(question: Question) -> bytes:
    """The question as JSON, after the name of its form."""
    form = type(question).__name__.lower()
    return orjson.dumps([form, question], default=_pair, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _pair(value: object) -> list[str]:
    if isinstance(value, decimal.Decimal):
        return ["decimal", str(value)]
    if isinstance(value, datetime.datetime):
        return ["time", value.isoformat()]
    if isinstance(value, datetime.date):
        return ["date", value.isoformat()]
    raise TypeError(f"a question holds texts, numbers, dates and truths, not {type(value).__name__}")


def read(data: bytes) -> Question:
    """The question that was written."""
    name, said = orjson.loads(data)
    form = FORMS[name]
    for listed in ("columns", "clear"):
        if listed in said:
            said[listed] = tuple(said[listed])
    if form is Rows:
        said["where"] = tuple(Condition(c["column"], Op(c["op"]), tuple(c["values"])) for c in said["where"])
        said["order"] = tuple(Order(**order) for order in said["order"])
        said["zone"] = Zone(said["zone"]) if said["zone"] else None
    if form is Ask:
        said["parameters"] = {name: _read(value) for name, value in said["parameters"].items()}
    return form(**said)


def _read(value: Any) -> Any:
    return READERS[value[0]](value[1]) if isinstance(value, list) else value
