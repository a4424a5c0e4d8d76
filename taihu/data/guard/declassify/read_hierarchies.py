"""Reads hierarchies as they are declared in YAML; every fault is told with file and line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping

from taihu.data.guard.declassify.hierarchy import FLAT, ROOT, Hierarchy
from taihu.terms import placed
from taihu.terms.entry import Entry, one_of, read_whole
from taihu.terms.standard import Standard

KEYS = {
    "tree": ("kind", "groups"),
    "number": ("kind", "widths", "start"),
    "date": ("kind", "steps"),
    "prefix": ("kind", "lengths"),
    "codes": ("kind", "standard"),
    "flat": ("kind",),
}
ALL_KEYS = tuple(dict.fromkeys(key for keys in KEYS.values() for key in keys))
STEP = re.compile(r"month|quarter|year|[1-9][0-9]{0,2}")

Standards = Mapping[str, Standard]


def read_hierarchies(
    entries: Mapping[str, placed.Node], faults: placed.Faults, standards: Standards
) -> dict[str, Hierarchy]:
    """The hierarchy of each column; those with a fault are left out and every fault is noted."""
    read = {name: _read_one(node, faults, standards) for name, node in entries.items()}
    return {name: hierarchy for name, hierarchy in read.items() if hierarchy is not None}


def _read_one(node: placed.Node, faults: placed.Faults, standards: Standards) -> Hierarchy | None:
    before = len(faults)
    entry = Entry(node, faults, ALL_KEYS)
    kind = entry.need("kind", one_of(KEYS), None) if entry.map else None
    if kind is None:
        return None
    word = next(word for word, keys in KEYS.items() if keys is kind)
    for key in entry.map:
        if key in ALL_KEYS and key not in kind:
            entry.fault(key, f"does not belong to kind {word}", f"allowed are {', '.join(kind)}")
    made = READERS[word](entry, standards)
    return made if len(faults) == before else None


def _read_tree(entry: Entry, standards: Standards) -> Hierarchy:
    groups = entry.at("groups")
    if not isinstance(groups, placed.Map) or not entry.has("groups") or not groups.entries:
        entry.fault("groups", "is missing or no mapping", "a mapping of a group to the values and groups under it")
        return FLAT
    inner = Entry(groups, entry.faults, groups.entries)
    parents: dict[str, str] = {}
    for group in groups.entries:
        for member in inner.texts(group):
            if member in parents:
                inner.fault(group, f"holds {member}, which stands in {parents[member]} too", "each value has one place")
            parents[member] = group
    for value in parents:
        if _is_round(parents, value):
            entry.fault("groups", f"has {value} above itself", "groups lead up, never round")
            break
    return Hierarchy("tree", parents=parents)


def _is_round(parents: Mapping[str, str], value: str) -> bool:
    seen = {value}
    while value in parents:
        value = parents[value]
        if value in seen:
            return True
        seen.add(value)
    return False


def _read_wholes(entry: Entry, key: str) -> tuple[int, ...]:
    found = tuple(int(text) for text in entry.texts(key) if re.fullmatch(r"[1-9][0-9]{0,8}", text))
    if not found or len(found) != len(entry.texts(key)):
        entry.fault(key, "is no list of whole numbers", "such as [5, 10, 20]")
    return found


def _read_number(entry: Entry, standards: Standards) -> Hierarchy:
    widths = _read_wholes(entry, "widths")
    for finer, wider in itertools.pairwise(widths):
        if wider <= finer or wider % finer:
            entry.fault("widths", f"has {wider} after {finer}", "each width is a multiple of the one before")
    return Hierarchy("number", widths=widths, start=entry.read("start", read_whole, 0))


def _read_date(entry: Entry, standards: Standards) -> Hierarchy:
    steps = entry.texts("steps")
    if not steps or not all(STEP.fullmatch(step) for step in steps):
        entry.fault("steps", "is no list of periods", "month, quarter, year, or a number of years")
        return FLAT
    months = [{"month": 1, "quarter": 3, "year": 12}.get(step) or 12 * int(step) for step in steps]
    if any(wider <= finer or wider % finer for finer, wider in itertools.pairwise(months)):
        entry.fault("steps", "has periods that do not nest", "finest first, each a multiple of the one before")
    return Hierarchy("date", steps=steps)


def _read_prefix(entry: Entry, standards: Standards) -> Hierarchy:
    lengths = _read_wholes(entry, "lengths")
    if list(lengths) != sorted(set(lengths), reverse=True):
        entry.fault("lengths", "is out of order", "longest first, such as [9, 6, 4]")
    return Hierarchy("prefix", lengths=lengths)


def _read_codes(entry: Entry, standards: Standards) -> Hierarchy:
    name = entry.need_text("standard")
    standard = standards.get(name)
    if standard is None or not standard.codes:
        lists = ", ".join(sorted(known for known, one in standards.items() if one.codes))
        entry.fault("standard", f"names no code list ({name!r})", f"code lists are {lists}")
        return FLAT
    parents = {code.code: code.under or ROOT for code in standard.codes}
    return Hierarchy("tree", parents=parents, deeper=standard.deeper)


def _read_flat(entry: Entry, standards: Standards) -> Hierarchy:
    return FLAT


READERS: Mapping[str, Callable[[Entry, Standards], Hierarchy]] = {
    "tree": _read_tree,
    "number": _read_number,
    "date": _read_date,
    "prefix": _read_prefix,
    "codes": _read_codes,
    "flat": _read_flat,
}
