"""Standard addresses: doors in streets, estates and hamlets, with codes and points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from city import facts
from city.world.chance import Floats, Ints, Texts, padded, rank_within, repeat, stream, texts
from city.world.places import Places

STREETS = 4  # streets or hamlets of a village
FLATS = 12  # flats behind one urban door


@dataclass(frozen=True)
class Addresses:
    """The doors of a block; `road` is the street or hamlet, `number` the plate."""

    code: Texts
    village: Ints
    road: Texts
    number: Texts
    text: Texts
    lon: Floats
    lat: Floats


def name_streets(seed: int, places: Places) -> tuple[Texts, Texts]:
    """Streets and hamlets of every village, as one array of STREETS a village; second, the estates beside them.

    No two villages of a town share a street, else two doors would share an address.
    """
    known = facts.read("streets")
    n = len(places.village_codes)
    rng = stream(seed, "streets")
    hamlets = texts([stem + kind for stem in known["hamlets"] for kind in known["hamlet_kinds"]])
    streets = texts([stem + kind for kind in known["kinds"] for stem in known["stems"]])
    urban, rural = np.full((n, STREETS), "", dtype=object), np.full((n, STREETS), "", dtype=object)
    for town in range(len(places.towns)):
        mine = np.flatnonzero((places.village_town == town) & places.village_is_urban)
        drawn = _mostly_first(rng, len(streets), len(mine) * STREETS)
        urban[mine] = streets[drawn].reshape(len(mine), STREETS)
    for village in range(n):
        rural[village] = hamlets[rng.choice(len(hamlets), STREETS, replace=False)]
    estates = texts(known["estates"])[rng.integers(0, len(known["estates"]), (n, STREETS))]
    return np.where(places.village_is_urban[:, None], urban, rural), estates


def _mostly_first(rng: np.random.Generator, choices: int, n: int) -> Ints:
    """Draws n of so many choices without repeating any; the first are drawn more often."""
    keys = rng.random(choices) * (1 + np.arange(choices) / choices)
    return np.argsort(keys, kind="stable")[:n].astype(np.int64)


def lay_out(seed: int, places: Places, streets: tuple[Texts, Texts], village: Ints) -> tuple[Addresses, Ints, Texts]:
    """Doors for households by village: the doors, the index of each household's door, and its flat."""
    rank = rank_within(village)
    urban = places.village_is_urban[village]
    door_rank = np.where(urban, rank // FLATS, rank)
    key = village * 1_000_000 + door_rank
    doors, door = np.unique(key, return_inverse=True)
    of_village, number = doors // 1_000_000, doors % 1_000_000
    street = number % STREETS
    plate = number // STREETS
    plate = np.where(places.village_is_urban[of_village], plate * 2 + 1 + street % 2, plate + 1)
    addresses = _describe(seed, places, streets, of_village, street, plate, number)
    flat = rank % FLATS
    rooms = texts(
        [f"{1 + f // 6}单元{1 + f % 6}0{1 + r % 2}室" for f, r in zip(flat.tolist(), rank.tolist(), strict=True)]
    )
    estates = streets[1][village, street[door]]
    room = np.where(urban, estates + (plate[door] % 28 + 1).astype("U6").astype(object) + "幢" + rooms, "")
    return addresses, door.astype(np.int64), room


def _describe(
    seed: int, places: Places, streets: tuple[Texts, Texts], village: Ints, street: Ints, plate: Ints, number: Ints
) -> Addresses:
    """Codes, texts and points of doors."""
    town = places.village_town[village]
    road = streets[0][village, street]
    plates: Texts = plate.astype("U6").astype(object) + repeat("号", len(plate))
    urban = places.village_is_urban[village]
    inside = np.where(urban, repeat("", len(road)), places.village_titles[village])
    text = (
        repeat("浙江省湖州市", len(road))
        + places.district_titles[places.town_district()[town]]
        + places.town_titles()[town]
        + inside
        + road
        + plates
    )
    rng = stream(seed, "doors", int(village[0]) if len(village) else 0)
    bend = stream(seed, "bends").random((len(places.village_codes), STREETS, 2)) * 2 - 1
    reach = np.where(urban, 0.0035, 0.006)
    along = (plate % 97) * np.where(urban, 0.00012, 0.00009)
    turn = bend[village, street, 0] * np.pi
    lon = (
        places.village_lon[village]
        + bend[village, street, 0] * reach
        + along * np.cos(turn)
        + rng.normal(0, 0.00004, len(road))
    )
    lat = (
        places.village_lat[village]
        + bend[village, street, 1] * reach
        + along * np.sin(turn)
        + rng.normal(0, 0.00004, len(road))
    )
    return Addresses(
        places.village_codes[village] + padded(number + 1, 5), village, road, plates, text, lon.round(6), lat.round(6)
    )
