"""Rivers in reaches with their chiefs, the patrols that were really walked, and what the water was really like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from city import facts
from city.world.chance import (
    Days,
    Flags,
    Floats,
    Ints,
    Texts,
    happens,
    indices,
    padded,
    rank_within,
    repeat,
    stream,
    texts,
)
from city.world.city import Candidate, Chiefs, City

PEOPLE = 3_367_579  # of the real city, for which the numbers of rivers hold
RANKS = ("市级", "县级", "乡级", "村级")
DAYS_ALLOWED = (90, 30, 10, 7)  # huzhou.yaml, water.patrol_rule
OF_LEVEL = {"provincial": 0, "city": 0, "county": 1}
WINDOW = 60  # days of patrols and readings
HOURS = 4  # between readings


@dataclass(frozen=True)
class Reaches:
    """The register of reaches; `chief` indexes `people`."""

    code: Texts
    name: Texts
    river: Texts
    town: Ints
    metres: Ints
    rank: Ints
    chief: Ints
    lon: Floats
    lat: Floats
    people: tuple[Candidate, ...]
    is_overdue: Flags


@dataclass(frozen=True)
class Patrols:
    """Patrols in the order of their days; `walker` indexes the people of the reaches."""

    reach: Ints
    day: Days
    walker: Ints
    minutes: Ints
    metres: Ints
    found: Texts
    is_sham: Flags
    is_deputy: Flags


@dataclass(frozen=True)
class Readings:
    """Readings of all stations, station by station."""

    station: Texts
    reach: Ints
    at: Days
    oxygen: Floats
    permanganate: Floats
    ammonia: Floats
    phosphorus: Floats
    level_mm: Ints


FOUND = {
    "": 0.86,
    "河面有漂浮物": 0.05,
    "岸边堆放垃圾": 0.03,
    "护岸破损": 0.015,
    "水体颜色异常": 0.015,
    "疑似违章搭建": 0.01,
    "排口有异常出水": 0.01,
    "公示牌缺损": 0.01,
}


Course = tuple[str, list[int], list[int]]  # name, towns of the reaches, ranks of the reaches


def _courses(rng: np.random.Generator, city: City) -> list[Course]:
    """Courses as (name, towns of the reaches, ranks of the reaches): the known rivers first, then invented ones."""
    places, water = city.places, facts.read("huzhou")["water"]
    by_district = [
        [number for number, town in enumerate(places.towns) if town.district == d]
        for d in range(len(places.district_codes))
    ]
    district_of = {code: number for number, code in enumerate(places.district_codes.tolist())}
    courses: list[Course] = []
    for river in water["named"]:
        reaches = int(np.clip(river["length_km"] / 8, 1, 12))
        pool = [town for code in river["districts"] for town in by_district[district_of[code]]]
        towns = sorted(rng.choice(pool, min(reaches, len(pool)), replace=False).tolist())
        first = OF_LEVEL[river["chief_level"]]
        courses.append((river["name"], towns, [first, *rng.integers(max(first, 1), 4, len(towns) - 1).tolist()]))
    for number, district in enumerate(facts.read("huzhou")["districts"]):
        wanted = round(district["river_courses"] * city.size.residents / PEOPLE)
        for name in _invented_names(
            rng, wanted, "hill" in district["terrain"] or "mountain" in district["terrain"], water["name_grammar"]
        ):
            town = int(rng.choice(by_district[number]))
            ranks = indices(rng, [0.0, 0.02, 0.26, 0.72], 1 + int(rng.random() < 0.25))
            courses.append((name, [town] * len(ranks), ranks.tolist()))
    return courses


def _invented_names(rng: np.random.Generator, n: int, is_hilly: bool, grammar: Any) -> list[str]:
    """Names of small waters by the grammar of the region."""
    suffixes = [*grammar["suffix_plain"], *grammar["suffix_hill"] * (3 if is_hilly else 0)]
    stems = grammar["stem"]
    first, second = rng.integers(0, len(stems), n), rng.integers(0, len(stems), n)
    ends, doubles = rng.integers(0, len(suffixes), n), rng.random(n) < 0.35
    return [
        stems[a] + (stems[b] if d and a != b else "") + suffixes[e]
        for a, b, e, d in zip(first, second, ends, doubles, strict=True)
    ]


def _reach_names(city: City, courses: list[Course]) -> Texts:
    """A course of one reach gives it its name; else the town is added, or the part where all lie in one town."""
    names = []
    for river, towns, _ in courses:
        for part, town in enumerate(towns):
            title = city.places.towns[town].title.removesuffix("街道").removesuffix("镇").removesuffix("乡")
            place = title if len(set(towns)) == len(towns) else f"{'上中下'[min(part, 2)]}"
            names.append(river if len(towns) == 1 else f"{river}{place}段")
    return texts(names)


def _appoint(rng: np.random.Generator, chiefs: Chiefs, town: Ints) -> tuple[Candidate, ...]:
    """A chief for each reach, out of the residents of its town."""
    pools = [chiefs.near(each) for each in town.tolist()]
    return tuple(
        pool[drawn % len(pool)]
        for pool, drawn in zip(pools, rng.integers(0, 1 << 30, len(pools)).tolist(), strict=True)
    )


def _near_villages(rng: np.random.Generator, city: City, town: Ints) -> Ints:
    """A village of each town."""
    villages = [np.flatnonzero(city.places.village_town == number) for number in range(len(city.places.towns))]
    drawn = rng.integers(0, 1 << 30, len(town)).tolist()
    return np.array(
        [villages[t][d % len(villages[t])] for t, d in zip(town.tolist(), drawn, strict=True)], dtype=np.int64
    )


def map_reaches(city: City, chiefs: Chiefs) -> Reaches:
    """Draws the rivers and appoints residents as chiefs."""
    rng, places = stream(city.seed, "rivers"), city.places
    courses = _courses(rng, city)
    town = np.array([each for _, towns, _ in courses for each in towns], dtype=np.int64)
    rank = np.array([each for _, _, ranks in courses for each in ranks], dtype=np.int64)
    n = len(town)
    village = _near_villages(rng, city, town)
    serial = padded(rank_within(town) + 1, 3)
    return Reaches(
        code=repeat("HD", n) + places.town_codes()[town] + serial,
        name=_reach_names(city, courses),
        river=texts([name for name, towns, _ in courses for _ in towns]),
        town=town,
        metres=np.round(rng.gamma(2.2, np.array([2600, 1900, 1100, 700])[rank]) + 200, -1).astype(np.int64),
        rank=rank,
        chief=np.arange(n, dtype=np.int64),
        lon=(places.village_lon[village] + rng.normal(0, 0.002, n)).round(6),
        lat=(places.village_lat[village] + rng.normal(0, 0.002, n)).round(6),
        people=_appoint(rng, chiefs, town),
        is_overdue=happens(rng, facts.read("dirt")["customs"]["overdue"], n),
    )


def walk(city: City, reaches: Reaches) -> Patrols:
    """Walks the patrols of the window; an overdue reach has had none for longer than its rank allows."""
    rng, customs = stream(city.seed, "patrols", str(city.today)), facts.read("dirt")["customs"]
    allowed = np.array(DAYS_ALLOWED)[reaches.rank]
    reach_rows, back_rows = [], []
    for number, (days, overdue) in enumerate(zip(allowed.tolist(), reaches.is_overdue.tolist(), strict=True)):
        last = days + int(rng.integers(1, 22)) if overdue else int(rng.integers(1, days + 1))
        backs = last + np.r_[0, np.cumsum(np.maximum(1, np.round(days * (0.6 + 0.4 * rng.random(64)))))]
        backs = backs[backs <= max(WINDOW, days + 22)]
        reach_rows.append(np.full(len(backs), number))
        back_rows.append(backs)
    reach, back = np.concatenate(reach_rows).astype(np.int64), np.concatenate(back_rows).astype(np.int64)
    order = np.lexsort((reach, -back))
    reach, back = reach[order], back[order]
    n = len(reach)
    sham, deputy = happens(rng, customs["sham"], n), happens(rng, customs["deputy"], n)
    metres = np.maximum(50, reaches.metres[reach] * (0.5 + 0.6 * rng.random(n))).astype(np.int64)
    minutes = np.maximum(5, metres / (45 + 25 * rng.random(n)) + rng.gamma(2, 4, n)).astype(np.int64)
    walker = np.where(deputy, rng.integers(0, len(reaches.people), n), reaches.chief[reach])
    return Patrols(
        reach=reach,
        day=city.today - back.astype("timedelta64[D]"),
        walker=walker.astype(np.int64),
        minutes=np.where(sham, rng.integers(1, 3, n), np.minimum(minutes, 480)),
        metres=metres,
        found=texts(list(FOUND))[indices(rng, list(FOUND.values()), n)],
        is_sham=sham,
        is_deputy=deputy & (walker != reaches.chief[reach]),
    )


def place_stations(city: City, reaches: Reaches) -> tuple[list[str], Ints]:
    """Stations on the larger waters: the named ones, then further sections; their codes and reaches."""
    rng = stream(city.seed, "stations")
    n = min(77, 10 + city.size.residents // 10_000, len(reaches.code))
    largest = np.lexsort((rng.random(len(reaches.code)), reaches.rank))[:n]
    named = [f"DM330500{number:02d}" for number in range(1, 11)]
    codes = [
        named[k] if k < len(named) else f"DM{city.places.towns[int(reaches.town[reach])].code[:6]}{k + 1:02d}"
        for k, reach in enumerate(largest.tolist())
    ]
    return codes, largest.astype(np.int64)


def measure(city: City, reaches: Reaches) -> Readings:
    """Readings every few hours: daily rhythm of oxygen, slow drift, rain, a few spills, outages without readings."""
    codes, reach = place_stations(city, reaches)
    rng = stream(city.seed, "readings", str(city.today))
    n, steps = len(codes), WINDOW * 24 // HOURS
    start = city.today.astype("datetime64[h]") - np.timedelta64(WINDOW * 24, "h")
    at = start + (np.arange(steps) * HOURS).astype("timedelta64[h]")
    hour = np.arange(steps) * HOURS % 24
    rain = np.convolve(rng.gamma(0.15, 8, steps), np.exp(-np.arange(18) / 6), mode="full")[:steps]
    drift = np.cumsum(rng.normal(0, 0.05, (n, steps)), axis=1)
    base = rng.gamma(6, 0.08, (n, 1))
    spill = _spills(rng, n, steps)
    oxygen = (
        8.2
        - 1.2 * base
        + 1.1 * np.sin((hour - 8) / 24 * 2 * np.pi)
        + 0.3 * drift
        - 1.5 * spill
        + rng.normal(0, 0.15, (n, steps))
    )
    ammonia = np.maximum(0.01, 0.25 * base + 0.04 * drift + 0.01 * rain + 1.6 * spill + rng.normal(0, 0.02, (n, steps)))
    phosphorus = np.maximum(0.005, 0.12 * base + 0.004 * rain + 0.18 * spill + rng.normal(0, 0.006, (n, steps)))
    permanganate = np.maximum(
        0.4, 3.1 * base + 1.2 + 0.05 * rain + 3 * spill + 0.2 * drift + rng.normal(0, 0.15, (n, steps))
    )
    level = 1400 + rng.integers(0, 1600, (n, 1)) + 25 * rain + 20 * drift + rng.normal(0, 6, (n, steps))
    works = ~_outages(rng, n, steps)
    row, step = np.nonzero(works)
    return Readings(
        station=texts(codes)[row],
        reach=reach[row],
        at=at[step],
        oxygen=np.maximum(0.2, oxygen[works]),
        permanganate=permanganate[works],
        ammonia=ammonia[works],
        phosphorus=phosphorus[works],
        level_mm=level[works].astype(np.int64),
    )


def _spills(rng: np.random.Generator, n: int, steps: int) -> Floats:
    """Pollution that comes within hours and fades over two days, at every sixth station once."""
    spill = np.zeros((n, steps))
    for station in np.flatnonzero(rng.random(n) < 1 / 6).tolist():
        begin = int(rng.integers(steps // 3, steps - 6))
        spill[station, begin:] += rng.uniform(0.5, 1.5) * np.exp(-np.arange(steps - begin) / 5)
    return spill


def _outages(rng: np.random.Generator, n: int, steps: int) -> Flags:
    """Hours to days in which a station is silent."""
    silent = np.zeros((n, steps), dtype=bool)
    for station in np.flatnonzero(rng.random(n) < 0.25).tolist():
        begin = int(rng.integers(0, steps - 2))
        silent[station, begin : begin + int(rng.integers(1, 14))] = True
    return silent
