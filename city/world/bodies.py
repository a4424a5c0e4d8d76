"""All organisations of a block: the firms, and beside them social organisations and public institutions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from city import facts
from city.world import numbers
from city.world.addresses import Addresses
from city.world.chance import Days, Flags, Ints, Texts, happens, indices, ranked, repeat, texts
from city.world.firms import Firms, choose_doors, choose_leaders, draw_established, draw_firm_phones, draw_rooms
from city.world.places import Places
from city.world.residents import Residents

REGISTERED = ("社会团体", "民办非企业单位", "基金会")
PUBLIC = "事业单位"


@dataclass(frozen=True)
class Bodies:
    """The truth about organisations; `leader` and `door` index the block's residents and addresses."""

    subject: Ints
    code: Texts
    name: Texts
    former_name: Texts
    kind: Texts
    field: Texts
    established: Days
    is_closed: Flags
    village: Ints
    door: Ints
    room: Texts
    leader: Ints
    phone: Texts

    def take(self, rows: Ints) -> Bodies:
        """Some of them, in this order."""
        return Bodies(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})

    def is_of(self, kinds: tuple[str, ...]) -> Flags:
        """True for bodies of these kinds."""
        return np.isin(self.kind, texts(list(kinds)))


def count_others(firms: int) -> int:
    """How many bodies there are beside so many firms."""
    share = facts.read("bodies")["share"]
    return round(firms * float(share["social"] + share["public"]))


def found_bodies(
    rng: np.random.Generator,
    residents: Residents,
    addresses: Addresses,
    places: Places,
    firms: Firms,
    first: int,
    n: int,
    today: np.datetime64,
) -> Bodies:
    """The block's firms and n further bodies, which are counted from `first`; some of all took another name."""
    kind = _draw_kinds(rng, n)
    leader = choose_leaders(rng, residents, n)
    door = choose_doors(rng, residents.door[leader], len(addresses.code))
    village = addresses.village[door]
    town = places.village_town[village]
    district = places.town_district()[town]
    field, name = _name(rng, kind, places.district_titles[district], places.town_titles()[town])
    established = draw_established(rng, residents.born[leader] + np.timedelta64(18 * 366, "D"), today)
    joined = {
        "subject": np.r_[firms.subject, first + np.arange(n, dtype=np.int64)],
        "code": np.r_[firms.code, _codes(kind, places.district_codes[district], first, established)],
        "name": np.r_[firms.name, name],
        "kind": np.r_[firms.kind, kind],
        "field": np.r_[firms.industry, field],
        "established": np.r_[firms.established, established],
        "is_closed": np.r_[np.isin(firms.status, texts(["注销", "吊销", "迁出"])), happens(rng, 0.04, n)],
        "village": np.r_[firms.village, village],
        "door": np.r_[firms.door, door],
        "room": np.r_[firms.room, draw_rooms(rng, n)],
        "leader": np.r_[firms.leader, leader],
        "phone": np.r_[firms.phone, draw_firm_phones(rng, residents.phone[leader])],
    }
    return Bodies(**joined, former_name=rename(rng, joined["name"]))


def _draw_kinds(rng: np.random.Generator, n: int) -> Texts:
    """Kinds of bodies by their shares."""
    known = facts.read("bodies")
    weights = [
        float(entry["share"]) * float(known["share"]["public" if kind == PUBLIC else "social"])
        for kind, entry in known["kinds"].items()
    ]
    return texts(list(known["kinds"]))[indices(rng, weights, n)]


def _codes(kind: Texts, divisions: Texts, first: int, established: Days) -> Texts:
    """Credit codes, none given twice."""
    known = facts.read("bodies")["kinds"]
    given = numbers.body_numbers(first, established.astype("datetime64[Y]").astype(np.int64) + 1970)
    rows = zip(kind.tolist(), divisions.tolist(), given, strict=True)
    return texts([numbers.credit_code(known[each]["code"], division, body) for each, division, body in rows])


def _name(rng: np.random.Generator, kind: Texts, district: Texts, town: Texts) -> tuple[Texts, Texts]:
    """Fields and names: a division, mostly two invented characters, what the body does; a register has no name twice."""
    known, brand = facts.read("bodies"), facts.read("industries")["brand"]
    n = len(kind)
    own = ranked(rng, list(brand["first"]), n) + texts(list(brand["second"]))[rng.integers(0, len(brand["second"]), n)]
    field, name = repeat("", n), repeat("", n)
    for title, about in known["kinds"].items():
        here = np.flatnonzero(kind == title)
        choices: list[dict[str, Any]] = known["words"][title]
        drawn, choice = rng.integers(0, len(choices), len(here)), rng.integers(0, 1 << 20, (2, len(here)))
        field[here] = texts([choices[k]["field"] for k in drawn.tolist()])
        words = [
            choices[k]["words"][c % len(choices[k]["words"])] for k, c in zip(drawn.tolist(), choice[0], strict=True)
        ]
        ends = [about["ends"][c % len(about["ends"])] for c in choice[1]]
        front = np.where(happens(rng, 0.5, len(here)), district[here], "湖州" + town[here])
        said = texts([word + end for word, end in zip(words, ends, strict=True)])
        name[here] = _distinguish(front, said, own[here], needs_own=title not in ("社会团体", PUBLIC))
    return field, name


def _distinguish(front: Texts, said: Texts, own: Texts, *, needs_own: bool) -> Texts:
    """Names of which none stands twice: their own word is left out only by the first, and the third bears a number."""
    names: list[str] = []
    taken: set[str] = set()
    for first, last, word in zip(front.tolist(), said.tolist(), own.tolist(), strict=True):
        choices = [] if needs_own else [first + last]
        choices += [first + word + last, *(f"{first}{word}第{number}{last}" for number in "二三四五六七八九")]
        chosen = next((each for each in choices if each not in taken), choices[-1])
        names.append(chosen)
        taken.add(chosen)
    return texts(names)


def rename(rng: np.random.Generator, name: Texts) -> Texts:
    """The names before: for some with another legal form, for some with another word of their own, else the same."""
    known, brand = facts.read("bodies"), facts.read("industries")["brand"]
    former = name.copy()
    for place in np.flatnonzero(happens(rng, known["renamed"], len(name))).tolist():
        letters = [k for k, letter in enumerate(name[place]) if letter in brand["first"] + brand["second"]]
        chosen, way = rng.integers(0, 1 << 20, 2).tolist()
        if way % 3 and letters:
            at = letters[-1]
            others = [letter for letter in brand["second"] if letter != name[place][at]]
            former[place] = name[place][:at] + others[chosen % len(others)] + name[place][at + 1 :]
        else:
            former[place] = swap_form(name[place])
    return former


def swap_form(name: str) -> str:
    """The name with the other of two legal forms; the name itself where it has neither."""
    for form, other in facts.read("bodies")["swapped_forms"].items():
        if name.endswith(form):
            return name[: -len(form)] + str(other)
    return name
