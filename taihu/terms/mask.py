"""Mask: what may be shown of a value that may not be shown; text in, text out, by the canonical form of the kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from taihu.terms.label import Label, Level

ALL = "***"
# A place name ends where a road, an estate, a house or a digit begins: no match reaches beyond.
PLACE = "[^0-9０-９路街巷弄号幢栋座楼室组队村社苑园]"
TOWN = f"^({PLACE}{{1,30}}?(?:街道|镇|乡))"
COUNTY = f"^({PLACE}{{1,16}}?[市县])"
POINT = r"^POINT ?\((-?[0-9]{1,3})\.?([0-9]{0,2})[0-9]* (-?[0-9]{1,3})\.?([0-9]{0,2})[0-9]*\)$"


@dataclass(frozen=True, slots=True)
class Mask:
    """A way to show part of a value; `level` is the level of what is left."""

    name: str
    title: str
    level: Level
    apply: Callable[[str], str]

    def label(self, label: Label) -> Label:
        """The label of the masked value: no level above the mask's, the same kinds."""
        return Label(min(self.level, label.level), label.kinds)


def _between(value: str, first: int, last: int) -> str:
    return value[:first] + "*" * (len(value) - first - last) + value[len(value) - last :]


def mask_resident_id(value: str) -> str:
    """Division and the last four: 330501********0018. What is no id number is hidden whole."""
    return _between(value, 6, 4) if len(value) in {15, 18} else ALL if value else ""


def mask_name(value: str) -> str:
    """The surname: 沈*, 沈**; of longer names the first character and three stars."""
    return value[:1] + "*" * min(len(value) - 1, 3) if len(value) > 1 else "*" * len(value)


def mask_phone(value: str) -> str:
    """The first three and last four of a number: 138****1234; of shorter ones the last two."""
    if len(value) >= 10:
        return _between(value, 3, 4)
    return _between(value, 0, 2) if len(value) >= 6 else ALL if value else ""


def mask_address(value: str) -> str:
    """The address down to its town or street office, otherwise to its city or county."""
    found = re.search(TOWN, value) or re.search(COUNTY, value)
    return (found[1] if found else "") + ALL if value else ""


def mask_account(value: str) -> str:
    """The last four of an account."""
    return _between(value, 0, 4) if len(value) >= 9 else ALL if value else ""


def mask_date(value: str) -> str:
    """The year of a date or time."""
    return value[:4] if re.search(r"^[0-9]{4}-", value) else ALL if value else ""


def mask_coordinate(value: str) -> str:
    """The corner of the cell of a hundredth of a degree (about a kilometre) in which the point lies."""
    found = re.search(POINT, value)
    if not found:
        return ALL if value else ""
    return f"POINT({found[1]}.{found[2].ljust(2, '0')} {found[3]}.{found[4].ljust(2, '0')})"


def mask_plate(value: str) -> str:
    """Province, letter and the last two of a number plate."""
    return _between(value, 2, 2) if len(value) >= 6 else ALL if value else ""


def mask_all(value: str) -> str:
    """Nothing but that there is a value."""
    return ALL if value else ""


MASKS: Mapping[str, Mask] = {
    mask.name: mask
    for mask in (
        Mask("resident-id", "身份证号：保留前六位与后四位", Level.L2, mask_resident_id),
        Mask("name", "姓名：保留姓氏", Level.L2, mask_name),
        Mask("phone", "电话：保留前三位与后四位", Level.L2, mask_phone),
        Mask("address", "地址：保留到乡镇街道", Level.L2, mask_address),
        Mask("account", "账号：保留后四位", Level.L2, mask_account),
        Mask("date", "日期：保留年份", Level.L2, mask_date),
        Mask("coordinate", "坐标：约一公里网格", Level.L2, mask_coordinate),
        Mask("plate", "车牌：保留前两位与后两位", Level.L2, mask_plate),
        Mask("all", "全部遮盖", Level.L1, mask_all),
    )
}
