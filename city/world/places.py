"""Districts, towns and villages with their people and points."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from city import facts
from city.world.chance import Flags, Floats, Ints, Texts, stream, texts

RADIUS = {"街道": 0.012, "镇": 0.035, "乡": 0.028}  # degrees within which a town's villages lie
TAIL = re.compile(r"(村村委会|村居委会|村委会|村社区居委会|社区居委会|居委会|居民委员会)$")


@dataclass(frozen=True)
class Town:
    """A town or street office."""

    code: str
    title: str
    kind: str
    district: int
    lon: float
    lat: float
    people: int
    zone: str


@dataclass(frozen=True)
class Places:
    """All places; villages are arrays, each village with the index of its town."""

    district_codes: Texts
    district_titles: Texts
    towns: tuple[Town, ...]
    village_codes: Texts
    village_titles: Texts
    village_town: Ints
    village_is_urban: Flags
    village_lon: Floats
    village_lat: Floats
    village_people: Floats

    def town_codes(self) -> Texts:
        """The nine-digit codes of the towns."""
        return texts([town.code for town in self.towns])

    def town_titles(self) -> Texts:
        """The names of the towns."""
        return texts([town.title for town in self.towns])

    def town_district(self) -> Ints:
        """The index of each town's district."""
        return np.array([town.district for town in self.towns], dtype=np.int64)


def read_towns() -> tuple[Town, ...]:
    """The towns of all districts, in the order of their codes."""
    return tuple(
        Town(t["code"], t["name"], t["type"], number, t["lon"], t["lat"], t["pop_est"], t.get("zone", ""))
        for number, district in enumerate(facts.read("huzhou")["districts"])
        for t in district["towns"]
    )


def village_title(name: str) -> str:
    """The name as people write it in an address: 山川村委会 is 山川村, 月河社区居委会 is 月河社区."""
    stem = TAIL.sub("", name)
    if stem == name:
        return name
    is_village = "村" in name[len(stem) :]
    return stem + ("村" if is_village and not stem.endswith("村") else "" if stem.endswith(("社区", "村")) else "社区")


def read_villages() -> list[dict[str, str]]:
    """The village rows of the national list."""
    path = facts.FOLDER / "huzhou_divisions_2023.csv"
    with path.open(encoding="utf-8", newline="") as stream_:
        return [row for row in csv.DictReader(stream_) if row["level"] == "village"]


def read_outlines() -> dict[str, Floats]:
    """The outer ring of each district."""
    path = facts.FOLDER / "huzhou_admin_cgcs2000.geojson"
    features: list[Any] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {f["properties"]["code"]: np.array(f["geometry"]["coordinates"][0][0], dtype=np.float64) for f in features}


def is_inside(lon: Floats, lat: Floats, ring: Floats) -> Flags:
    """True for points inside a ring (even-odd rule)."""
    x, y = ring[:-1, 0], ring[:-1, 1]
    next_x, next_y = ring[1:, 0], ring[1:, 1]
    crosses = (y > lat[:, None]) != (next_y > lat[:, None])
    steep = np.where(next_y == y, 1.0, next_y - y)
    at = (next_x - x) * (lat[:, None] - y) / steep + x
    inside: Flags = (crosses & (lon[:, None] < at)).sum(axis=1) % 2 == 1
    return inside


def settle(rng: np.random.Generator, town: Town, n: int, ring: Floats) -> tuple[Floats, Floats]:
    """Points for n villages of a town, all inside its district."""
    wanted = 40 * n + 200
    spread = RADIUS[town.kind] * np.sqrt(rng.random(wanted))
    angle = rng.random(wanted) * 2 * np.pi
    lon, lat = town.lon + spread * np.cos(angle), town.lat + spread * np.sin(angle) * 0.86
    inside = np.flatnonzero(is_inside(lon, lat, ring))
    if (
        len(inside) < n
    ):  # the centre is only approximate and may lie over the border: draw towards the district's middle
        middle = ring.mean(axis=0)
        lon, lat = lon * 0.6 + middle[0] * 0.4, lat * 0.6 + middle[1] * 0.4
        inside = np.flatnonzero(is_inside(lon, lat, ring))
    chosen = inside[:n]
    return lon[chosen], lat[chosen]


def read_places(seed: int) -> Places:
    """Reads the real divisions and gives villages invented points and sizes."""
    districts = facts.read("huzhou")["districts"]
    towns, rows, outlines = read_towns(), read_villages(), read_outlines()
    town_of = {town.code: number for number, town in enumerate(towns)}
    rows = [row for row in rows if row["parent"] in town_of]
    owner = np.array([town_of[row["parent"]] for row in rows], dtype=np.int64)
    titles = [village_title(row["name"]) for row in rows]
    urban = np.array(["村" not in title for title in titles])
    lon, lat, people = (np.zeros(len(rows)) for _ in range(3))
    for number, town in enumerate(towns):
        rng = stream(seed, "places", town.code)
        mine = np.flatnonzero(owner == number)
        lon[mine], lat[mine] = settle(rng, town, len(mine), outlines[districts[town.district]["code"]])
        weight = np.where(urban[mine], 2.2, 1.0) * rng.lognormal(0, 0.35, len(mine))
        people[mine] = weight / weight.sum() * town.people
    return Places(
        district_codes=texts([d["code"] for d in districts]),
        district_titles=texts([d["name"] for d in districts]),
        towns=towns,
        village_codes=texts([row["code"] for row in rows]),
        village_titles=texts(titles),
        village_town=owner,
        village_is_urban=urban,
        village_lon=lon,
        village_lat=lat,
        village_people=people,
    )
