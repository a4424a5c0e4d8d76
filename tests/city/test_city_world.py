"""The world of the city: places, numbers, people, firms."""

import numpy as np
import pytest

from city.world import numbers, places
from city.world.chance import apportion, rank_within, stream
from city.world.city import Chiefs, City, Size
from city.world.households import CHILD, TWIN, form_households
from city.world.rivers import DAYS_ALLOWED, map_reaches, walk

TODAY = np.datetime64("2026-11-24")
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


@pytest.fixture(scope="module")
def town():
    return City(5, Size(6_000, 900), TODAY)


@pytest.fixture(scope="module")
def blocks(town):
    return list(town.blocks())


@pytest.mark.parametrize(
    ("first17", "number"), [(33050119900101001, "330501199001010018"), (33052219851231002, "330522198512310028")]
)
def test_resident_numbers_carry_the_check_of_the_standard(first17, number):
    assert numbers.complete(np.array([first17]))[0] == number


@pytest.mark.parametrize(
    ("registrar", "division", "body", "code"),
    [
        ("11", "330500", "00256414", "11330500002564141P"),
        ("91", "330502", "MA2B0000", "91330502MA2B00000N"),
        ("N2", "330502", "MF000001", "N2330502MF00000132"),
    ],
)
def test_credit_codes_carry_the_checks_of_both_standards(registrar, division, body, code):
    assert numbers.credit_code(registrar, division, body) == code


def test_a_registry_gives_no_number_twice():
    registry = numbers.Registry(["330502", "330521"])
    born = np.repeat(np.datetime64("1990-05-06"), 400)
    prefix, sex = np.arange(400) % 2, np.arange(400) // 2 % 2 + 1

    given = [number for _ in range(3) for number in registry.give(prefix, born, sex)]

    assert len(set(given)) == len(given) == 1_200
    assert all((int(number[16]) % 2 == 1) == (s == 1) for number, s in zip(given, list(sex) * 3, strict=True))


def test_bank_accounts_pass_the_luhn_check():
    for account in numbers.accounts(stream(1, "accounts"), 50):
        digits = [int(letter) for letter in reversed(account)]
        total = sum(d if place % 2 == 0 else d * 2 // 10 + d * 2 % 10 for place, d in enumerate(digits))
        assert len(account) == 19
        assert total % 10 == 0


def test_the_city_has_the_real_divisions(town):
    assert len(town.places.district_codes) == 5
    assert len(town.places.towns) == 72
    assert len(set(town.places.village_codes)) == 1_301


@pytest.mark.parametrize(
    ("listed", "spoken"),
    [
        ("山川村委会", "山川村"),
        ("月河社区居委会", "月河社区"),
        ("花园居委会", "花园社区"),
        ("南湖林场生活区", "南湖林场生活区"),
        ("桥西社区", "桥西社区"),
    ],
)
def test_villages_are_called_as_people_call_them(listed, spoken):
    assert places.village_title(listed) == spoken


def test_every_village_lies_in_its_district(town):
    outlines = places.read_outlines()
    district = town.places.town_district()[town.places.village_town]
    for number, code in enumerate(town.places.district_codes):
        mine = district == number
        assert places.is_inside(town.places.village_lon[mine], town.places.village_lat[mine], outlines[code]).all()


def test_a_city_has_exactly_the_people_and_firms_asked_for(blocks):
    subjects = np.concatenate([block.residents.subject for block in blocks])
    firms = np.concatenate([block.firms.subject for block in blocks])

    assert subjects.tolist() == list(range(1, 6_001))
    assert firms.tolist() == list(range(1, 901))


def test_numbers_agree_with_birthday_and_sex_and_are_given_once(blocks):
    seen = set()
    for block in blocks:
        folk = block.residents
        for number, born, sex in zip(
            folk.number.tolist(), folk.born.astype(str).tolist(), folk.sex.tolist(), strict=True
        ):
            if not number:
                continue
            assert number[6:14] == born.replace("-", "")
            assert int(number[16]) % 2 == sex % 2
            assert number[17] == "10X98765432"[sum(int(d) * w for d, w in zip(number[:17], WEIGHTS, strict=True)) % 11]
            assert number not in seen
            seen.add(number)


def test_old_people_carry_prefixes_of_divisions_that_are_gone(blocks):
    old = [
        n for block in blocks for n, age in zip(block.residents.number, block.residents.age, strict=True) if age > 45
    ]

    assert {"330511", "330501"} <= {number[:6] for number in old}
    assert not {n for n in old if n[:6] == "330503"}


def test_credit_codes_are_unique_and_leaders_are_grown_up(blocks):
    codes = [code for block in blocks for code in block.firms.code]

    assert len(set(codes)) == len(codes)
    assert all(len(code) == 18 and code[0] == "9" for code in codes)
    for block in blocks:
        founded = block.firms.established - block.residents.born[block.firms.leader]
        assert (founded.astype(int) >= 18 * 365).all()
        assert (block.firms.established <= TODAY).all()


def test_doors_have_one_address_each(blocks):
    texts = [text for block in blocks for text in block.addresses.text]

    assert len(set(texts)) == len(texts)


def test_people_are_like_the_census_of_2020():
    members = form_households(stream(3, "census"), 20_000, 1)
    years = members.age_days / 365.25

    assert 0.10 < (years < 15).mean() < 0.16
    assert 0.16 < (years >= 60).mean() < 0.24
    assert 0.50 < (members.sex == 1).mean() < 0.56
    family = ~members.is_collective
    assert 2.0 < family.sum() / len(set(members.household[family])) < 2.8


def test_parents_are_older_than_their_children():
    members = form_households(stream(4, "parents"), 8_000, 1)
    children = members.role == CHILD

    assert (members.age_days[members.head][children] - members.age_days[children] > 16 * 365).all()


def test_twins_share_the_birthday_but_not_the_name(blocks):
    twins = 0
    for block in blocks:
        folk = block.residents
        same = np.flatnonzero(
            (folk.born[1:] == folk.born[:-1]) & (folk.household[1:] == folk.household[:-1]) & ~folk.is_collective[1:]
        )
        twins += len(same)
        assert (folk.former_name[same] != folk.former_name[same + 1]).all()
    assert twins > 10
    assert TWIN


def test_nobody_registers_before_birth_or_after_today(blocks):
    for block in blocks:
        assert (block.residents.registered >= block.residents.born).all()
        assert (block.residents.registered <= TODAY).all()
        assert (block.residents.born <= TODAY).all()


def test_another_seed_makes_another_city(blocks):
    other = next(City(6, Size(6_000, 900), TODAY).blocks())

    assert (other.residents.name[:100] != blocks[0].residents.name[:100]).any()


def test_people_stay_the_same_all_year(blocks):
    later = next(City(5, Size(6_000, 900), np.datetime64("2026-12-20")).blocks())
    grown = blocks[0].residents.age > 5

    assert (later.residents.name[grown] == blocks[0].residents.name[grown]).all()
    assert (later.residents.born[grown] == blocks[0].residents.born[grown]).all()


def test_reaches_are_overdue_where_the_truth_says_so(town, blocks):
    chiefs = Chiefs(town)
    for block in blocks:
        chiefs.look_at(block)
    reaches = map_reaches(town, chiefs)
    patrols = walk(town, reaches)
    last = np.full(len(reaches.code), np.datetime64("1970-01-01"))
    np.maximum.at(last, patrols.reach, patrols.day)

    late = (TODAY - last).astype(int) > np.array(DAYS_ALLOWED)[reaches.rank]

    assert late.tolist() == reaches.is_overdue.tolist()
    assert 0 < late.sum() < len(late) / 2
    assert len(set(reaches.code)) == len(reaches.code)


def test_a_total_is_split_exactly():
    assert apportion(np.array([1.0, 1.0, 1.0]), 10).sum() == 10
    assert apportion(np.array([0.0, 2.0]), 7).tolist() == [0, 7]


def test_ranks_count_within_groups():
    assert rank_within(np.array([7, 3, 7, 7, 3])).tolist() == [0, 0, 1, 2, 1]
