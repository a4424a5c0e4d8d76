"""Reads whole numbers, decimals and amounts as Chinese offices write them; what cannot be read stays as it is."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from taihu.data.refine import words

NUMBER = re.compile(
    r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[-+]?\d{1,2})?)(百亿|十亿|亿|千万|百万|十万|万)?(.*)"
)
BEFORE = re.compile(r"^(?:人民币|rmb|cny)?:?[¥$]?")
SCALES = {"": 1, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8, "十亿": 10**9, "百亿": 10**10}
YUAN = {
    "": "1",
    "元": "1",
    "圆": "1",
    "块": "1",
    "元整": "1",
    "元人民币": "1",
    "人民币": "1",
    "rmb": "1",
    "cny": "1",
    "yuan": "1",
    "角": "0.1",
    "分": "0.01",
}
CAPITAL = re.compile(
    r"(负)?([零一二三四五六七八九十百千万亿]+)(?:元|圆)(?:([零一二三四五六七八九])角)?(?:零?([一二三四五六七八九])分)?[整正]?"
)
PLAIN = str.maketrans(
    "〇壹贰叁肆伍陆柒捌玖拾佰仟两萬億圓貳參陸弍叄弎", "零一二三四五六七八九十百千二万亿圆二三六二三三"
)
VALUES = {digit: n for n, digit in enumerate("零一二三四五六七八九")}
# What a declared unit may be called in a cell, and how many of the declared unit it is.
UNITS: dict[str, dict[str, str]] = {
    "minutes": {"分钟": "1", "分": "1", "min": "1", "mins": "1", "小时": "60", "时": "60", "h": "60"},
    "hours": {"小时": "1", "时": "1", "h": "1"},
    "days": {"天": "1", "日": "1"},
    "metres": {"米": "1", "m": "1", "公里": "1000", "千米": "1000", "km": "1000"},
    "kilometres": {"公里": "1", "千米": "1", "km": "1", "米": "0.001", "m": "0.001"},
    "mm": {"毫米": "1", "mm": "1", "厘米": "10", "cm": "10", "米": "1000", "m": "1000"},
    "mg/l": {"mg/l": "1", "毫克/升": "1", "μg/l": "0.001", "ug/l": "0.001"},
    "ug/m3": {"ug/m3": "1", "μg/m3": "1", "微克/立方米": "1", "mg/m3": "1000"},
    "percent": {"%": "1"},
    "%": {"%": "1"},
}
COUNTERS = frozenset("人个户次件家条处辆台套项岁份亩艘座")


def read_number(text: str, *, unit: str = "") -> str:
    """`1,214`, `１２`, `3.0`, `1.2万`, `35分钟` where the unit is minutes → a plain decimal; else the text itself."""
    number = find_number(words.fold(text), unit)
    return text if number is None else spell(number)


def find_number(folded: str, unit: str) -> Decimal | None:
    """The number that a folded text says in the declared unit; None for a unit that is not the column's."""
    match = NUMBER.fullmatch(_open_brackets(folded))
    if not match or not re.search(r"\d", match[1]):
        return None
    names = UNITS.get(unit.lower(), {unit.lower(): "1"} if unit else dict.fromkeys(COUNTERS, "1"))
    if match[3] and match[3] not in names:
        return None
    return _decimal(match[1], Decimal(SCALES[match[2] or ""]) * Decimal(names.get(match[3], "1")))


def read_fen(text: str, *, header_scale: int = 1) -> str:
    """An amount as whole fen: `1,214.50 元`, `30万元`, `￥5`, `叁拾万元整`; without a unit yuan times the heading's scale.

    Parts of a fen and unknown units leave the text as it is.
    """
    fen = find_fen(words.fold(text), header_scale)
    return text if fen is None else str(fen)


def find_fen(folded: str, header_scale: int) -> int | None:
    """The fen that a folded text says."""
    plain = BEFORE.sub("", _open_brackets(folded))
    capital = CAPITAL.fullmatch(plain.removeprefix("¥").translate(PLAIN))
    match = NUMBER.fullmatch(plain)
    if capital:
        yuan: Decimal | None = _read_capital(capital)
    elif match and re.search(r"\d", match[1]) and match[3] in YUAN:
        is_bare = not match[2] and not match[3]
        scale = SCALES[match[2] or ""] * (header_scale if is_bare else 1)
        yuan = _decimal(match[1], Decimal(scale) * Decimal(YUAN[match[3]]))
    else:
        return None
    fen = yuan * 100 if yuan is not None else None
    return int(fen) if fen is not None and fen == fen.to_integral_value() else None


def spell(number: Decimal) -> str:
    """Without exponent and trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _open_brackets(folded: str) -> str:
    """`(1,200.00)` as accountants write a negative amount."""
    return f"-{folded[1:-1]}" if re.fullmatch(r"\([¥$]?[\d,.]+\)", folded) else folded


def _decimal(digits: str, scale: Decimal) -> Decimal | None:
    try:
        return Decimal(digits.replace(",", "")) * scale
    except InvalidOperation:
        return None


def _read_capital(match: re.Match[str]) -> Decimal:
    """Yuan in Chinese capitals."""
    yuan = Decimal(read_chinese(match[2]))
    for digit, coin in ((match[3], "0.1"), (match[4], "0.01")):
        yuan += VALUES[digit] * Decimal(coin) if digit else 0
    return -yuan if match[1] else yuan


def read_chinese(numeral: str) -> int:
    """`三十万二千` → 302000."""
    total = section = digit = 0
    for sign in numeral:
        if sign in VALUES:
            digit = VALUES[sign]
        elif sign in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign]
            digit = 0
        else:
            section, digit = section + digit, 0
            if sign == "亿":
                total, section = (total + section) * 10**8, 0
            else:
                total, section = total + section * 10**4, 0
    return total + section + digit
