"""Residents of a block: who they truly are, before any department writes about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from city import facts
from city.world import names, numbers
from city.world.addresses import Addresses
from city.world.chance import Days, Flags, Floats, Ints, Texts, happens, indices
from city.world.households import SIBLING, TWIN, Members, form_households
from city.world.places import Places

YEAR = 365.25


@dataclass(frozen=True)
class Residents:
    """The truth about people; `subject` is their place in the whole city, `door` indexes the block's addresses."""

    subject: Ints
    household: Ints
    relation: Texts
    sex: Ints
    born: Days
    number: Texts
    name: Texts
    former_name: Texts
    ethnic: Texts
    village: Ints
    door: Ints
    room: Texts
    former_door: Ints
    phone: Texts
    registered: Days
    died: Days
    age: Floats
    head: Ints
    is_collective: Flags
    is_from_elsewhere: Flags
    is_in_police: Flags


@dataclass(frozen=True)
class Draft:
    """Members with birthdays, before they have a home."""

    members: Members
    born: Days
    age: Floats


Home = tuple[Addresses, Ints, Texts]  # doors, and the door and the flat of each household


class Prefixes:
    """Which first six digits people were given, by home and year of birth."""

    def __init__(self, places: Places) -> None:
        known = facts.read("prefixes")
        self._elsewhere = known["elsewhere"]
        self._local = [known["local"][code] for code in places.district_codes]
        rows: list[Mapping[str, Any]] = [*self._elsewhere, *(row for rows in self._local for row in rows)]
        self.codes = sorted({code for row in rows for code in row["weights"]})
        self._index = {code: number for number, code in enumerate(self.codes)}

    def draw(self, rng: np.random.Generator, district: Ints, is_from_elsewhere: Flags, year: Ints) -> Ints:
        """Indices into `codes`."""
        drawn = np.zeros(len(year), dtype=np.int64)
        groups = [(is_from_elsewhere, self._elsewhere)]
        groups += [(~is_from_elsewhere & (district == number), rows) for number, rows in enumerate(self._local)]
        for here, rows in groups:
            since = 0
            for row in rows:
                mine = np.flatnonzero(here & (year >= since) & (year <= row["until"]))
                codes = np.array([self._index[code] for code in row["weights"]])
                drawn[mine] = codes[indices(rng, list(row["weights"].values()), len(mine))]
                since = row["until"] + 1
        return drawn


Numbered = tuple[Prefixes, numbers.Registry]


def draft_members(rng: np.random.Generator, people: int, first_household: int, today: np.datetime64) -> Draft:
    """Draws people with birthdays. Ages hold on the first day of the year, so that a city keeps its people all year."""
    members = form_households(rng, people, first_household)
    anchor = today.astype("datetime64[Y]").astype("datetime64[D]")
    elapsed = int((today - anchor).astype(np.int64))
    born = anchor - members.age_days.astype("timedelta64[D]")
    infants = members.age_days < 730  # stretched over the year so far, else nobody would be born in it
    stretched = (members.age_days * (730 + elapsed) // 730).astype("timedelta64[D]")
    born = np.where(infants, today - stretched, born)
    return Draft(members, born, (today - born).astype(np.int64) / YEAR)


def draw_died(rng: np.random.Generator, age: Floats, today: np.datetime64) -> Days:
    """Days of death within the last year, by age."""
    rates = facts.read("households")["events"]["died_last_year"]
    steps = sorted(rates)
    rate = np.array([rates[step] for step in steps])[np.searchsorted(steps, age, side="right") - 1]
    died = today - rng.integers(1, 365, len(age)).astype("timedelta64[D]")
    lives = (rng.random(len(age)) >= rate) | (age < 1)
    died[lives] = np.datetime64("NaT")
    return died


def draw_phones(rng: np.random.Generator, draft: Draft) -> Texts:
    """Mobile numbers; children have their head's, some of the old have none."""
    phone = numbers.mobiles(rng, facts.read("prefixes")["mobile"], len(draft.age))
    child = draft.age < 13
    phone[child] = phone[draft.members.head][child]
    phone[(draft.age > 75) & happens(rng, 0.3, len(draft.age))] = ""
    return phone


def draw_registered(rng: np.random.Generator, draft: Draft, today: np.datetime64) -> Days:
    """Days of registration, none before the birthday: soon after birth, or when the household moved here."""
    n = len(draft.age)
    soon = draft.born + rng.integers(1, 45, n).astype("timedelta64[D]")
    lived = np.maximum((today - draft.born).astype(np.int64), 1)
    later = draft.born + (rng.random(n) * lived).astype(np.int64).astype("timedelta64[D]")
    moved = draft.members.is_from_elsewhere | happens(rng, 0.35, n)
    registered: Days = np.minimum(np.where(moved, later, soon), today)
    return registered


def draw_former_doors(rng: np.random.Generator, members: Members, door: Ints, addresses: Addresses) -> Ints:
    """The door at which a household lived before; -1 where it never moved."""
    share = facts.read("households")["events"]["moved"]
    n = len(door)
    moved = happens(rng, share, n)[members.head]
    elsewhere = rng.integers(0, len(addresses.code), n)[members.head]
    return np.where(moved & (elsewhere != door), elsewhere, -1)


def draw_numbers(
    rng: np.random.Generator,
    draft: Draft,
    district: Ints,
    prefixes: Prefixes,
    registry: numbers.Registry,
    today: np.datetime64,
) -> Texts:
    """Resident numbers; some of the youngest have none yet."""
    events = facts.read("households")["events"]
    year = draft.born.astype("datetime64[Y]").astype(np.int64) + 1970
    prefix = prefixes.draw(rng, district, draft.members.is_from_elsewhere, year)
    follows = np.flatnonzero(np.isin(draft.members.role, (TWIN, SIBLING)))  # registered where the one before was
    prefix[follows] = prefix[follows - 1]
    number = registry.give(prefix, draft.born, draft.members.sex)
    newborn = (today - draft.born).astype(np.int64) < events["newborn_days"]
    number[newborn & happens(rng, events["newborn_without"], len(number))] = ""
    return number


def _find_homes(members: Members, home: Home) -> tuple[Ints, Texts]:
    """The door and the flat of each member."""
    _, doors, rooms = home
    local = members.household - members.household[0]
    door, room = doors[local], rooms[local]
    room[members.is_collective] = "集体宿舍"
    return door, room


def settle_residents(
    rng: np.random.Generator,
    draft: Draft,
    home: Home,
    places: Places,
    first: int,
    numbered: Numbered,
    today: np.datetime64,
) -> Residents:
    """Gives drafted people names, numbers, telephones and a history in the homes laid out for them."""
    members = draft.members
    door, room = _find_homes(members, home)
    village = home[0].village[door]
    ethnic = names.draw_ethnic(rng, members)
    name, former = names.draw_names(rng, members, draft.born.astype("datetime64[Y]").astype(np.int64) + 1970, ethnic)
    number = draw_numbers(rng, draft, places.town_district()[places.village_town[village]], *numbered, today)
    return Residents(
        subject=first + np.arange(len(number), dtype=np.int64),
        household=members.household,
        relation=members.relation,
        sex=members.sex,
        born=draft.born,
        number=number,
        name=name,
        former_name=former,
        ethnic=ethnic,
        village=village,
        door=door,
        room=room,
        former_door=draw_former_doors(rng, members, door, home[0]),
        phone=draw_phones(rng, draft),
        registered=draw_registered(rng, draft, today),
        died=draw_died(rng, draft.age, today),
        age=draft.age,
        head=members.head,
        is_collective=members.is_collective,
        is_from_elsewhere=members.is_from_elsewhere,
        is_in_police=happens(rng, facts.read("households")["events"]["in_police"], len(number)) & (number != ""),
    )
