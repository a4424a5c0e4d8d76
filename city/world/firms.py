"""Firms, sole traders and cooperatives of a block, led by its residents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from city import facts
from city.world import numbers
from city.world.addresses import Addresses
from city.world.chance import Days, Floats, Ints, Texts, happens, indices, pick, ranked, repeat, texts
from city.world.places import Places
from city.world.residents import Residents

KINDS = ("企业", "个体工商户", "农民专业合作社")
WEIGHT = ("firm", "trader", "farm")
LINES = {"企业": "1", "个体工商户": "2", "农民专业合作社": "3"}


@dataclass(frozen=True)
class Firms:
    """The truth about bodies; `leader` and `door` index the block's residents and addresses."""

    subject: Ints
    code: Texts
    name: Texts
    kind: Texts
    status: Texts
    established: Days
    industry: Texts
    village: Ints
    door: Ints
    room: Texts
    capital_wan: Ints
    leader: Ints
    phone: Texts


def _weight(industry: dict[str, Any], kind: int, town: str) -> float:
    """How often an industry occurs among bodies of a kind in a town."""
    weight = float(industry.get(WEIGHT[kind], 0.0)) + (0.001 if kind < 2 else 0.0)
    weight *= float(industry.get("towns", {}).get(town, 1.0))
    return weight * float(industry.get("districts", {}).get(town[:6], 1.0))


def draw_industries(rng: np.random.Generator, kind: Ints, town: Texts) -> tuple[Texts, Texts]:
    """Industry codes and the words that names carry, by the clusters of each town."""
    known = facts.read("industries")["industries"]
    code, word = repeat("", len(kind)), repeat("", len(kind))
    for place in sorted(set(town.tolist())):
        for number in range(len(KINDS)):
            here = np.flatnonzero((kind == number) & (town == place))
            drawn = indices(rng, [_weight(industry, number, place) for industry in known], len(here))
            code[here] = texts([known[k]["code"] for k in drawn.tolist()])
            choice = rng.integers(0, 1 << 20, len(here)).tolist()
            word[here] = texts(
                [known[k]["words"][c % len(known[k]["words"])] for k, c in zip(drawn.tolist(), choice, strict=True)]
            )
    return code, word


def draw_firm_names(
    rng: np.random.Generator, kind: Ints, word: Texts, district: Texts, leader_name: Texts, road: Texts
) -> Texts:
    """Invented names: division, two or three invented characters, industry, form of body."""
    known = facts.read("industries")
    n = len(kind)
    first, second = list(known["brand"]["first"]), list(known["brand"]["second"])
    brand = ranked(rng, first, n) + texts(second)[rng.integers(0, len(second), n)]
    third = happens(rng, 0.35, n)
    brand[third] = brand[third] + texts(first + second)[rng.integers(0, len(first) + len(second), int(third.sum()))]
    name = repeat("", n)
    for number, title in enumerate(KINDS):
        here = np.flatnonzero(kind == number)
        form = texts(known["forms"][title])[rng.integers(0, len(known["forms"][title]), len(here))]
        division = np.where(happens(rng, 0.45, len(here)), "湖州", district[here])
        own = brand[here]
        if title == "个体工商户":
            of_leader = happens(rng, 0.4, len(here))
            own[of_leader] = leader_name[here][of_leader]
            division = district[here] + np.where(happens(rng, 0.5, len(here)), road[here], "")
            shops = np.array([w.endswith(("店", "馆", "所", "部")) for w in word[here].tolist()], dtype=bool)
            form[shops] = ""
        name[here] = division + own + word[here] + form
    return name


def draw_established(rng: np.random.Generator, adult_since: Days, today: np.datetime64) -> Days:
    """Days of foundation: more in recent years, none before the leader was grown up."""
    age = (rng.beta(0.9, 2.4, len(adult_since)) * 32 * 365).astype(np.int64).astype("timedelta64[D]")
    established: Days = np.minimum(np.maximum(today - age, adult_since), today)
    return established


def choose_leaders(rng: np.random.Generator, residents: Residents, n: int) -> Ints:
    """Grown-up residents with a number; every eighth leads more than one body."""
    able = np.flatnonzero((residents.age >= 20) & (residents.age < 76) & (residents.number != ""))
    chosen = able[rng.integers(0, len(able), n)]
    again = np.flatnonzero(happens(rng, 0.12, n))
    again = again[again > 0]
    chosen[again] = chosen[again - 1]
    return chosen


def found_firms(
    rng: np.random.Generator,
    residents: Residents,
    addresses: Addresses,
    places: Places,
    first: int,
    n: int,
    today: np.datetime64,
) -> Firms:
    """Founds so many bodies in a block."""
    weights = facts.read("industries")["kinds"]
    kind = indices(rng, [weights[title] for title in KINDS], n)
    leader = choose_leaders(rng, residents, n)
    door = choose_doors(rng, residents.door[leader], len(addresses.code))
    village = addresses.village[door]
    town = places.village_town[village]
    district = places.town_district()[town]
    industry, word = draw_industries(rng, kind, places.town_codes()[town])
    established = draw_established(rng, residents.born[leader] + np.timedelta64(18 * 366, "D"), today)
    kinds = texts(list(KINDS))[kind]
    titles = (places.district_titles[district], residents.name[leader], places.town_titles()[town])
    return Firms(
        subject=first + np.arange(n, dtype=np.int64),
        code=give_codes(kinds, places.district_codes[district], first, established),
        name=draw_firm_names(rng, kind, word, *titles),
        kind=kinds,
        status=draw_statuses(rng, kinds),
        established=established,
        industry=industry,
        village=village,
        door=door,
        room=draw_rooms(rng, n),
        capital_wan=draw_capital(rng, kind),
        leader=leader,
        phone=draw_firm_phones(rng, residents.phone[leader]),
    )


def choose_doors(rng: np.random.Generator, homes: Ints, doors: int) -> Ints:
    """Half of the bodies sit where their leaders live, the others anywhere in the block."""
    return np.where(happens(rng, 0.5, len(homes)), homes, rng.integers(0, doors, len(homes))).astype(np.int64)


def draw_rooms(rng: np.random.Generator, n: int) -> Texts:
    """Rooms of the bodies that sit in larger houses."""
    numbered = (rng.integers(1, 7, n) * 100 + rng.integers(1, 19, n)).astype("U4").astype(object) + repeat("室", n)
    return np.where(happens(rng, 0.3, n), numbered, repeat("", n))


def give_codes(kinds: Texts, divisions: Texts, first: int, established: Days) -> Texts:
    """Credit codes, none given twice."""
    bodies = numbers.body_numbers(first, established.astype("datetime64[Y]").astype(np.int64) + 1970)
    rows = zip(kinds.tolist(), divisions.tolist(), bodies, strict=True)
    return texts([numbers.credit_code(f"9{LINES[kind]}", division, body) for kind, division, body in rows])


def draw_statuses(rng: np.random.Generator, kinds: Texts) -> Texts:
    """Registration states by kind of body."""
    status = repeat("存续", len(kinds))
    for title, weights in facts.read("industries")["statuses"].items():
        here = np.flatnonzero(kinds == title)
        status[here] = pick(rng, weights, len(here))
    return status


def draw_capital(rng: np.random.Generator, kind: Ints) -> Ints:
    """Registered capital in ten thousand yuan, in round sums."""
    large = np.array([10, 30, 50, 100, 100, 200, 300, 500, 500, 1000, 2000, 3000, 5000, 10000, 50000])
    small = np.array([1, 2, 3, 5, 5, 8, 10, 10, 20, 30, 50])
    n = len(kind)
    return np.where(kind == 1, small[rng.integers(0, len(small), n)], large[rng.integers(0, len(large), n)]).astype(
        np.int64
    )


def draw_firm_phones(rng: np.random.Generator, leader_phone: Texts) -> Texts:
    """The leader's telephone, another mobile, or a line of the fixed network."""
    n = len(leader_phone)
    phone = leader_phone.copy()
    way: Floats = rng.random(n)
    other, fixed = np.flatnonzero((way < 0.12) | (phone == "")), np.flatnonzero(way > 0.94)
    phone[other] = numbers.mobiles(rng, facts.read("prefixes")["mobile"], len(other))
    phone[fixed] = numbers.landlines(rng, len(fixed))
    return phone
