"""Hierarchy: how the values of a column are generalised step by step, declared as data and never learnt from rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from taihu.terms.problem import Problem

ROOT = "*"
BLANK = ""


class OutOfHierarchy(Problem):
    """A column holds values for which its hierarchy has no place."""

    code = "G-FALL-01"
    status = 409


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Of one column. `kind` is tree, number, date, prefix or flat.

    `parents` (tree) names what stands above a value or a group; `widths` (number) are ever wider intervals, each
    a multiple of the one before, counted from `start`; `steps` (date) are month, quarter, year or a number of
    years; `lengths` (prefix) are how many characters of a code stay, longest first. In a tree of codes with
    `deeper` a code of up to so many characters stands under the longest listed code with which it begins.
    """

    kind: str
    parents: Mapping[str, str] = field(default_factory=dict)
    widths: tuple[int, ...] = ()
    start: int = 0
    steps: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    deeper: int = 0

    def path(self, value: str) -> tuple[str, ...] | None:
        """The value's generalisations from the value itself up to `*`; None where it has no place."""
        if value == BLANK:
            return (BLANK, ROOT)
        found = CLIMBS[self.kind](self, value)
        return None if found is None else tuple(dict.fromkeys((value, *found, ROOT)))


def _climb_tree(hierarchy: Hierarchy, value: str) -> list[str] | None:
    listed = value in hierarchy.parents
    above = hierarchy.parents[value] if listed else _find_listed(hierarchy, value)
    if not above:
        return None
    found: list[str] = []
    while above not in (ROOT, *found):
        found.append(above)
        above = hierarchy.parents.get(above, ROOT)
    return found


def _find_listed(hierarchy: Hierarchy, value: str) -> str:
    """The longest listed beginning of an unlisted code; empty where there is none."""
    if len(value) > hierarchy.deeper:
        return ""
    return next((value[:size] for size in range(len(value) - 1, 0, -1) if value[:size] in hierarchy.parents), "")


def _climb_number(hierarchy: Hierarchy, value: str) -> list[str] | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    found = []
    for width in hierarchy.widths:
        low = int((number - hierarchy.start) // width) * width + hierarchy.start
        low -= width if low > number else 0
        found.append(f"[{low}, {low + width})")
    return found


def _climb_date(hierarchy: Hierarchy, value: str) -> list[str] | None:
    try:
        day = datetime.date.fromisoformat(value[:10])
    except ValueError:
        return None
    return [_name_step(day, step) for step in hierarchy.steps]


def _name_step(day: datetime.date, step: str) -> str:
    if step == "month":
        return f"{day.year:04d}-{day.month:02d}"
    if step == "quarter":
        return f"{day.year:04d}-Q{(day.month + 2) // 3}"
    years = 1 if step == "year" else int(step)
    first = day.year // years * years
    return f"{first:04d}" if years == 1 else f"{first:04d}–{first + years - 1:04d}"


def _climb_prefix(hierarchy: Hierarchy, value: str) -> list[str] | None:
    return [value[:length] + ROOT for length in hierarchy.lengths if length < len(value)]


def _climb_flat(hierarchy: Hierarchy, value: str) -> list[str] | None:
    return []


CLIMBS: Mapping[str, Callable[[Hierarchy, str], list[str] | None]] = {
    "tree": _climb_tree,
    "number": _climb_number,
    "date": _climb_date,
    "prefix": _climb_prefix,
    "flat": _climb_flat,
}
FLAT = Hierarchy("flat")


def grow(groups: Mapping[str, Iterable[str]]) -> Hierarchy:
    """A tree from its groups: what stands under each."""
    return Hierarchy("tree", parents={under: group for group, members in groups.items() for under in members})


def climb_all(column: str, hierarchy: Hierarchy, values: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The path of each distinct value; raises OutOfHierarchy, which counts the strange values and shows none."""
    paths = {value: hierarchy.path(value) for value in sorted(set(values))}
    strange = sum(path is None for path in paths.values())
    if strange:
        raise OutOfHierarchy(
            f"数据项 {column} 有 {strange} 个值不在其泛化层级之内",
            where=column,
            help="请在泛化层级中补上这些值，或先在治理环节改正",
        )
    return {value: path for value, path in paths.items() if path is not None}
