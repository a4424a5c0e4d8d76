"""Standard: a code list, an identifier or a table that the state or the city fixed, with its source and first day."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taihu.terms import entry, identifiers, placed, standard_tables
from taihu.terms.calendar import Calendar
from taihu.terms.department import Department
from taihu.terms.division import Atlas, Division
from taihu.terms.label import Level
from taihu.terms.pack import Wrong
from taihu.terms.standard_tables import Blanks, Box, Dimension, Folder, FormerName, Rule

KINDS = {
    "identifier": ("kind", "check", "proposed"),
    "codes": ("kind", "proposed", "codes", "pad", "deeper"),
    "divisions": ("kind", "proposed", "rows", "elsewhere", "home"),
}
TABLES = ("calendar", "departments", "limits", "blanks", "coordinates", "quality", "retention", "visibility")


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list; `words` are other spellings that mean it, `under` the code above."""

    code: str
    title: str
    words: tuple[str, ...] = ()
    under: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """What a column's `standard:` names. `kind` is identifier, codes or divisions; `check` names the algorithm.

    `pad` says how long a code is when a spreadsheet has eaten its zeros; `deeper` up to how many digits
    a code below the listed ones may have.
    """

    name: str
    title: str
    kind: str
    source: str
    since: datetime.date
    proposed: Level
    check: str = ""
    codes: tuple[Code, ...] = ()
    pad: int = 0
    deeper: int = 0
    home: str = ""

    def spellings(self) -> dict[str, str]:
        """Every accepted spelling of a code, lower-cased, with the code that it means."""
        found: dict[str, str] = {}
        for code in self.codes:
            for word in (code.code, code.title, *code.words):
                found.setdefault(word.lower(), code.code)
        if self.pad:
            found |= {c.code.lstrip("0"): c.code for c in self.codes if c.code.startswith("0") and c.code.strip("0")}
        return found

    def title_of(self, code: str) -> str:
        """The title of a code; empty for one that is not listed."""
        return next((c.title for c in self.codes if c.code == code), "")


@dataclass(frozen=True, slots=True)
class Standards:
    """All standards of the city by name, and the tables beside them."""

    standards: Mapping[str, Standard]
    atlas: Atlas
    calendar: Calendar
    departments: Mapping[str, Department]
    limits: Mapping[str, Rule]
    blanks: Blanks
    box: Box
    datums: Mapping[str, tuple[str, ...]]
    dimensions: Mapping[str, Dimension]
    grace_days: Mapping[str, int]
    places: tuple[Division, ...] = ()
    former_names: Mapping[str, tuple[FormerName, ...]] = field(default_factory=dict)

    def department_called(self, title: str, *, on: datetime.date) -> Department | None:
        """The department that bore a name on a day."""
        for department in self.departments.values():
            former = self.former_names.get(department.id, ())
            name = next((old.title for old in former if on <= old.until), department.title)
            if name == title and department.is_live(on):
                return department
        return None


def _read_all(folder: Folder) -> dict[str, Standard]:
    names = sorted(path.stem for path in folder.folder.glob("*.yaml"))
    return {name: _read_one(folder, name) for name in names if name not in TABLES}


def _read_one(folder: Folder, name: str) -> Standard:
    found = folder.open(name, tuple(dict.fromkeys(key for keys in KINDS.values() for key in keys)))
    kind = found.need("kind", entry.one_of(KINDS), next(iter(KINDS.values())))
    word = next(k for k, keys in KINDS.items() if keys == kind)
    for key in found.map:
        if key not in (*standard_tables.ALWAYS, *kind):
            found.fault(key, f"does not belong to kind {word}", f"allowed are {', '.join(kind)}")
    check = (
        found.need("check", entry.one_of(identifiers.FINDERS), None) and found.text("check")
        if word == "identifier"
        else ""
    )
    return Standard(
        name=name,
        title=found.text("label"),
        kind=word,
        source=found.text("source"),
        since=found.need("since", entry.read_day, standard_tables.LONG_AGO),
        proposed=found.need("proposed", Level.read, Level.L1),
        check=check or "",
        codes=_read_codes(folder, found) if word == "codes" else (),
        pad=found.read("pad", entry.read_whole, 0),
        deeper=found.read("deeper", entry.read_whole, 0),
        home=found.text("home"),
    )


def _read_codes(folder: Folder, found: entry.Entry) -> tuple[Code, ...]:
    node = found.map.get("codes")
    if not isinstance(node, placed.Map):
        found.fault("codes", "is missing or no mapping", "a mapping of codes to {label, words, under}")
        return ()
    inner = {code: entry.Entry(item, folder.faults, ("label", "words", "under")) for code, item in node.entries.items()}
    return tuple(Code(code, e.need_text("label"), e.texts("words"), e.text("under")) for code, e in inner.items())


def read_standards(folder: Path) -> Standards:
    """Reads all standards of a folder; raises pack.Wrong with every fault at once."""
    files = Folder(folder)
    standards: Mapping[str, Standard] = _read_all(files)
    departments, former = standard_tables.read_departments(files)
    box, datums = standard_tables.read_box(files)
    dimensions, grace = standard_tables.read_quality(files)
    read = Standards(
        standards=standards,
        atlas=Atlas(files.divisions("divisions.csv")),
        calendar=standard_tables.read_calendar(files),
        departments=departments,
        limits=standard_tables.read_limits(files),
        blanks=standard_tables.read_blanks(files),
        box=box,
        datums=datums,
        dimensions=dimensions,
        grace_days=grace,
        places=tuple(files.divisions("places.csv")),
        former_names=former,
    )
    if len(files.faults):
        raise Wrong(tuple(files.faults))
    return read
