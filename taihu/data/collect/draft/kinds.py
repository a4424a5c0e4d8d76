"""Tells the kind of a column from what its values are like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taihu.data.collect.draft import words
from taihu.data.collect.readers import headings
from taihu.data.collect.readers.likeness import ENOUGH

MOSTLY = 0.9


def find_kind(column: Mapping[str, Any], simple: str, *, has_standard: bool) -> tuple[str, str]:
    """(kind, unit) from the values; identifiers and codes stay text, so that 0501 stays 0501."""
    shares = column["shares"]
    if has_standard or not column["filled"]:
        return "text", ""
    if shares.get("point", 0) >= MOSTLY:
        return "point", ""
    if column["is_truth"] and (simple.startswith("是否") or simple.endswith("否")):
        return "bool", ""
    dated = _find_time(shares, simple)
    if dated:
        return dated, ""
    if words.CODED.search(simple) or shares.get("decimal", 0) < MOSTLY:
        return "text", ""
    return _find_number(column, simple)


def _find_number(column: Mapping[str, Any], simple: str) -> tuple[str, str]:
    """Money in fen, whole numbers, decimals with room to grow; leading zeros make it a text."""
    if words.MONEY.search(simple) or headings.read_unit(column["heading"]):
        return "int", "fen"
    if column["scale"] == 0:
        is_whole = column["shares"].get("int", 0) >= MOSTLY and column["whole_digits"] <= 18
        return ("int" if is_whole else "text"), ""
    whole = max(column["whole_digits"] + 3, 6)
    return f"decimal({min(whole + column['scale'], 38)},{column['scale']})", ""


def _find_time(shares: Mapping[str, float], simple: str) -> str:
    """`time`, `date` or nothing. Eight digits are a day only under a heading that says so."""
    if shares.get("time", 0) >= ENOUGH:
        return "time"
    if shares.get("date", 0) >= ENOUGH and (shares.get("int", 0) < ENOUGH or words.DAY.search(simple)):
        return "date"
    mixed = shares.get("date", 0) + shares.get("time", 0)
    return (
        "time"
        if mixed >= ENOUGH and shares.get("time", 0) > 0
        else "date"
        if mixed >= 0.5 and words.DAY.search(simple)
        else ""
    )
