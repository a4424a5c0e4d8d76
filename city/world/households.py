"""Households: shapes, roles, ages and sexes of the people who live together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from city import facts
from city.world.chance import Flags, Floats, Ints, Texts, happens, indices, repeat, triangle

ROLES = ("head", "spouse", "child", "twin", "sibling", "child_in_law", "grandchild", "parent", "member")
HEAD, SPOUSE, CHILD, TWIN, SIBLING, CHILD_IN_LAW, GRANDCHILD, PARENT, MEMBER = range(len(ROLES))


@dataclass(frozen=True)
class Members:
    """The people of a block in the order of their households; `head` is the index of each one's head."""

    household: Ints
    slot: Ints
    role: Ints
    sex: Ints
    age_days: Ints
    relation: Texts
    head: Ints
    is_from_elsewhere: Flags
    is_collective: Flags


def _head_sex(rng: np.random.Generator, n: int) -> Ints:
    """1 for men, 2 for women."""
    return np.where(happens(rng, facts.read("households")["head_is_female"], n), 2, 1).astype(np.int64)


def _member_sex(rng: np.random.Generator, rule: str, head: Ints, before: Ints) -> Ints:
    """The sex of a member by the rule of its role."""
    if rule == "opposite":
        return 3 - head
    if rule == "same":
        return before
    chance = np.where(happens(rng, 0.52, len(head)), 1, 2).astype(np.int64)
    return np.where(before > 0, 3 - before, chance) if rule == "alternate" else chance


def _shape(rng: np.random.Generator, shape: Mapping[str, Any], ids: Ints) -> list[tuple[Ints, ...]]:
    """Columns (household, slot, role, sex, days) of all members of the households of one shape."""
    roles = facts.read("households")["roles"]
    n = len(ids)
    sex, age = _head_sex(rng, n), triangle(rng, shape["head"], n)
    columns: list[tuple[Ints, ...]] = [
        (ids, np.zeros(n, np.int64), np.full(n, HEAD), sex, (age * 365.25).astype(np.int64))
    ]
    before_sex, before_age, before_role = sex, age, "head"
    for slot, name in enumerate(shape["others"], start=1):
        role = roles[name]
        alternates = role["sex"] == "alternate" and before_role != name
        last = np.zeros(n, np.int64) if alternates else before_sex
        own_sex = _member_sex(rng, role["sex"], sex, last)
        own_age = before_age if role["gap"] == "twin" else _age(rng, age, role["gap"])
        columns.append(
            (ids, np.full(n, slot), np.full(n, ROLES.index(name)), own_sex, (own_age * 365.25).astype(np.int64))
        )
        before_sex, before_age, before_role = own_sex, own_age, name
    return columns


def _age(rng: np.random.Generator, head: Floats, gap: list[float]) -> Floats:
    """The age of a member; a child that would not be born yet is an infant."""
    age = head + triangle(rng, gap, len(head))
    grown: Floats = np.clip(np.where(age < 0, rng.random(len(head)) * 3, age), 0, 104)
    return grown


def _collective(rng: np.random.Generator, first: int, n: int) -> list[tuple[Ints, ...]]:
    """Members of dormitories and other collective households."""
    rule = facts.read("households")["collective"]
    ids = first + np.arange(n, dtype=np.int64) // rule["size"]
    sex = np.where(happens(rng, 0.55, n), 1, 2).astype(np.int64)
    days = (triangle(rng, rule["age"], n) * 365.25).astype(np.int64)
    return [(ids, np.arange(n, dtype=np.int64) % rule["size"], np.full(n, MEMBER), sex, days)]


def _relations(role: Ints, sex: Ints, slot: Ints) -> Texts:
    """How each member is related to the head, in the words of the police."""
    relation = repeat("户主", len(role))
    for name, rule in facts.read("households")["roles"].items():
        for word, code in (("male", 1), ("female", 2)):
            relation[(role == ROLES.index(name)) & (sex == code)] = rule["relation"][word]
    twins_of_head = (role == TWIN) & (slot == 1)
    relation[twins_of_head & (sex == 1)] = "弟"
    relation[twins_of_head & (sex == 2)] = "妹"
    relation[role == MEMBER] = "集体户成员"
    return relation


def form_households(rng: np.random.Generator, people: int, first: int) -> Members:
    """Forms households of exactly so many people, numbered from `first`; the last one may be cut short."""
    known = facts.read("households")
    dormitory = int(people * known["collective"]["share"])
    family = people - dormitory
    sizes = np.array([1 + len(shape["others"]) for shape in known["shapes"]])
    drawn = indices(rng, [shape["weight"] for shape in known["shapes"]], family)
    needed = int(np.searchsorted(np.cumsum(sizes[drawn]), family)) + 1
    drawn = drawn[:needed]
    columns: list[tuple[Ints, ...]] = []
    for number, shape in enumerate(known["shapes"]):
        columns += _shape(rng, shape, np.flatnonzero(drawn == number))
    columns += _collective(rng, needed, dormitory)
    household, slot, role, sex, days = (np.concatenate(part).astype(np.int64) for part in zip(*columns, strict=True))
    keep = np.lexsort((slot, household))
    keep = np.r_[keep[:family], keep[len(keep) - dormitory :]]
    # Dormitories lie among the families, not at the end of the block.
    total = int(household.max()) + 1 if people else 0
    shuffled = rng.permutation(total)
    keep = keep[np.lexsort((slot[keep], shuffled[household[keep]]))]
    household = shuffled[household[keep]]
    starts = np.flatnonzero(np.r_[True, household[1:] != household[:-1]])
    head = np.repeat(starts, np.diff(np.r_[starts, people]))
    elsewhere = happens(rng, known["elsewhere_share"], total)[household] | (
        happens(rng, 0.15, people) & (role[keep] == SPOUSE)
    )
    elsewhere |= (role[keep] == MEMBER) & happens(rng, 0.6, people)
    return Members(
        household=first + np.unique(household, return_inverse=True)[1].astype(np.int64),
        slot=slot[keep],
        role=role[keep],
        sex=sex[keep],
        age_days=days[keep],
        relation=_relations(role[keep], sex[keep], slot[keep]),
        head=head.astype(np.int64),
        is_from_elsewhere=elsewhere,
        is_collective=role[keep] == MEMBER,
    )
