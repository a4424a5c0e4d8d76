"""The check characters in SQL say what the identifiers of the terms say."""

from __future__ import annotations

import datetime
import random

import duckdb
import pytest

from taihu.data.refine import digits
from taihu.terms import identifiers
from taihu.terms.identifiers import Fault


def numbers_of(check: str, rng: random.Random) -> list[str]:
    """Right numbers and the same with one character changed, all of right form."""
    made = []
    for _ in range(400):
        first = "".join(rng.choices("0123456789", k=16))
        if check == "uscc":
            head = rng.choice("1259NY") + rng.choice(identifiers.USCC_ALPHABET) + first[:6]
            head += "".join(rng.choices(identifiers.USCC_ALPHABET, k=9))
            made.append(head + identifiers.uscc_check(head))
        elif check == "org-code":
            head = "".join(rng.choices(identifiers.ALNUM, k=8))
            made.append(head + identifiers.org_check(head))
        elif check == "registration-number":
            head = "3" + first[:13]
            made.append(head + identifiers.hybrid_check(head, "0123456789"))
        else:
            made.append("62" + first[: rng.choice((14, 13, 16))])
    changed = [number[:-1] + rng.choice("0123456789") for number in made]
    return made + changed


@pytest.mark.parametrize("check", sorted(digits.WRONG))
def test_sql_and_terms_agree_on_check_characters(check):
    numbers = numbers_of(check, random.Random(7))

    rows = duckdb.execute(f"SELECT x, {digits.WRONG[check]('x')} FROM (SELECT unnest($1) AS x)", [numbers]).fetchall()

    told = {number: identifiers.find_fault(check, number) is Fault.CHECK for number in numbers}
    assert dict(rows) == told
    assert 50 < sum(told.values()) < len(told)


def test_sql_and_terms_agree_on_resident_numbers():
    rng = random.Random(11)
    numbers = []
    for _ in range(2_000):
        born = f"{rng.choice((1849, 1850, 1900, 1999, 2000, 2023))}{rng.randint(0, 13):02}{rng.randint(0, 32):02}"
        first = f"3305{rng.randint(0, 99):02}{born}{rng.randint(0, 999):03}"
        numbers.append(first + rng.choice((identifiers.resident_check(first), "X", "1")))

    wrong = digits.resident_is_wrong("x", "n")
    asked = f"SELECT x, {wrong}, {digits.is_no_birthday('x', datetime.date(2026, 11, 24))}, {digits.sex_of('n')} FROM "
    asked += f"(SELECT x, {digits.first_seventeen('x')} AS n FROM (SELECT unnest($1) AS x))"

    for number, is_wrong, is_no_day, sex in duckdb.execute(asked, [numbers]).fetchall():
        fault = identifiers.find_resident_fault(number)
        assert is_no_day == (fault is Fault.BORN)
        assert is_wrong == (identifiers.resident_check(number[:17]) != number[17])
        assert str(sex) == identifiers.sex_of(number)
