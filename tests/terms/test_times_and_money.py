"""Periods with valid and record time, and money in fen."""

import datetime

import pytest

from taihu.terms import money
from taihu.terms.period import Period, Stamp

MAY, JUNE, JULY = (datetime.date(2026, month, 1) for month in (5, 6, 7))
NOON = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.mark.parametrize(
    ("period", "inside", "outside"),
    [
        (Period(MAY, JULY), JUNE, JULY),
        (Period(JUNE, None), JULY, MAY),
        (Period(None, JUNE), MAY, JUNE),
    ],
)
def test_a_period_holds_its_first_day_and_not_its_end(period, inside, outside):
    assert period.contains(inside)
    assert not period.contains(outside)


@pytest.mark.parametrize(
    ("one", "other", "is_common"),
    [
        (Period(MAY, JUNE), Period(JUNE, JULY), False),
        (Period(MAY, JULY), Period(JUNE, None), True),
        (Period(None, JUNE), Period(JUNE, None), False),
        (Period(), Period(MAY, JUNE), True),
    ],
)
def test_periods_overlap_where_they_have_a_day_in_common(one, other, is_common):
    assert one.overlaps(other) is is_common
    assert other.overlaps(one) is is_common


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="must end after it begins"):
        Period(JUNE, JUNE)


def test_a_fact_is_known_from_its_record_until_another_takes_its_place():
    open_ended, corrected = Stamp(Period(MAY), NOON), Stamp(Period(MAY), NOON, NOON + HOUR)

    assert [open_ended.is_known(NOON + HOUR * n) for n in (-1, 0, 5)] == [False, True, True]
    assert [corrected.is_known(NOON + HOUR * n) for n in (0, 1)] == [True, False]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,214.50 元", 121_450),
        ("30万元", 30_000_000),
        ("￥5", 500),
        ("-3.2", -320),
        ("7分", 7),
        ("1亿", 10_000_000_000),
    ],
)
def test_money_is_read_in_fen_without_floats(text, fen):
    assert money.read_fen(text) == fen


@pytest.mark.parametrize("text", ["", "五元", "1.005元", "12,34元", "1e3"])
def test_what_is_no_amount_or_has_parts_of_a_fen_is_refused(text):
    with pytest.raises(ValueError, match="amount"):
        money.read_fen(text)
