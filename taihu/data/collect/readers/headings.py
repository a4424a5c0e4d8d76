"""Reads headings as people write them and finds the dataset's columns among them, by title, name or alias."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from taihu.terms import problem

BRACKETED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|〔([^〔〕]*)〕")
NOISE = re.compile(
    r"[\s_*:;,.、。·\-/\\|'\"“”‘’<>《》=\x00-\x1f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+"
)
AROUND = re.compile(r"[(\[【〔<《「『]([^【】〔〕《》「」『』]+)[)\]】〕>》」』]")
COUNTER = re.compile(r"^\d{1,3}[.、)]")
MONEY = re.compile(r"亿元|百万元|千元|万元|元|角|分")
POINT_X = {"经度", "lon", "lng", "longitude", "jd", "东经"}
POINT_Y = {"纬度", "lat", "latitude", "wd", "北纬"}
GEOMETRY = {"geometry", "geom", "wkt", "shape", "几何", "空间位置", "坐标"}
DATUM = {"坐标系", "坐标系统", "坐标基准", "空间参考", "datum", "crs", "coordsys", "coordinatesystem"}


@dataclass(frozen=True)
class Wanted:
    """A column that the dataset has: its name and the headings under which it is known."""

    name: str
    title: str
    kind: str
    aliases: tuple[str, ...] = ()
    standard: str = ""
    unit: str = ""
    is_required: bool = False
    codes: tuple[str, ...] = ()

    @classmethod
    def read(cls, found: Mapping[str, object]) -> Wanted:
        """Reads what the parent process sent."""
        kept = dict(found)
        kept["aliases"] = tuple(kept["aliases"])  # type: ignore[arg-type]
        kept["codes"] = tuple(kept["codes"])  # type: ignore[arg-type]
        return cls(**kept)  # type: ignore[arg-type]


@dataclass
class Mapped:
    """Which position holds which column, and what could not be placed."""

    positions: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    twice: dict[str, list[int]] = field(default_factory=dict)
    longitude: int | None = None
    latitude: int | None = None
    datum: int | None = None
    geometry: int | None = None

    @property
    def score(self) -> int:
        """How many columns were placed."""
        return len(self.positions) + (self.longitude is not None and self.latitude is not None)


class SameHeading(problem.Problem):
    """Two columns of a delivery claim to be the same column of the dataset."""

    code = "C-050"


def simplify(text: str) -> str:
    """A heading without what varies: width, case, blanks, marks, counters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return NOISE.sub("", COUNTER.sub("", plain.strip()))


def spell(text: str) -> tuple[str, ...]:
    """The simplified heading as it stands and without its brackets: `月救助金额(元)` is 月救助金额 too, 【姓名】 is 姓名."""
    plain = unicodedata.normalize("NFKC", text)
    around = AROUND.fullmatch(plain.strip())
    if around:
        return spell(around[1])
    return tuple(dict.fromkeys((simplify(plain), simplify(BRACKETED.sub("", plain)))))


def read_unit(text: str) -> str:
    """The unit of money that a heading states in brackets or after a stroke."""
    for groups in BRACKETED.findall(unicodedata.normalize("NFKC", text)):
        for inside in groups:
            found = MONEY.search(inside)
            if found:
                return found[0]
    return ""


def match(headings: Sequence[Sequence[str]], wanted: Sequence[Wanted]) -> Mapped:
    """Places columns: `headings` gives for each position all ways to read its heading, the best first.

    A title outranks the name, which outranks an alias; with one rank two positions are in conflict.
    """
    known = _index(wanted)
    claims: dict[str, list[tuple[int, int, str]]] = {}
    mapped = Mapped()
    for position, readings in enumerate(headings):
        spelled = [form for text in readings for form in spell(text)]
        found = next((known[form] for form in spelled if form in known), None)
        if found:
            unit = next(filter(None, map(read_unit, readings)), "")
            claims.setdefault(found[1], []).append((found[0], position, unit))
        else:
            _place_extras(mapped, position, spelled)
    for name, claimed in claims.items():
        _settle(mapped, name, sorted(claimed))
    point = next((column.name for column in wanted if column.kind == "point"), "")
    if point and point not in mapped.positions and mapped.geometry is not None:
        mapped.positions[point] = mapped.geometry
    return mapped


def _index(wanted: Iterable[Wanted]) -> dict[str, tuple[int, str]]:
    """Simplified heading → (rank, column name)."""
    known: dict[str, tuple[int, str]] = {}
    for column in wanted:
        ranked = ((0, column.title), (1, column.name), *((2, alias) for alias in column.aliases))
        for rank, text in ranked:
            for form in spell(text):
                if form and (form not in known or known[form][0] > rank):
                    known[form] = (rank, column.name)
    return known


def _place_extras(mapped: Mapped, position: int, spelled: Sequence[str]) -> None:
    """Longitude, latitude, geometry and the coordinate system, which stand for a point column."""
    if mapped.longitude is None and POINT_X.intersection(spelled):
        mapped.longitude = position
    elif mapped.latitude is None and POINT_Y.intersection(spelled):
        mapped.latitude = position
    elif mapped.datum is None and DATUM.intersection(spelled):
        mapped.datum = position
    elif mapped.geometry is None and GEOMETRY.intersection(spelled):
        mapped.geometry = position


def _settle(mapped: Mapped, name: str, claimed: Sequence[tuple[int, int, str]]) -> None:
    best = claimed[0]
    mapped.positions[name] = best[1]
    if best[2]:
        mapped.units[name] = best[2]
    rivals = [position for rank, position, _unit in claimed if rank == best[0]]
    if len(rivals) > 1:
        mapped.twice[name] = rivals


def suggest(heading: str, wanted: Iterable[Wanted]) -> str:
    """The nearest heading that the dataset knows, or nothing."""
    known = {form: text for column in wanted for text in (column.title, *column.aliases) for form in spell(text)}
    near = difflib.get_close_matches(simplify(heading), known, n=1, cutoff=0.3)
    return known[near[0]] if near else ""
