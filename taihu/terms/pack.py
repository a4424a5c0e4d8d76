"""Pack: one folder that declares a base, theme, topic or method, and everything that stands in it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taihu.terms.base import Base
from taihu.terms.dataset import Cycle, Dataset, Kind
from taihu.terms.declassifier import Declassifier
from taihu.terms.placed import Fault
from taihu.terms.problem import Problem
from taihu.terms.view import Map, Page, Register


class Wrong(Problem):
    """The packs break their own rules; all faults are told at once."""

    code = "P-READ-01"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        first = faults[0].where if faults else ""
        super().__init__(
            f"数据包有 {len(faults)} 处错误",
            where=first,
            help="\n".join(str(fault) for fault in faults),
        )
        self.faults = faults


class UnknownName(Problem):
    """Somebody asked the shelf for something that is not declared."""

    code = "P-NAME-01"
    status = 404

    def __init__(self, what: str, name: str, known: str) -> None:
        super().__init__(f"没有名为 {name[:120]!r} 的{what}", help=known)


@dataclass(frozen=True, slots=True)
class Title:
    """How an output column of a query is called, its unit, and the standard that names its codes."""

    column: str
    title: str
    unit: str = ""
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT in taihu SQL; `is_derived` for a relation that the house writes (dated parameters)."""

    name: str
    pack: str
    text: str
    source: str
    title: str = ""
    titles: tuple[Title, ...] = ()
    parameters: Mapping[str, Kind] = field(default_factory=dict)
    is_derived: bool = False

    @property
    def id(self) -> str:
        """The full name: `topics.rivers.late_reaches`."""
        return f"{self.pack}.{self.name}"

    def title_of(self, column: str) -> Title | None:
        """The declared title of an output column, if any."""
        return next((title for title in self.titles if title.column == column), None)


@dataclass(frozen=True, slots=True)
class Version:
    """What a parameter says from one day on; the rows are typed by the parameter's columns when written as SQL."""

    since: datetime.date
    rows: tuple[tuple[str, ...], ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Numbers that a rule may change: a small relation that queries join; it shows what is in force on `$today`."""

    name: str
    pack: str
    title: str
    policy: str
    columns: tuple[tuple[str, Kind], ...]
    versions: tuple[Version, ...]
    unit: str = ""

    @property
    def is_scalar(self) -> bool:
        """True for a single value: a relation with one row and the column `value`."""
        return len(self.columns) == 1 and self.columns[0][0] == "value"

    def in_force(self, on: datetime.date) -> Version | None:
        """The latest version that has begun by that day."""
        begun = [version for version in self.versions if version.since <= on]
        return max(begun, key=lambda version: version.since) if begun else None


@dataclass(frozen=True, slots=True)
class Watch:
    """A query that is asked on schedule; each of its rows may open a case of a declared kind."""

    name: str
    pack: str
    title: str
    query: str
    every: Cycle
    values: Mapping[str, str] = field(default_factory=dict)
    opens: str = ""
    level: str = "一般"
    about: tuple[str, ...] = ()
    line: str = ""

    @property
    def id(self) -> str:
        """The full name: `topics.rivers.late_reaches`."""
        return f"{self.pack}.{self.name}"


@dataclass(frozen=True, slots=True)
class CaseKind:
    """A kind of case: what it is about, who handles it, and the working days of each step."""

    name: str
    pack: str
    title: str
    about: tuple[str, ...]
    heading: str
    department: str
    limits: Mapping[str, int]
    policy: str = ""
    summary: str = ""
    facts: tuple[str, ...] = ()
    place: str = ""
    line: str = ""

    @property
    def id(self) -> str:
        """The full name: `topics.rivers.missed_patrol`."""
        return f"{self.pack}.{self.name}"


@dataclass(frozen=True, slots=True)
class Output:
    """An output column of a method; kind `figure` for a model's number."""

    name: str
    title: str
    kind: Kind | None
    unit: str = ""

    @property
    def is_figure(self) -> bool:
        """True for a number that a model produced."""
        return self.kind is None


@dataclass(frozen=True, slots=True)
class Input:
    """A table that a method reads: its columns, and the query that fills it where a topic binds one."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    query: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A number or word that the caller of a method may change."""

    name: str
    title: str
    kind: Kind
    default: str


@dataclass(frozen=True, slots=True)
class Method:
    """A function of `methods.py` with its declared inputs, outputs, libraries and limits."""

    name: str
    pack: str
    title: str
    folder: Path
    libraries: tuple[str, ...]
    inputs: tuple[Input, ...]
    settings: tuple[Setting, ...]
    outputs: tuple[Output, ...]
    seconds: int = 60
    megabytes: int = 1024
    summary: str = ""

    @property
    def id(self) -> str:
        """The full name: `methods.forecast.seasonal_naive`."""
        return f"{self.pack}.{self.name}"


@dataclass(frozen=True, slots=True)
class Situation:
    """One sentence of `tests.yaml`: a few rows in, the answer out."""

    name: str
    pack: str
    today: datetime.date | None
    given: Mapping[str, tuple[tuple[str, ...], ...]]
    ask: str
    values: Mapping[str, str]
    expect: tuple[tuple[str, ...], ...]
    source: str
    is_run: bool = False


@dataclass(frozen=True, slots=True)
class Pack:
    """Who, why, under which clause, and what the folder declares."""

    id: str
    title: str
    policy: str
    carries: tuple[str, ...]
    department: str
    purpose: str
    uses: tuple[str, ...]
    folder: Path
    summary: str = ""
    datasets: tuple[Dataset, ...] = ()
    queries: tuple[Query, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    registers: tuple[Register, ...] = ()
    watches: tuple[Watch, ...] = ()
    cases: tuple[CaseKind, ...] = ()
    maps: tuple[Map, ...] = ()
    pages: tuple[Page, ...] = ()
    declassifiers: tuple[Declassifier, ...] = ()
    methods: tuple[Method, ...] = ()
    situations: tuple[Situation, ...] = ()
    bases: tuple[Base, ...] = ()

    @property
    def name(self) -> str:
        """The last word of the id."""
        return self.id.rpartition(".")[2]
