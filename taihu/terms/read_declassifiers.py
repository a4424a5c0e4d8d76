"""Reads `declassifiers.yaml`: one entry for each dataset that the house makes of a query, with its method's parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from taihu.terms import entry, placed
from taihu.terms.dataset import Cycle
from taihu.terms.declassifier import MANUAL, PLAIN, Declassifier
from taihu.terms.label import Label, Level

LABEL = re.compile(r"(L[1-4])((?: [a-z]+)(?:,[a-z]+)*)?")
ALWAYS = ("from", "method", "to", "every", "policy", "trusts")
# What each method is told: a key that belongs to another method is a fault.
KEYS: Mapping[str, tuple[str, ...]] = {
    "at_least": ("by", "k", "who", "count"),
    "table": ("by", "value", "who", "n", "top", "share", "p", "spread", "merge_below"),
    "microdata": ("identifying", "sensitive", "ordered", "who", "k", "l", "t"),
    "generalise": ("columns", "climb"),
    "top_code": ("columns", "top", "bottom", "k"),
    "token": ("columns",),
    MANUAL: (),
    PLAIN: (),
}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "at_least": ("by", "k"),
    "table": ("by", "n"),
    "microdata": ("identifying", "who", "k"),
    "generalise": ("columns", "climb"),
    "top_code": ("columns", "k"),
    "token": ("columns",),
}
WHOLE = ("k", "l", "n", "merge_below")
NUMBERS = (*WHOLE, "t", "top", "bottom", "share", "p", "spread")
ALL_KEYS = tuple(dict.fromkeys((*ALWAYS, *(key for keys in KEYS.values() for key in keys))))
LEAST = {"k": 2, "n": 2, "l": 1, "merge_below": 0}


def read_declassifiers(node: placed.Node, pack: str, faults: placed.Faults) -> tuple[Declassifier, ...]:
    """The shapes; what they name is checked where queries and methods are known."""
    return tuple(_read_one(inner, pack) for inner in entry.named_entries(node, faults, ALL_KEYS))


def read_label(text: str) -> Label:
    """Reads `L2` or `L3 medical,person`, as labels are written."""
    found = LABEL.fullmatch(text)
    if found is None:
        raise ValueError("write a level, and kinds after a blank: L1, or L3 medical,person")
    return Label(Level.read(found[1]), frozenset((found[2] or "").strip().split(",")) - {""})


def _read_one(inner: entry.Entry, pack: str) -> Declassifier:
    name: str = inner.need("method", entry.one_of(tuple(KEYS)), PLAIN)
    for key in inner.map:
        if key in ALL_KEYS and key not in (*ALWAYS, *KEYS[name]):
            inner.fault(key, f"does not belong to the method {name}", f"allowed are {', '.join(KEYS[name]) or 'none'}")
    for key in NEEDS.get(name, ()):
        if not inner.has(key):
            inner.fault(key, "is missing", f"{name} needs {', '.join(NEEDS[name])}", f"add {key}:")
    is_mapped = name == "generalise"
    return Declassifier(
        name=inner.name,
        pack=pack,
        query=inner.need("from", entry.read_name, ""),
        method=name,
        to=inner.need("to", read_label, Label(Level.L4)),
        every=inner.need("every", entry.one_of({cycle.value: cycle for cycle in Cycle}), Cycle.ONCE),
        policy=inner.need_text("policy"),
        who=inner.read("who", entry.read_name, ""),
        by=inner.texts("by", entry.read_name),
        count=inner.read("count", entry.read_name, ""),
        value=inner.read("value", entry.read_name, ""),
        columns=() if is_mapped else inner.texts("columns", entry.read_name),
        sensitive=inner.texts("sensitive", entry.read_name),
        ordered=inner.texts("ordered", entry.read_name),
        numbers=_read_numbers(inner),
        steps=_read_steps(inner),
        hierarchies=_read_hierarchies(inner, "columns" if is_mapped else "identifying"),
        trusts=inner.texts("trusts"),
        line=inner.node.where,
    )


def _read_numbers(inner: entry.Entry) -> dict[str, Decimal]:
    read = {key: inner.read(key, entry.read_decimal, None) for key in NUMBERS}
    numbers = {key: number for key, number in read.items() if number is not None}
    for key, number in numbers.items():
        if key in WHOLE and (number != number.to_integral_value() or number < LEAST[key]):
            inner.fault(key, f"is {number}", f"a whole number, {LEAST[key]} at least")
    return numbers


def _read_steps(inner: entry.Entry) -> dict[str, int]:
    steps = {}
    for column, text in inner.pairs("climb").items():
        if not text.isdecimal() or int(text) < 1:
            inner.fault("climb", f"is {text!r} for {column}", "how many steps up, 1 at least")
            continue
        steps[column] = int(text)
    return steps


def _read_hierarchies(inner: entry.Entry, key: str) -> dict[str, placed.Node]:
    """The hierarchies as they stand; the guard, which owns their kinds, reads them."""
    node = inner.map.get(key)
    if node is None or key not in ("columns", "identifying"):
        return {}
    if not isinstance(node, placed.Map):
        inner.fault(key, "is no mapping", "columns and their hierarchies: {age: {kind: number, widths: [10]}}")
        return {}
    return dict(node.entries)
