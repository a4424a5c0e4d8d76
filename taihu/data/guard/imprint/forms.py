"""Forms: two ways to write the same value, equal by the standard of its kind, of which a mark may choose one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

NUMBER = re.compile(r"(-?[0-9]{1,38})\.?([0-9]*)")
TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)")
DAY = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})")
TO_WIDE = str.maketrans("()", "（）")
TO_NARROW = str.maketrans("（）", "()")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """`both` gives the house's usual form and the other one, from either; None for a text that has not two."""

    name: str
    title: str
    both: Callable[[str, int], Pair | None]


def read(form: Form, text: str, scale: int) -> tuple[str, int | None] | None:
    """The value in its usual form, and which form the text is in: 0, 1, or None for a third one."""
    pair = form.both(text.strip(), scale)
    if pair is None:
        return None
    return pair[0], pair.index(text.strip()) if text.strip() in pair else None


def _decimal(text: str, scale: int) -> Pair | None:
    """One nought more after the point: equal as numbers; the column declares how many places count."""
    found = NUMBER.fullmatch(text)
    if found is None or found[2][scale:].strip("0"):
        return None
    kept = found[2][:scale]
    usual = f"{found[1]}.{kept.ljust(scale, '0')}" if scale else found[1]
    return usual, f"{found[1]}.{kept.ljust(scale + 1, '0')}"


def _time(text: str, scale: int) -> Pair | None:
    """`T` or a blank between day and time (GB/T 7408.1, RFC 3339)."""
    found = TIME.fullmatch(text)
    return (f"{found[1]}T{found[2]}", f"{found[1]} {found[2]}") if found else None


def _day(text: str, scale: int) -> Pair | None:
    """Extended or basic form of a calendar day (GB/T 7408.1)."""
    found = DAY.fullmatch(text)
    return (f"{found[1]}-{found[3]}-{found[4]}", f"{found[1]}{found[3]}{found[4]}") if found else None


def _brackets(text: str, scale: int) -> Pair | None:
    """Brackets in full or half width, which one compares as equal (NFKC)."""
    wide, narrow = text.translate(TO_WIDE), text.translate(TO_NARROW)
    return (wide, narrow) if wide != narrow else None


FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form("decimal", "小数末位补零", _decimal),
        Form("time", "日期与时刻之间的 T 或空格", _time),
        Form("day", "日期的扩展或基本格式", _day),
        Form("brackets", "全角或半角括号", _brackets),
    )
}
# What every reader of the kind takes for the same value; the other forms only where a column's owner allows them.
BY_KIND: Mapping[str, str] = {"decimal": "decimal", "time": "time"}
