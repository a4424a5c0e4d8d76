from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from taihu.site import formats

AT = datetime.datetime(2026, 11, 24, 12, 53, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (None, "—", "—"),
        (0, "0", "0"),
        (1214, "1,214", "1,214"),
        (9999, "9,999", "9,999"),
        (10_000, "1 万", "10,000"),
        (3_367_579, "337 万", "3.37 million"),
        (33_675, "3.37 万", "33,675"),
        (-20_000, "-2 万", "-20,000"),
        (123_456_789_012, "1,235 亿", "123 billion"),
    ],
)
def test_a_large_number_is_told_in_wan_and_yi(value, chinese, english):
    assert formats.compact(value) == chinese
    assert formats.compact(value, english=True) == english


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (None, "—"),
        (0, "0.0%"),
        (1, "100.0%"),
        (0.93125, "93.1%"),
        (0.99996, ">99.9%"),
        (0.0001, "<0.1%"),
        (Decimal("0.5"), "50.0%"),
    ],
)
def test_a_percentage_has_one_decimal_and_never_claims_all_or_none_falsely(share, shown):
    assert formats.percent(share) == shown


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (None, "—"),
        (0, "0.00 元"),
        (121_450, "1,214.50 元"),
        (1_000_000, "1 万元"),
        (30_012_345, "30.01 万元"),
        (-5_000_000_000_000, "-500 亿元"),
    ],
)
def test_money_takes_its_unit_by_size(fen, shown):
    assert formats.money(fen) == shown


def test_money_keeps_every_fen_on_hover():
    assert formats.exact_money(30_012_345) == "300,123.45 元"


def test_dates_are_told_by_the_clock_of_the_city():
    late = datetime.datetime(2026, 11, 24, 17, 30, tzinfo=datetime.UTC)

    assert formats.day(late) == "2026-11-25"
    assert formats.moment(late) == "2026-11-25 01:30"
    assert formats.prose_day(late) == "2026年11月25日"
    assert formats.prose_day(datetime.date(2026, 1, 2), english=True) == "2 January 2026"


@pytest.mark.parametrize(
    ("delta", "shown"),
    [
        (datetime.timedelta(seconds=5), "刚刚"),
        (datetime.timedelta(minutes=3), "3 分钟前"),
        (datetime.timedelta(hours=-5), "5 小时后"),
        (datetime.timedelta(days=4), "4 天前"),
        (datetime.timedelta(days=90), "2026-08-26"),
    ],
)
def test_relative_time_ends_where_it_stops_helping(delta, shown):
    assert formats.ago(AT - delta, at=AT) == shown


@pytest.mark.parametrize(
    ("days", "shown"), [(2, "还剩 2 个工作日"), (0, "今日到期"), (-3, "已超期 3 个工作日"), (None, "工作日历未定")]
)
def test_a_clock_is_told_in_working_days(days, shown):
    assert formats.working_days(days) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 字节"), (999, "999 字节"), (1_234_567, "1.2 MB"), (2_000, "2 KB"), (5 * 10**15, "5,000 TB")],
)
def test_a_size_is_told_by_thousands(count, shown):
    assert formats.size(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.84, "0.8 秒"), (200, "3 分 20 秒"), (7500, "2 小时 5 分"), (120, "2 分")]
)
def test_a_duration_is_told_in_two_words(seconds, shown):
    assert formats.duration(seconds) == shown


def test_an_unknown_unit_stands_as_declared():
    assert formats.unit("fen") == "元"
    assert formats.unit("μg/m³") == "μg/m³"
