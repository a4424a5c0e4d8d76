"""Mistakes in dates written as 2026-11-24: swapped, off by a year, impossible, or in another form than agreed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

FORMS = {
    "compact": "{y}{m}{d}",
    "slashes": "{y}/{month}/{day}",
    "dots": "{y}.{m}.{d}",
    "chinese": "{y}年{month}月{day}日",
    "chinese-month": "{y}年{month}月",
    "dot-month": "{y}.{m}",
    "dash-month": "{y}-{m}",
    "american": "{month}/{day}/{y}",
    "with-time": "{y}-{m}-{d} 00:00:00",
    "short-year": "{short}-{m}-{d}",
}


def write(value: str, form: str) -> str:
    """A date in another form; anything that is no plain date stays as it is."""
    parts = value.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return value
    year, month, day = parts
    return FORMS[form].format(y=year, m=month, d=day, month=int(month), day=int(day), short=year[2:])


def other_form(rng: np.random.Generator, value: str, rule: Mapping[str, Any]) -> str:
    """One of the forms that the rule lists."""
    return write(value, rule["forms"][int(rng.integers(0, len(rule["forms"])))])


def swapped_date(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Day and month change places where that is still a date."""
    year, month, day = value.split("-") if value.count("-") == 2 else ("", "", "")
    return f"{year}-{day}-{month}" if day.isdigit() and int(day) <= 12 else value


def wrong_year(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """A year or a decade off."""
    shift = (-10, -1, 1, 10, 100)[int(rng.integers(0, 5))]
    return f"{int(value[:4]) + shift}{value[4:]}" if value[:4].isdigit() and value[4:5] == "-" else value


def impossible_date(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """A day that does not exist."""
    return f"{value[:4]}-02-30" if value.count("-") == 2 else value
