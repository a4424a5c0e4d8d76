"""Identifiers: the vectors of the standards, and what people write."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihu.terms import identifiers
from taihu.terms.identifiers import Fault

RIGHT = [
    ("resident-id", "330501199001010018"),
    ("resident-id", "330522198512310028"),
    ("resident-id", "330511196001011239"),  # 郊区, 1983–88: not in the list of its bearer's birth year
    ("resident-id", "330502196001011232"),
    ("uscc", "11330500002564141P"),
    ("uscc", "91330502MA2B00000N"),
    ("uscc", "N2330502MF00000132"),
    ("org-code", "002564141"),
    ("registration-number", "110108000000016"),
    ("registration-number", "330500000000014"),
    ("certificate-id", "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0"),
    ("phone", "13800138000"),
    ("phone", "0572-2398765"),
    ("phone", "010-65551234-801"),
    ("phone", "400-820-8820"),
    ("phone", "12345"),
    ("bank-account", "6228480402564890018"),
    ("bank-account", "1205210019200"),
]
WRONG = [
    ("resident-id", "330501199001010019", Fault.CHECK),
    ("resident-id", "330501199002300018", Fault.BORN),
    ("resident-id", "33050119900101001", Fault.FORM),
    ("resident-id", "3.30501E+17", Fault.CUT),
    ("uscc", "91330502MA2B00000M", Fault.CHECK),
    ("uscc", "9133O502MA2B00000N", Fault.FORM),
    ("uscc", "9.13305E+17", Fault.CUT),
    ("org-code", "002564142", Fault.CHECK),
    ("org-code", "00256414", Fault.FORM),
    ("registration-number", "330500000000015", Fault.CHECK),
    ("registration-number", "33050000000001", Fault.FORM),
    ("registration-number", "3.305E+14", Fault.CUT),
    ("certificate-id", "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.1", Fault.CHECK),
    ("certificate-id", "1.2.156.3005.3.1", Fault.FORM),
    ("phone", "1380013800", Fault.FORM),
    ("phone", "1.38E+10", Fault.CUT),
    ("bank-account", "6228480402564890019", Fault.CHECK),
    ("bank-account", "6228", Fault.FORM),
    ("bank-account", "6.22848E+18", Fault.CUT),
]
SPELLINGS = [
    ("resident-id", "330501900101001", "330501199001010018"),
    ("resident-id", " 330522 19851231 002８", "330522198512310028"),
    ("resident-id", "'330501199001010018", "330501199001010018"),
    ("resident-id", "11010519491231002x", "11010519491231002X"),
    ("uscc", "9133 0502 ma2b 0000 0n", "91330502MA2B00000N"),
    ("org-code", "00256414-1", "002564141"),
    ("phone", "+86 138-0013-8000", "13800138000"),
    ("phone", "0086 13800138000", "13800138000"),
    ("phone", "０５７２－２３９８７６５", "0572-2398765"),
    ("phone", "(0572)2398765", "05722398765"),
    ("bank-account", "6228 4804 0256 4890 018", "6228480402564890018"),
    ("certificate-id", " 1.2.156.3005.2.a ", "1.2.156.3005.2.A"),
]


@pytest.mark.parametrize(("check", "number"), RIGHT)
def test_a_right_number_has_no_fault(check, number):
    assert identifiers.find_fault(check, number) is None


@pytest.mark.parametrize(("check", "number", "fault"), WRONG)
def test_a_wrong_number_tells_its_fault(check, number, fault):
    assert identifiers.find_fault(check, number) is fault


@pytest.mark.parametrize(("check", "written", "kept"), SPELLINGS)
def test_numbers_are_kept_in_one_spelling(check, written, kept):
    assert identifiers.read(check, written) == kept


def test_a_resident_number_tells_birthday_sex_and_division():
    number = "330522198512310028"

    assert identifiers.born_of(number) == datetime.date(1985, 12, 31)
    assert identifiers.sex_of(number) == "2"
    assert identifiers.sex_of("330501199001010018") == "1"
    assert identifiers.division_of(number) == "330522"


def test_only_fifteen_digits_are_lengthened():
    with pytest.raises(ValueError, match="fifteen"):
        identifiers.lengthen("33050190010100")


@given(st.from_regex(r"[1-9][0-9]{16}", fullmatch=True), st.integers(0, 16), st.integers(1, 9))
def test_one_changed_digit_is_always_found(first, place, step):
    number = first + identifiers.resident_check(first)
    changed = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]

    assert identifiers.resident_check(changed[:17]) != changed[17]


@given(st.text(max_size=40), st.sampled_from(sorted(identifiers.READERS)))
def test_no_text_breaks_a_reader(text, check):
    identifiers.find_fault(check, identifiers.read(check, text))
