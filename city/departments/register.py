"""What a department that is not their registrar believes of organisations: former names, leaders who left, other telephones."""

from __future__ import annotations

import numpy as np

from city import facts
from city.departments import desk
from city.dirt.sheet import Sheet
from city.world import numbers
from city.world.bodies import Bodies
from city.world.chance import Ints, Texts, happens, indices
from city.world.city import Block, City


def draw(rng: np.random.Generator, city: City, block: Block, bodies: Bodies, department: str) -> Sheet:
    """The columns that all lists of organisations share, with what the department does not know marked."""
    folk, places, n = block.residents, city.places, len(bodies.subject)
    former = (bodies.name != bodies.former_name) & happens(rng, desk.customs("former_body_name")[department], n)
    left = happens(rng, desk.customs("former_leader")[department], n)
    leader = np.where(left, _others(rng, block, n), bodies.leader)
    phone = bodies.phone.copy()
    other = np.flatnonzero(happens(rng, desk.customs("other_body_phone")[department], n))
    phone[other] = numbers.mobiles(rng, facts.read("prefixes")["mobile"], len(other))
    columns = {
        "uscc": bodies.code.copy(),
        "name": np.where(former, bodies.former_name, bodies.name),
        "town": places.town_codes()[places.village_town[bodies.village]],
        "address": desk.home_texts(block, bodies.door, bodies.room),
        "representative": folk.name[leader],
        "representative_id": folk.number[leader],
        "phone": phone,
    }
    sheet = Sheet.of(columns, bodies.subject, folk.subject[leader])
    sheet.mark(np.flatnonzero(former), "former_name")
    sheet.mark(np.flatnonzero(left), "former_leader")
    sheet.mark(other, "other_phone")
    return sheet


def _others(rng: np.random.Generator, block: Block, n: int) -> Ints:
    """Grown-up residents, any."""
    folk = block.residents
    able = np.flatnonzero((folk.age >= 25) & (folk.age < 75) & (folk.number != ""))
    return able[rng.integers(0, len(able), n)].astype(np.int64)


def share_by_field(field: Texts) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The share of bodies of each field that take water: that of the longest beginning which the table knows."""
    known = facts.read("bodies")["water"]
    found = {
        each: next((float(known[each[:k]]) for k in range(len(each), 0, -1) if each[:k] in known), 0.0)
        for each in sorted(set(field.tolist()))
    }
    return np.array([found[each] for each in field.tolist()], dtype=np.float64)


def draw_uses(rng: np.random.Generator, field: Texts) -> Texts:
    """What the water is for."""
    known = facts.read("bodies")["uses"]
    drawn = indices(rng, [1.0, 1.0], len(field)).tolist()
    uses: Texts = np.array(
        [known[each[:1]][k % len(known[each[:1]])] for each, k in zip(field.tolist(), drawn, strict=True)], dtype=object
    )
    return uses
