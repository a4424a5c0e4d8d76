"""YAML read as text with the place of every word: nothing is guessed, aliases, tags and doubled keys are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

DEEPEST = 24
LARGEST = 4_000_000  # bytes; a pack file is written by hand
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a pack: where, what was found, what is allowed, what to do."""

    where: str
    path: str
    found: str
    allowed: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """Writes `file:line: path found; allowed; do this`, a sentence about the path."""
        said = "; ".join(filter(None, (self.found, self.allowed, self.remedy)))
        joint = (
            " "
            if self.found.startswith(("is ", "stands ", "has ", "reads ", "names ", "begins ", "says ", "declares "))
            else ": "
        )
        return f"{self.where}: {self.path}{joint if self.path else ''}{said}"


@dataclass(frozen=True, slots=True)
class Node:
    """A word or a group of words of a file, with its line and its dotted path from the top."""

    file: str
    line: int
    path: str

    @property
    def where(self) -> str:
        """The place as an editor opens it."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A scalar, as it was written."""

    value: str


@dataclass(frozen=True, slots=True)
class List(Node):
    """A sequence of nodes."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Map(Node):
    """Named nodes in the order of the file; `lines` holds the lines of the names."""

    entries: dict[str, Node]
    lines: dict[str, int] = field(default_factory=dict)


class Faults:
    """Gathers what is wrong, so that all faults are told at once."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        """The faults in the order in which they were found."""
        return iter(self.found)

    def __len__(self) -> int:
        """How many faults there are."""
        return len(self.found)

    def add(self, node: Node | str, found: str, allowed: str = "", remedy: str = "", *, path: str = "") -> None:
        """Notes a fault at a node, or at a file by its name."""
        if isinstance(node, str):
            self.found.append(Fault(node, path, found, allowed, remedy))
        else:
            self.found.append(Fault(node.where, path or node.path, found, allowed, remedy))


class _Unreadable(Exception):
    """The file is not the YAML that a pack may hold."""

    def __init__(self, line: int, path: str, found: str, allowed: str) -> None:
        super().__init__(found)
        self.line, self.path, self.found, self.allowed = line, path, found, allowed


def _line(event: Any) -> int:
    mark: Any = event.start_mark
    return int(mark.line) + 1


class _Builder:
    """Builds placed nodes from the events of the parser; the parser's own composer would follow aliases."""

    def __init__(self, events: Iterator[Any], file: str, faults: Faults) -> None:
        self.events = events
        self.file = file
        self.faults = faults

    def document(self) -> Node | None:
        """The one document of the file; None for an empty file."""
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise _Unreadable(_line(event), "", "a second document begins", "a file holds one document")
                root = self.node(next(self.events), "", 0)
        return root

    def node(self, event: Any, path: str, depth: int) -> Node:
        """Reads one node and what is inside it."""
        line = _line(event)
        self._refuse_cleverness(event, line, path, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._map(line, path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(event, f"{path}[{len(items) + 1}]", depth + 1))
            return List(self.file, line, path, tuple(items))
        return Text(self.file, line, path, event.value)

    @staticmethod
    def _refuse_cleverness(event: Any, line: int, path: str, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise _Unreadable(line, path, f"an alias *{event.anchor}", "write the words out; packs have no aliases")
        if event.anchor:
            raise _Unreadable(line, path, f"an anchor &{event.anchor}", "write the words out; packs have no anchors")
        if event.tag and event.tag != "!":
            raise _Unreadable(line, path, f"a tag {event.tag}", "packs are text; take the tag away")
        if depth > DEEPEST:
            raise _Unreadable(line, path, f"more than {DEEPEST} levels", "flatten the declaration")

    def _map(self, line: int, path: str, depth: int) -> Map:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, path, depth + 1)
            inner = f"{path}.{key.value}" if path and isinstance(key, Text) else getattr(key, "value", path)
            value = self.node(next(self.events), inner, depth + 1)
            if not isinstance(key, Text):
                self.faults.add(key, "a key that is not a word", "keys are words")
            elif key.value in entries:
                first = lines[key.value]
                self.faults.add(key, "stands twice", f"the first is in line {first}", "keep one", path=inner)
            else:
                entries[key.value] = value
                lines[key.value] = key.line
        return Map(self.file, line, path, entries, lines)


def read_text(path: Path, file: str, faults: Faults) -> str | None:
    """The text of a pack file in UTF-8; notes a fault and gives None where it cannot be read."""
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST:
            faults.add(
                f"{file}:1", f"{len(raw)} bytes", f"at most {LARGEST}", "rows belong into the lake, not into a pack"
            )
            return None
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as caught:
        line = raw[: caught.start].count(b"\n") + 1
        faults.add(f"{file}:{line}", "bytes that are not UTF-8", "packs are written in UTF-8", "save the file as UTF-8")
    except OSError as caught:
        faults.add(f"{file}:1", f"cannot be read ({caught.strerror})")
    return None


def read_yaml(path: Path, file: str, faults: Faults) -> Node | None:
    """The placed nodes of a file; notes faults and gives None where there is nothing to read."""
    text = read_text(path, file, faults)
    if text is None:
        return None
    try:
        node = _Builder(yaml.parse(text, Loader=LOADER), file, faults).document()
    except yaml.MarkedYAMLError as caught:
        mark = caught.problem_mark or caught.context_mark
        line = mark.line + 1 if mark else 1
        faults.add(
            f"{file}:{line}", f"no YAML: {caught.problem or caught.context}", "", "mind indentation, colons and quotes"
        )
        return None
    except (yaml.YAMLError, ValueError):
        faults.add(f"{file}:1", "no YAML: a character that YAML does not allow", "", "take control characters away")
        return None
    except _Unreadable as caught:
        faults.add(f"{file}:{caught.line}", caught.found, caught.allowed, path=caught.path)
        return None
    if node is None:
        faults.add(f"{file}:1", "the file is empty", "", "declare something or remove the file")
    return node
