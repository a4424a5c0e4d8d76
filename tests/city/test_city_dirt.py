"""The mistakes: each changes what it should, and the sheet says so."""

import numpy as np
import pytest
from pypinyin import lazy_pinyin

from city import facts
from city.departments.plan import to_gcj02
from city.dirt import bodies, cells, dates, digits, people, soil
from city.dirt.sheet import Sheet, names_of
from city.world.chance import stream, texts


@pytest.fixture
def dice():
    return stream(1, "dirt")


def a_sheet(values):
    return Sheet.of({"name": texts(values), "other": texts(["x"] * len(values))}, np.arange(1, len(values) + 1))


def test_a_homophone_sounds_the_same(dice):
    for name in ("沈建国", "陈晓婷", "王伟", "费佳怡"):
        spoiled = people.homophone(dice, name, {})
        assert spoiled != name
        assert lazy_pinyin(spoiled) == lazy_pinyin(name)


def test_a_lookalike_changes_one_character(dice):
    spoiled = people.lookalike(dice, "朱晨洁", {})

    assert sum(a != b for a, b in zip(spoiled, "朱晨洁", strict=True)) == 1


def test_rare_characters_become_question_marks(dice):
    assert people.lost_character(dice, "沈䶮", {}) == "沈?"
    assert people.lost_character(dice, "沈伟", {}) == "沈伟"


@pytest.mark.parametrize(
    ("mistake", "value", "spoiled"),
    [
        (digits.fifteen, "330501199001010018", "330501900101001"),
        (digits.fifteen, "330502201001010018", "330502201001010018"),
        (digits.rounded, "330501199001010018", "330501199001010000"),
        (digits.rounded, "33050119900101001X", "33050119900101001X"),
        (digits.small_x, "33050119900101001X", "33050119900101001x"),
        (digits.grouped, "6228481234567890123", "6228 4812 3456 7890 123"),
        (dates.swapped_date, "1990-03-08", "1990-08-03"),
        (dates.swapped_date, "1990-03-18", "1990-03-18"),
        (dates.impossible_date, "1990-03-18", "1990-02-30"),
        (cells.full_width, "12号a", "１２号ａ"),
        (people.swapped_characters, "沈佳怡", "沈怡佳"),
        (bodies.other_legal_form, "湖州鸿达家具有限公司", "湖州鸿达家具有限责任公司"),
        (bodies.other_legal_form, "湖州鸿达家具厂", "湖州鸿达家具厂"),
        (bodies.short_name, "鸿达家具股份有限公司", "鸿达家具"),
        (bodies.short_name, "安吉县鸿达", "安吉县鸿达"),
        (bodies.registration_number, "", ""),
    ],
)
def test_mistakes_do_what_their_names_say(dice, mistake, value, spoiled):
    assert mistake(dice, value, {}) == spoiled


@pytest.mark.parametrize("mistake", sorted(soil.MISTAKES))
@pytest.mark.parametrize("value", ["", "不详", "0", "沈", "1990-01-01", "330501199001010018", "—"])
def test_no_mistake_stumbles_over_what_another_left(dice, mistake, value):
    rule = {
        "words": {"男": ["1"]} if mistake == "other_word" else ["无"],
        "forms": ["slashes"],
        "factor": 10,
        "word": "-1",
    }

    assert isinstance(soil.MISTAKES[mistake](dice, value, rule), str)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("compact", "20260305"),
        ("slashes", "2026/3/5"),
        ("chinese", "2026年3月5日"),
        ("chinese-month", "2026年3月"),
        ("dot-month", "2026.03"),
        ("american", "3/5/2026"),
        ("short-year", "26-03-05"),
    ],
)
def test_dates_are_written_in_many_forms(form, written):
    assert dates.write("2026-03-05", form) == written
    assert dates.write("不详", form) == "不详"


def test_only_rows_that_became_another_are_marked(dice, monkeypatch):
    monkeypatch.setitem(
        facts.read("dirt")["rules"], "a.test", [{"dirt": "swapped_characters", "column": "name", "rate": 1.0}]
    )

    sheet = soil.soil(dice, a_sheet(["沈佳怡", "王伟"]), "a.test")

    assert sheet.columns["name"].tolist() == ["沈怡佳", "王伟"]
    assert [names_of(int(mark)) for mark in sheet.marks] == [["swapped_characters"], []]


def test_a_row_sent_twice_is_marked_once(dice, monkeypatch):
    monkeypatch.setitem(facts.read("dirt")["rules"], "a.test", [{"dirt": "duplicate", "rate": 1.0}])

    sheet = soil.soil(dice, a_sheet(["甲", "乙", "丙"]), "a.test")

    assert len(sheet) == 6
    assert sorted(sheet.subject.tolist()) == [1, 1, 2, 2, 3, 3]
    assert sum("duplicate" in names_of(int(mark)) for mark in sheet.marks) == 3


def test_swapped_columns_change_places(dice, monkeypatch):
    monkeypatch.setitem(
        facts.read("dirt")["rules"], "a.test", [{"dirt": "swapped_columns", "columns": ["name", "other"], "rate": 1.0}]
    )

    sheet = soil.soil(dice, a_sheet(["甲"]), "a.test")

    assert (sheet.columns["name"][0], sheet.columns["other"][0]) == ("x", "甲")


def test_every_rule_names_a_known_mistake_and_a_column_that_is_sent():
    table = facts.read("dirt")
    for dataset, rules in table["rules"].items():
        sent = set(facts.read("dialects")[dataset]["heads"])
        for rule in rules:
            assert rule["dirt"] in table["kinds"]
            assert 0 < rule["rate"] < 1
            assert set(rule.get("columns", [rule.get("column", next(iter(sent)))])) <= sent


def test_gcj02_lies_where_web_maps_show_it():
    lon, lat = np.array([120.0868]), np.array([30.8941])

    east, north = to_gcj02(lon, lat)

    assert (east - lon)[0] * 111_320 * np.cos(np.radians(30.8941)) == pytest.approx(465, abs=8)
    assert (north - lat)[0] * 110_900 == pytest.approx(-227, abs=8)
