"""Surnames and given names as people of an age, a sex and an origin carry them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from city import facts
from city.world.chance import Ints, Texts, happens, pick, ranked, repeat
from city.world.households import CHILD, GRANDCHILD, HEAD, PARENT, SIBLING, SPOUSE, TWIN, Members


@dataclass
class Given:
    """Given names in two characters; `second` is empty where a name has one."""

    first: Texts
    second: Texts


def draw_surnames(rng: np.random.Generator, members: Members) -> Texts:
    """Surnames: own ones, and those that children take from their parents."""
    n = len(members.sex)
    weights = facts.read("huzhou")["population"]["surname_weights"]
    local = pick(rng, {surname: weight for surname, weight in weights.items() if surname != "src"}, n)
    other = pick(rng, facts.read("names")["surnames_elsewhere"], n)
    surname = local
    surname[members.is_from_elsewhere] = other[members.is_from_elsewhere]
    family = surname[members.head]
    spouse = np.minimum(members.head + 1, n - 1)
    from_spouse = (members.role[spouse] == SPOUSE) & (members.sex[members.head] == 2)
    family[from_spouse] = surname[spouse][from_spouse]
    takes = np.isin(members.role, (CHILD, SIBLING, GRANDCHILD)) | ((members.role == TWIN) & (members.slot > 1))
    takes &= happens(rng, 0.94, n)
    surname[takes] = family[takes]
    fathers = (members.role == PARENT) & (members.sex == 1)
    head_twins = (members.role == TWIN) & (members.slot == 1)
    of_head = fathers | head_twins
    surname[of_head] = surname[members.head][of_head]
    later_twins = np.flatnonzero((members.role == TWIN) & (members.slot > 1))
    surname[later_twins] = surname[later_twins - 1]
    return surname


def draw_given(rng: np.random.Generator, sex: Ints, year: Ints) -> Given:
    """Given names by sex and year of birth."""
    known = facts.read("names")
    n = len(sex)
    first, second = repeat("", n), repeat("", n)
    begins = sorted(known["cohorts"])
    for since, until in zip(begins, [*begins[1:], 9999], strict=True):
        for word, code in (("male", 1), ("female", 2)):
            here = np.flatnonzero((year >= since) & (year < until) & (sex == code))
            letters = known["cohorts"][since][word]
            is_single = happens(rng, known["single_share"][since], len(here))
            first[here] = np.where(
                is_single, ranked(rng, letters["single"], len(here)), ranked(rng, letters["first"], len(here))
            )
            second[here] = np.where(is_single, "", ranked(rng, letters["second"], len(here)))
    second[(first == second) & (sex == 1)] = ""  # doubled names are for girls
    rare = np.flatnonzero(happens(rng, known["rare"]["share"], n))
    second[rare] = ranked(rng, known["rare"]["characters"], len(rare))
    return Given(first, second)


def share_first(rng: np.random.Generator, given: Given, members: Members) -> None:
    """Lets brothers and sisters, twins above all, share the first character of their given names."""
    share = facts.read("households")["events"]["same_first_character"]
    follows = np.isin(members.role, (TWIN, SIBLING)) | ((members.role == CHILD) & (np.roll(members.role, 1) == CHILD))
    shares = follows & (happens(rng, share, len(follows)) | (members.role == TWIN))
    for later in np.flatnonzero(shares).tolist():
        before = later - 1
        given.first[later] = given.first[before]
        if not given.second[before]:
            # Twins with names of one character would be namesakes: one of them gets a second character.
            given.second[later] = given.second[later] or given.first[before]
        elif given.second[later] in ("", given.second[before]):
            given.second[later] = "平" if given.second[before] != "平" else "安"


def draw_names(rng: np.random.Generator, members: Members, year: Ints, ethnic: Texts) -> tuple[Texts, Texts]:
    """Full names now, and full names before (the same where never changed)."""
    known = facts.read("names")
    n = len(year)
    surname = draw_surnames(rng, members)
    given = draw_given(rng, members.sex, year)
    share_first(rng, given, members)
    former = surname + given.first + given.second
    renamed = happens(rng, facts.read("households")["events"]["renamed"], n) & (members.role != HEAD)
    fresh = draw_given(rng, members.sex, year)
    name = former.copy()
    name[renamed] = (surname + fresh.first + fresh.second)[renamed]
    dotted = np.isin(ethnic, known["dotted"]["groups"]) & happens(rng, 0.7, n)
    for word, code in (("male", 1), ("female", 2)):
        here = np.flatnonzero(dotted & (members.sex == code))
        name[here] = former[here] = ranked(rng, known["dotted"][word], len(here))
    return name, former


def draw_ethnic(rng: np.random.Generator, members: Members) -> Texts:
    """Codes of GB/T 3304; a family mostly shares its group."""
    known = facts.read("names")
    n = len(members.sex)
    ethnic = pick(rng, known["ethnic_local"], n)
    elsewhere = members.is_from_elsewhere
    ethnic[elsewhere] = pick(rng, known["ethnic_elsewhere"], n)[elsewhere]
    follows = ~np.isin(members.role, (HEAD, SPOUSE)) & ~members.is_collective
    ethnic[follows] = ethnic[members.head][follows]
    return ethnic
