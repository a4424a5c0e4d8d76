"""The whole city from one seed, handed out in blocks so that it never has to fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from city.world import addresses, bodies, firms, places, residents
from city.world.chance import Floats, Ints, Texts, apportion, rank_within, stream
from city.world.numbers import Registry

BLOCK = 25_000  # residents
CANDIDATES = 40  # residents of each town who may become river chiefs


@dataclass(frozen=True)
class Size:
    """How large a city is."""

    residents: int = 100_000
    firms: int = 20_000


@dataclass(frozen=True)
class Block:
    """Neighbouring villages with all that is in them."""

    number: int
    residents: residents.Residents
    addresses: addresses.Addresses
    firms: firms.Firms
    bodies: bodies.Bodies


@dataclass(frozen=True)
class Candidate:
    """A resident who may serve as a river chief."""

    subject: int
    number: str
    name: str
    phone: str


class City:
    """A city: its places at once, its blocks one after another, each time the same."""

    def __init__(self, seed: int, size: Size, today: np.datetime64) -> None:
        self.seed = seed
        self.size = size
        self.today = today.astype("datetime64[D]")
        self.places = places.read_places(seed)
        self._streets = addresses.name_streets(seed, self.places)
        self._village_people = apportion(self.places.village_people, size.residents)

    def blocks(self) -> Iterator[Block]:
        """All blocks in the order of the divisions."""
        prefixes = residents.Prefixes(self.places)
        numbered = (prefixes, Registry(prefixes.codes))
        cuts = self._cut()
        weights = self._firm_weights(cuts)
        firm_counts = apportion(weights, self.size.firms)
        other_counts = apportion(weights, bodies.count_others(self.size.firms))
        first_resident = first_firm = first_household = 1
        first_other = self.size.firms + 1
        for number, (begin, end) in enumerate(cuts):
            rng = stream(self.seed, "block", number)
            people = int(self._village_people[begin:end].sum())
            draft = residents.draft_members(rng, people, first_household, self.today)
            home = self._home(draft.members.household - first_household, begin, end)
            folk = residents.settle_residents(rng, draft, home, self.places, first_resident, numbered, self.today)
            count = int(firm_counts[number])
            founded = firms.found_firms(
                stream(self.seed, "firms", number), folk, home[0], self.places, first_firm, count, self.today
            )
            others = int(other_counts[number])
            beside = bodies.found_bodies(
                stream(self.seed, "bodies", number),
                folk,
                home[0],
                self.places,
                founded,
                first_other,
                others,
                self.today,
            )
            yield Block(number, folk, home[0], founded, beside)
            first_resident += people
            first_firm += count
            first_other += others
            first_household = int(draft.members.household.max()) + 1

    def _home(self, household: Ints, begin: int, end: int) -> tuple[addresses.Addresses, Ints, Texts]:
        """Spreads the block's households over its villages by their sizes and lays out doors for them."""
        starts = np.flatnonzero(np.r_[True, household[1:] != household[:-1]])
        edges = np.cumsum(self._village_people[begin:end])
        village = begin + np.searchsorted(edges, starts, side="right")
        return addresses.lay_out(self.seed, self.places, self._streets, np.minimum(village, end - 1).astype(np.int64))

    def _cut(self) -> list[tuple[int, int]]:
        """Ranges of villages of about BLOCK residents each, none empty."""
        cuts: list[tuple[int, int]] = []
        begin = people = 0
        for village, count in enumerate(self._village_people.tolist()):
            people += count
            if people >= BLOCK:
                cuts.append((begin, village + 1))
                begin, people = village + 1, 0
        if people and cuts and people < BLOCK // 2:
            cuts[-1] = (cuts[-1][0], len(self._village_people))
        elif people:
            cuts.append((begin, len(self._village_people)))
        return cuts

    def _firm_weights(self, cuts: list[tuple[int, int]]) -> Floats:
        """Firms follow people; 织里 has more of them."""
        busy = np.array([1.7 if town.code == "330502100" else 1.0 for town in self.places.towns])
        weight = self._village_people * busy[self.places.village_town]
        return np.array([weight[begin:end].sum() for begin, end in cuts], dtype=np.float64)


class Chiefs:
    """Keeps a few able residents of every town, out of whom the river chiefs are appointed."""

    def __init__(self, city: City) -> None:
        self._village_town = city.places.village_town
        self.of_town: dict[int, list[Candidate]] = {number: [] for number in range(len(city.places.towns))}

    def look_at(self, block: Block) -> None:
        """Takes the first suitable residents of each town in the block."""
        folk = block.residents
        able = np.flatnonzero(
            (folk.age > 32) & (folk.age < 60) & (folk.number != "") & np.isnat(folk.died) & (folk.phone != "")
        )
        town = self._village_town[folk.village[able]]
        for index in able[rank_within(town) < CANDIDATES].tolist():
            kept = self.of_town[int(self._village_town[folk.village[index]])]
            if len(kept) < CANDIDATES:
                kept.append(
                    Candidate(int(folk.subject[index]), folk.number[index], folk.name[index], folk.phone[index])
                )

    def near(self, town: int) -> list[Candidate]:
        """The candidates of a town; where it has none (in a very small city), those of the next town that has."""
        n = len(self.of_town)
        return next((self.of_town[(town + step) % n] for step in range(n) if self.of_town[(town + step) % n]), [])
