"""Dates, times, numbers, amounts and points as Chinese offices write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihu.data.refine import dates, numbers, points, readers, words
from tests.data.refine.deliveries import a_shelf

SHELF = a_shelf()

DAYS = [
    ("2026-03-05", "2026-03-05"),
    ("2026年3月5日", "2026-03-05"),
    ("2026年03月05号", "2026-03-05"),
    ("2026.03", "2026-03-01"),
    ("2026年3月", "2026-03-01"),
    ("2026年3月份", "2026-03-01"),
    ("202603", "2026-03-01"),
    ("20260305", "2026-03-05"),
    ("2026/3/5", "2026-03-05"),
    ("2026.3.5", "2026-03-05"),
    ("2026-3-5 08:30", "2026-03-05"),
    ("2026-03-05T00:00:00", "2026-03-05"),
    ("2026年3月5日 星期四", "2026-03-05"),
    ("２０２６－０３－０５", "2026-03-05"),
    ("二〇二六年三月五日", "2026-03-05"),
    ("二零二六年十二月三十一日", "2026-12-31"),
    ("二○二六年十月二十日", "2026-10-20"),
    ("46086", "2026-03-05"),
    ("46086.0", "2026-03-05"),
    ("5-Mar-2026", "2026-03-05"),
]
NO_DAYS = ["26/3/5", "3/5/2026", "2026-02-30", "2026-13-01", "八月", "123", "2026", "昨天", "2026-03-05-01"]
MOMENTS = [
    ("2026-03-05 08:30:00", "2026-03-05 08:30:00"),
    ("2026/3/5 8:30", "2026-03-05 08:30:00"),
    ("2026年3月5日8时30分", "2026-03-05 08:30:00"),
    ("2026年3月5日8时30分15秒", "2026-03-05 08:30:15"),
    ("2026-03-05 下午3:05", "2026-03-05 15:05:00"),
    ("2026-03-05 12:05 am", "2026-03-05 00:05:00"),
    ("2026-03-05T00:30:00Z", "2026-03-05 08:30:00"),
    ("2026-03-05T08:30:00+08:00", "2026-03-05 08:30:00"),
    ("2026-03-05 24:00", "2026-03-06 00:00:00"),
    ("20260305083000", "2026-03-05 08:30:00"),
    ("1772670600000", "2026-03-05 08:30:00"),
    ("46086.5", "2026-03-05 12:00:00"),
    ("2026-03-05", "2026-03-05 00:00:00"),
]
NO_MOMENTS = ["2026-03-05 25:00", "2026-03-05 24:01", "08:30", "2026-03-05 08:61", "9999-12-31T23:00:00-12:00"]
AMOUNTS = [
    ("1,214.50 元", "121450"),
    ("1214.5", "121450"),
    ("￥5", "500"),
    ("30万元", "30000000"),
    ("0.5亿", "5000000000"),
    ("人民币500万元整", "500000000"),
    ("叁拾万元整", "30000000"),
    ("人民币壹仟贰佰叁拾肆元伍角陆分", "123456"),
    ("五百万元", "500000000"),
    ("(1,200.00)", "-120000"),
    ("３００元", "30000"),
    ("1.005", None),
    ("100美元", None),
    ("约300元", None),
    ("", None),
]
QUANTITIES = [
    ("35分钟", "minutes", "35"),
    ("1.5小时", "minutes", "90"),
    ("1.2公里", "metres", "1200"),
    ("1,200", "metres", "1200"),
    ("7.1mg/L", "mg/L", "7.1"),
    ("3.0", "", "3"),
    ("12人", "", "12"),
    ("1.2万", "", "12000"),
    (".5", "", "0.5"),
    ("35分钟", "metres", "35分钟"),
    ("0.02L", "mg/L", "0.02L"),
    ("3-5", "", "3-5"),
]
POINTS = [
    ("120.0868,30.8945", None, "POINT(120.0868000 30.8945000)"),
    ("30.8945, 120.0868", None, "POINT(120.0868000 30.8945000)"),
    ("POINT (120.0868 30.8945)", "CGCS2000", "POINT(120.0868000 30.8945000)"),
    ("SRID=4326;POINT(120.0868 30.8945)", None, "POINT(120.0868000 30.8945000)"),
    ("东经120°05'12.48\",北纬30°53'40.2\"", None, "POINT(120.0868000 30.8945000)"),
    ("120.0916711,30.8924560", "GCJ-02", "POINT(120.0868000 30.8945000)"),
    ("120.0916711,30.8924560", "高德", "POINT(120.0868000 30.8945000)"),
    ("120.0868,30.8945", "北京54", "!datum"),
    ("SRID=2437;POINT(120.0868 30.8945)", None, "!datum"),
    ("121.47,31.23", None, "!box"),
    ("0,0", "GCJ-02", "!box"),
    ("织里镇", None, "织里镇"),
]


@pytest.mark.parametrize(("written", "day"), DAYS)
def test_a_day_is_read(written, day):
    assert dates.read_date(written) == day


@pytest.mark.parametrize("written", NO_DAYS)
def test_what_is_no_certain_day_stays(written):
    assert dates.read_date(written) == written


@pytest.mark.parametrize(("written", "moment"), MOMENTS)
def test_a_moment_is_read(written, moment):
    assert dates.read_time(written) == moment


@pytest.mark.parametrize("written", NO_MOMENTS)
def test_what_is_no_certain_moment_stays(written):
    assert dates.read_time(written) == written


@pytest.mark.parametrize(("written", "fen"), AMOUNTS)
def test_an_amount_is_read_as_fen(written, fen):
    assert numbers.read_fen(written) == (written if fen is None else fen)


def test_a_bare_amount_takes_the_scale_of_its_heading():
    assert numbers.read_fen("50", header_scale=10_000) == "50000000"
    assert numbers.read_fen("50元", header_scale=10_000) == "5000"


@pytest.mark.parametrize(("written", "unit", "number"), QUANTITIES)
def test_a_quantity_is_read_in_the_declared_unit(written, unit, number):
    assert numbers.read_number(written, unit=unit) == number


@pytest.mark.parametrize(("written", "datum", "point"), POINTS)
def test_a_point_is_read_in_its_datum(written, datum, point):
    assert points.PointReader(SHELF.standards).read(written, datum) == point


@given(st.floats(119.3, 120.4), st.floats(30.4, 31.1))
def test_the_shift_of_private_maps_is_undone(longitude, latitude):
    x, y = points.from_gcj02(*points.to_gcj02(longitude, latitude))

    assert abs(x - longitude) < 1e-9
    assert abs(y - latitude) < 1e-9


def test_the_shift_at_the_seat_of_the_city_is_the_known_one():
    longitude, latitude = points.to_gcj02(120.0868, 30.8945)

    assert round((longitude - 120.0868) * 95_540) == 465
    assert round((latitude - 30.8945) * 110_880) == -227


def test_text_keeps_chinese_punctuation_and_loses_the_rest():
    assert words.clean("　织里镇１２号（北），\u200bＡ座\t ") == "织里镇12号（北），A座"
    assert words.clean_name("王  伟") == "王伟"


def all_readers():
    for dataset in SHELF.datasets():
        for column in dataset.columns:
            if column.kind.name != "point" and column.unit != "fen":
                yield readers.make_reader(column, SHELF.standards)


READERS = list(all_readers())


@given(
    st.text(max_size=30) | st.from_regex(r"[0-9年月日:.,\-/TZe+万元]{1,24}", fullmatch=True), st.sampled_from(READERS)
)
def test_no_text_breaks_a_reader_and_reading_twice_changes_nothing(text, read):
    once = read(text)

    if once is not None and not once.startswith(readers.MARK):
        assert read(once) in (once, None)


@given(st.text(max_size=40) | st.from_regex(r"[0-9°'\". ,NE;POINT()]{1,30}", fullmatch=True))
def test_no_text_breaks_the_reader_of_points(text):
    points.PointReader(SHELF.standards).read(text, text)
