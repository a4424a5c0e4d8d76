"""Tells from values what a column is: identifiers, dates, numbers, code words. Looks, never keeps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from taihu.data.collect.readers.headings import Wanted
from taihu.terms import problem

RESIDENT = re.compile(
    r"[1-9]\d{5}(?:(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]|\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})"
)
USCC = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{2}\d{6}[0-9A-HJ-NP-RTUW-Y]{10}")
MOBILE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}")
LANDLINE = re.compile(r"(?:\(?0\d{2,3}\)?[- ]?)?[2-9]\d{6,7}(?:[-转]\d{1,6})?")
ACCOUNT = re.compile(r"[3-9]\d{14,18}")
DIVISION = re.compile(r"[1-6]\d(?:\d{2}(?:\d{2}(?:\d{3}(?:\d{3})?)?)?)?|[1-6]\d{3}0{2}(?:0{3}(?:0{3})?)?")
DATE = re.compile(
    r"(?:18|19|20)\d{2}[-/.年]\s?\d{1,2}(?:[-/.月]\s?\d{1,2}日?|月)?|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
)
TIME = re.compile(
    r"(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]\d{1,2}[::]\d{1,2}(?:[::]\d{1,2})?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
)
WHOLE = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d{1,18})")
DECIMAL = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d{1,20})(?:\.\d{1,12})?")
POINT = re.compile(r"POINT ?\(-?\d+(?:\.\d+)? -?\d+(?:\.\d+)?\)")
BLANKS = {"", "无", "不详", "未知", "暂无", "空", "null", "none", "na", "n/a", "nan", "-", "--", "/", "\\", "*"}

ENOUGH, FEW = 0.8, 0.1


class Swapped(problem.Problem):
    """Headings and values do not belong together: two columns are swapped."""

    code = "C-053"


def tidy(value: str) -> str:
    """A value without width, case and outer blanks."""
    return unicodedata.normalize("NFKC", value).strip().upper()


def is_blank(value: str) -> bool:
    """True for nothing and for the words that people write for it."""
    return tidy(value).lower() in BLANKS


def fits(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    """A test of whole values."""
    return lambda value: pattern.fullmatch(value) is not None


STANDARDS: Mapping[str, Callable[[str], bool]] = {
    "resident-id": fits(RESIDENT),
    "uscc": fits(USCC),
    "phone": lambda value: bool(MOBILE.fullmatch(value) or LANDLINE.fullmatch(value)),
    "bank-account": fits(ACCOUNT),
    "division": fits(DIVISION),
    "sex": lambda value: value in {"男", "女", "男性", "女性", "0", "1", "2", "9", "M", "F", "未知", "未说明"},
}
KINDS: Mapping[str, Callable[[str], bool]] = {
    "date": lambda value: bool(DATE.match(value)) or value.isdigit(),
    "time": lambda value: bool(TIME.fullmatch(value) or DATE.match(value)) or value.replace(".", "").isdigit(),
    "point": fits(POINT),
}


def test_of(column: Wanted) -> Callable[[str], bool] | None:
    """How to tell a column's values; none for free text."""
    if column.standard in STANDARDS:
        return STANDARDS[column.standard]
    if column.codes:
        codes = {tidy(code) for code in column.codes}
        return lambda value: value in codes
    return KINDS.get(column.kind)


def check_swapped(columns: Sequence[Wanted], samples: Mapping[str, Sequence[str]], *, place: str) -> None:
    """Raises Swapped where a column's values are none of its own and another column holds them.

    Looks only at columns whose values can be told; a share below a tenth here and above four fifths
    there is no dirt.
    """
    tidied = {name: [tidy(value) for value in values if not is_blank(value)] for name, values in samples.items()}
    for column in columns:
        test = test_of(column)
        own = tidied.get(column.name, [])
        if test is None or len(own) < 3 or _share(test, own) > FEW:
            continue
        for other in columns:
            values = tidied.get(other.name, [])
            if other is column or len(values) < 3 or _share(test, values) < ENOUGH or _is_right(other, values):
                continue
            raise Swapped(
                f"「{column.title}」一列的内容不像{column.title}，而「{other.title}」一列的内容像：两列可能互换了。",
                where=place,
                help="请核对表头与内容是否对应，更正后重新报送。",
            )


def _is_right(column: Wanted, values: Sequence[str]) -> bool:
    """True where the other column's values are its own as well: then nothing is swapped."""
    test = test_of(column)
    return test is not None and _share(test, values) > FEW


def _share(test: Callable[[str], bool], values: Sequence[str]) -> float:
    """How many of the values pass."""
    return sum(map(test, values)) / len(values) if values else 0.0
