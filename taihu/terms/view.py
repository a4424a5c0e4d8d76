"""What a pack lets people see: registers, maps and pages, all composed from datasets and queries."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from taihu.terms.label import PUBLIC, Label, Level


class Reader(enum.StrEnum):
    """Whom a page is for: society (L1 only), or officials (up to L2; the rest leaves masked)."""

    PUBLIC = "public"
    OFFICIALS = "officials"

    @property
    def ceiling(self) -> Label:
        """The highest label that these readers see in the clear; columns above leave masked, rows above not at all."""
        return PUBLIC if self is Reader.PUBLIC else Label(Level.L2, frozenset({"person"}))


@dataclass(frozen=True, slots=True)
class Register:
    """A maintained list over a dataset, with its rules for entry and exit."""

    name: str
    pack: str
    title: str
    dataset: str
    columns: tuple[str, ...]
    search: tuple[str, ...] = ()
    heading: str = ""
    entry: str = ""
    exit: str = ""
    policy: str = ""

    @property
    def id(self) -> str:
        """The full name: `topics.rivers.reaches`."""
        return f"{self.pack}.{self.name}"


@dataclass(frozen=True, slots=True)
class Tone:
    """One value of a layer's colouring: a word for people, and a colour by its meaning."""

    value: str
    title: str
    colour: str


@dataclass(frozen=True, slots=True)
class Layer:
    """Rows of a query or dataset as points on the map."""

    name: str
    title: str
    source: str
    place: str
    heading: str
    colour_by: str = ""
    tones: tuple[Tone, ...] = ()
    columns: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Map:
    """Layers over each other, with a table as the alternative."""

    name: str
    pack: str
    title: str
    layers: tuple[Layer, ...]
    readers: Reader = Reader.OFFICIALS
    note: str = ""

    @property
    def id(self) -> str:
        """The full name: `topics.rivers.rivers`."""
        return f"{self.pack}.{self.name}"


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A number of one query's only row, its trend from another, and the query that holds the rows behind it."""

    name: str
    title: str
    query: str
    value: str
    rows: str
    unit: str = ""
    trend: str = ""
    trend_x: str = ""
    trend_y: str = ""
    better: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A query shown as a table or a chart with the table beneath."""

    name: str
    title: str
    query: str
    show: str = "table"
    x: str = ""
    y: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Page:
    """Five blocks in one order: what is wrong now, map, key figures, lists, the data behind it."""

    name: str
    pack: str
    title: str
    summary: str = ""
    readers: Reader = Reader.OFFICIALS
    watches: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    map: str = ""
    figures: tuple[KeyFigure, ...] = ()
    lists: tuple[Listing, ...] = ()
    registers: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The full name: `topics.rivers.rivers`."""
        return f"{self.pack}.{self.name}"
