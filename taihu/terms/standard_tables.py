"""Tables beside the standards: calendar, departments, time limits, blanks, coordinates, weights of quality."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from taihu.terms import entry, placed
from taihu.terms.calendar import Calendar, Year
from taihu.terms.department import Department
from taihu.terms.division import Division

ALWAYS = ("label", "source", "since")
UNITS = ("working_days", "days", "years")
STANDINGS = ("law", "page", "unchecked")
ZERO = Decimal(0)
LONG_AGO = datetime.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Box:
    """Where the points of the city lie, in degrees of EPSG:4490."""

    west: Decimal
    east: Decimal
    south: Decimal
    north: Decimal


@dataclass(frozen=True, slots=True)
class Blanks:
    """Spellings of "nothing was filled in": words for every column, days and "for ever" for dates."""

    words: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    forever: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a step may take from one day on. `standing` says how far the source was verified."""

    since: datetime.date
    amount: int
    unit: str
    source: str
    standing: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A time limit by name with all its versions, oldest first."""

    name: str
    title: str
    versions: tuple[Limit, ...]

    def in_force(self, on: datetime.date) -> Limit | None:
        """The limit that held on a day; None before the first."""
        begun = [version for version in self.versions if version.since <= on]
        return begun[-1] if begun else None


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the six dimensions of data quality with its weight in the score."""

    name: str
    title: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class FormerName:
    """What a department was called, up to and with a day."""

    title: str
    until: datetime.date


class Folder:
    """The folder of standards and the faults found while its files are read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults = placed.Faults()

    def open(self, name: str, keys: tuple[str, ...]) -> entry.Entry:
        """The entry of one file, which must say what it is and where it comes from."""
        file = f"standards/{name}.yaml"
        path = self.folder / f"{name}.yaml"
        node = placed.read_yaml(path, file, self.faults)
        found = entry.Entry(node or placed.Map(file, 1, "", {}), self.faults, (*ALWAYS, *keys), name=name)
        for key in ALWAYS[:2]:
            found.need_text(key)
        return found

    def rows(self, name: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows of a table beside the YAML; a first line with `#` names its source."""
        text = placed.read_text(self.folder / name, f"standards/{name}", self.faults) or ""
        lines = text.splitlines()
        first = 1 if lines and lines[0].startswith("#") else 0
        if not first:
            self.faults.add(f"standards/{name}:1", "no source", "the first line is # and the source")
        reader = csv.DictReader(lines[first:])
        if reader.fieldnames is not None and tuple(reader.fieldnames) != columns:
            self.faults.add(f"standards/{name}:{first + 1}", "other columns", f"columns are {', '.join(columns)}")
            return
        for row in reader:
            yield first + reader.line_num, row

    def divisions(self, name: str) -> Iterator[Division]:
        """The divisions of one table; years are whole numbers or empty."""
        columns = ("code", "title", "parent", "since", "until", "successors")
        for line, row in self.rows(name, columns if name == "divisions.csv" else ("code", "title", "since", "until")):
            try:
                yield Division(
                    code=row["code"],
                    title=row["title"],
                    parent=row.get("parent") or "",
                    since=int(row["since"] or 0),
                    until=int(row["until"] or 9999),
                    successors=tuple((row.get("successors") or "").split()),
                )
            except (ValueError, TypeError):
                self.faults.add(f"standards/{name}:{line}", "a year that is no number", "years as 1983, or empty")


def _days(found: entry.Entry, key: str) -> frozenset[datetime.date]:
    days: set[datetime.date] = set()
    for text in found.texts(key, _check_span):
        since, _, until = text.partition("/")
        first, last = entry.read_day(since), entry.read_day(until or since)
        days |= {first + datetime.timedelta(days=n) for n in range((last - first).days + 1)}
    return frozenset(days)


def _check_span(text: str) -> str:
    """A day, or the first and last day of a span with a stroke between them."""
    for day in text.split("/", 1):
        entry.read_day(day)
    return text


def read_calendar(folder: Folder) -> Calendar:
    """Working days by year; a year that is absent is unknown."""
    found = folder.open("calendar", ("years",))
    node = found.map.get("years")
    years: dict[int, Year] = {}
    for year, inner in node.entries.items() if isinstance(node, placed.Map) else ():
        item = entry.Entry(inner, folder.faults, ("source", "off", "on"))
        off, on = _days(item, "off"), _days(item, "on")
        if not year.isdigit() or any(day.year != int(year) for day in off | on):
            folder.faults.add(inner, "holds days of another year", "each year holds its own days")
        else:
            years[int(year)] = Year(off, on, item.need_text("source"))
    return Calendar(years)


def read_departments(folder: Folder) -> tuple[dict[str, Department], dict[str, tuple[FormerName, ...]]]:
    """Departments by id, and what each was called before."""
    departments: dict[str, Department] = {}
    former: dict[str, tuple[FormerName, ...]] = {}
    keys = ("label", "english", "since", "until", "successors", "former")
    items = folder.open("departments", ("departments",)).entries("departments", keys)
    names = {item.name for item in items}
    for item in items:
        successors: tuple[str, ...] = item.texts("successors", entry.one_of(names))
        since = item.read("since", entry.read_day, LONG_AGO) if item.has("since") else None
        until = item.read("until", entry.read_day, LONG_AGO) if item.has("until") else None
        departments[item.name] = Department(
            item.name, item.need_text("label"), item.text("english"), since, until, successors
        )
        past = [
            FormerName(e.need_text("label"), e.need("until", entry.read_day, LONG_AGO))
            for e in item.listed("former", ("label", "until"))
        ]
        former[item.name] = tuple(sorted(past, key=lambda old: old.until))
    return departments, former


def read_limits(folder: Folder) -> dict[str, Rule]:
    """Time limits by name."""
    rules: dict[str, Rule] = {}
    for item in folder.open("limits", ("limits",)).entries("limits", ("label", "versions")):
        versions = [
            Limit(
                since=e.need("since", entry.read_day, LONG_AGO),
                amount=e.need("limit", entry.read_whole, 0),
                unit=e.need("unit", entry.one_of(UNITS), ""),
                source=e.need_text("source"),
                standing=e.need("standing", entry.one_of(STANDINGS), ""),
            )
            for e in item.listed("versions", ("since", "limit", "unit", "source", "standing"))
        ]
        rules[item.name] = Rule(item.name, item.need_text("label"), tuple(sorted(versions, key=lambda v: v.since)))
    return rules


def read_box(folder: Folder) -> tuple[Box, dict[str, tuple[str, ...]]]:
    """Where points may lie, and the names of the datums they may come in."""
    found = folder.open("coordinates", ("stored", "datums", "box"))
    found.need("stored", entry.one_of(("EPSG:4490",)), "")
    sides = found.entry("box", ("west", "east", "south", "north"))
    box = Box(
        *((sides.need(key, entry.read_decimal, ZERO) if sides else ZERO) for key in ("west", "east", "south", "north"))
    )
    names = found.entry("datums", ("cgcs2000", "gcj02", "bd09"))
    datums: dict[str, tuple[str, ...]] = {key: names.texts(key) for key in names.map} if names else {}
    return box, datums


def read_quality(folder: Folder) -> tuple[dict[str, Dimension], dict[str, int]]:
    """The six dimensions with their weights, and the days of grace of each cycle."""
    found = folder.open("quality", ("dimensions", "grace_days"))
    items = found.entries("dimensions", ("label", "weight"))
    dimensions = {
        e.name: Dimension(e.name, e.need_text("label"), e.need("weight", entry.read_decimal, ZERO)) for e in items
    }
    grace = found.entry("grace_days", ("hour", "day", "week", "month", "quarter", "year", "once"))
    return dimensions, {key: grace.read(key, entry.read_whole, 0) for key in grace.map} if grace else {}


def read_blanks(folder: Folder) -> Blanks:
    """Spellings of nothing."""
    found = folder.open("blanks", ("words", "days", "forever"))
    return Blanks(found.texts("words"), found.texts("days"), found.texts("forever"))
