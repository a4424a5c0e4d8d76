"""Entry: one mapping of a pack file, read key by key into typed values; every fault is noted with its place."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from taihu.terms import placed

Value = TypeVar("Value")
Other = TypeVar("Other")
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
FLAGS = {"yes": True, "true": True, "no": False, "false": False}


def tell_known(name: str, known: Iterable[str]) -> str:
    """The nearest known name as a question, and all known ones: the answer to a wrong name."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    listed = ", ".join(names[:40]) + (" …" if len(names) > 40 else "")
    return (f"did you mean {near[0]}? " if near else "") + (f"known are {listed}" if names else "there are none")


def _some(text: str) -> str:
    if not text.strip():
        raise ValueError("write something or remove the key")
    return text.strip()


def read_name(text: str) -> str:
    """A name in code: lower-case words joined by single underscores."""
    if not NAME.fullmatch(text) or len(text) > 60:
        raise ValueError("names are lower-case letters, digits and single underscores, a letter first, 60 at most")
    return text


def read_flag(text: str) -> bool:
    """`yes` or `no`."""
    if text not in FLAGS:
        raise ValueError("write yes or no")
    return FLAGS[text]


def read_whole(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise ValueError("write a whole number")
    return int(text)


def read_decimal(text: str) -> Decimal:
    """A decimal number, never through a float."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("write a decimal number") from None
    if not number.is_finite():
        raise ValueError("write a finite number")
    return number


def read_day(text: str) -> datetime.date:
    """A day as 2026-11-24."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError("write a day as 2026-11-24") from None


def one_of(choices: Mapping[str, Value] | Iterable[str]) -> Callable[[str], Value]:
    """A reader for a closed list of words."""
    known: dict[str, Value] = dict(choices) if isinstance(choices, Mapping) else {c: c for c in choices}  # type: ignore[misc]

    def read(text: str) -> Value:
        if text not in known:
            raise ValueError(f"allowed are {', '.join(known)}")
        return known[text]

    return read


class Entry:
    """A mapping under a closed list of keys; a key that is not on it is a fault at once."""

    def __init__(self, node: placed.Node, faults: placed.Faults, keys: Iterable[str], *, name: str = "") -> None:
        self.node = node
        self.name = name
        self.faults = faults
        self.keys = tuple(keys)
        self.map: Mapping[str, placed.Node] = {}
        if not isinstance(node, placed.Map):
            faults.add(node, _say(node), f"a mapping with {', '.join(self.keys)}")
            return
        self.map = node.entries
        for key in node.entries:
            if key not in self.keys:
                inner = f"{node.path}.{key}" if node.path else key
                where = f"{node.file}:{node.lines[key]}"
                faults.add(where, "is not a known key", tell_known(key, self.keys), path=inner)

    def has(self, key: str) -> bool:
        """True where the key stands in the file."""
        return key in self.map

    def at(self, key: str) -> placed.Node:
        """The node of a key, or of the whole where the key is absent: the place to name in a fault."""
        return self.map.get(key, self.node)

    def fault(self, key: str, found: str, allowed: str = "", remedy: str = "") -> None:
        """Notes a fault at a key."""
        inner = f"{self.node.path}.{key}" if self.node.path else key
        self.faults.add(self.at(key), found, allowed, remedy, path=inner)

    def read(self, key: str, parse: Callable[[str], Value], default: Other) -> Value | Other:
        """The typed value of an optional scalar; a fault and the default where it cannot be read."""
        node = self.map.get(key)
        if node is None:
            return default
        return parse_text(node, self.faults, parse, default)

    def need(self, key: str, parse: Callable[[str], Value], default: Other) -> Value | Other:
        """As `read`, and a fault where the key is absent."""
        if key not in self.map:
            self.fault(key, "is missing", "", f"add {key}:")
        return self.read(key, parse, default)

    def text(self, key: str, default: str = "") -> str:
        """An optional text; an empty one is a fault."""
        return self.read(key, _some, default)

    def need_text(self, key: str) -> str:
        """A text that must be there."""
        return self.need(key, _some, "")

    def texts(self, key: str, parse: Callable[[str], str] = _some) -> tuple[str, ...]:
        """A list of scalars, or one scalar as a list of one; empty where the key is absent."""
        node = self.map.get(key)
        if node is None:
            return ()
        items = node.items if isinstance(node, placed.List) else (node,)
        read = (parse_text(item, self.faults, parse, None) for item in items)
        return tuple(value for value in read if value is not None)

    def entry(self, key: str, keys: Iterable[str]) -> Entry | None:
        """An inner mapping with known keys; None where it is absent."""
        node = self.map.get(key)
        return None if node is None else Entry(node, self.faults, keys, name=key)

    def entries(self, key: str, keys: Iterable[str]) -> list[Entry]:
        """The named inner mappings under a key: `columns`, `checks`, `layers`."""
        node = self.map.get(key)
        return [] if node is None else list(named_entries(node, self.faults, keys))

    def listed(self, key: str, keys: Iterable[str]) -> list[Entry]:
        """The inner mappings of a list under a key."""
        node = self.map.get(key)
        if node is None:
            return []
        if not isinstance(node, placed.List):
            self.fault(key, _say(node), "a list of mappings")
            return []
        return [Entry(item, self.faults, keys) for item in node.items]

    def pairs(self, key: str) -> dict[str, str]:
        """A mapping of words to words; empty where the key is absent."""
        node = self.map.get(key)
        if node is None:
            return {}
        if not isinstance(node, placed.Map):
            self.fault(key, _say(node), "a mapping of names to values")
            return {}
        return {name: parse_text(inner, self.faults, str, "") for name, inner in node.entries.items()}


def named_entries(node: placed.Node, faults: placed.Faults, keys: Iterable[str]) -> Iterator[Entry]:
    """The named mappings of a node, with their names checked."""
    if not isinstance(node, placed.Map):
        faults.add(node, _say(node), "a mapping of names to mappings")
        return
    known = tuple(keys)
    for name, inner in node.entries.items():
        try:
            read_name(name)
        except ValueError as caught:
            faults.add(inner, f"{name!r} is no name", str(caught))
        yield Entry(inner, faults, known, name=name)


def parse_text(
    node: placed.Node, faults: placed.Faults, parse: Callable[[str], Value], default: Other
) -> Value | Other:
    """Types one scalar; notes a fault and gives the default where it cannot."""
    if not isinstance(node, placed.Text):
        faults.add(node, _say(node), "one word or number")
        return default
    try:
        return parse(node.value)
    except ValueError as caught:
        faults.add(node, f"is {node.value!r}", str(caught))
        return default


def _say(node: placed.Node) -> str:
    if isinstance(node, placed.Map):
        return "is a mapping"
    if isinstance(node, placed.List):
        return "is a list"
    return f"is the word {node.value!r}" if isinstance(node, placed.Text) and node.value else "is empty"
