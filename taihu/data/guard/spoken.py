"""Spoken: a question as bytes, and back, exactly as it was asked."""

from __future__ import annotations

import dataclasses
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
    """The question as JSON."""
    said = {name: _plain(value) for name, value in dataclasses.asdict(question).items()}
    return orjson.dumps({"form": type(question).__name__.lower(), **said})


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, decimal.Decimal):
        return ["decimal", str(value)]
    if isinstance(value, datetime.datetime):
        return ["time", value.isoformat()]
    if isinstance(value, datetime.date):
        return ["date", value.isoformat()]
    return value


def read(data: bytes) -> Question:
    """The question that was written."""
    said: dict[str, Any] = orjson.loads(data)
    form = FORMS[said.pop("form")]
    for name in ("columns", "clear"):
        if name in said:
            said[name] = tuple(said[name])
    if form is Rows:
        said["where"] = tuple(Condition(c["column"], Op(c["op"]), tuple(c["values"])) for c in said["where"])
        said["order"] = tuple(Order(**order) for order in said["order"])
        said["zone"] = Zone(said["zone"]) if said["zone"] else None
    if form is Ask:
        said["parameters"] = {name: _read(value) for name, value in said["parameters"].items()}
    return form(**said)


def _read(value: Any) -> Any:
    return READERS[value[0]](value[1]) if isinstance(value, list) else value
