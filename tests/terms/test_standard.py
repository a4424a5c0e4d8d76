"""Standards: the city's own folder reads, and wrong files are told with their line."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from taihu.terms.calendar import UnknownYear
from taihu.terms.pack import Wrong
from taihu.terms.standard import read_standards

FOLDER = Path(__file__).parents[2] / "packs" / "standards"
STANDARDS = read_standards(FOLDER)


def test_one_code_means_different_places_in_different_years():
    atlas = STANDARDS.atlas

    assert atlas.find("330502", on=datetime.date(1985, 1, 1)).title == "城区"
    assert atlas.find("330502", on=datetime.date(1995, 1, 1)) is None
    assert atlas.find("330502", on=datetime.date(2026, 1, 1)).title == "吴兴区"
    assert len(atlas.children("330502", on=datetime.date(2026, 1, 1))) == 19


def test_the_city_has_72_towns_and_1301_villages():
    codes = [division.code for division in STANDARDS.atlas]

    assert sum(len(code) == 9 for code in codes) == 72
    assert sum(len(code) == 12 for code in codes) == 1301


def test_successors_are_divisions_too():
    known = {division.code for division in STANDARDS.atlas}

    assert all(code in known for division in STANDARDS.atlas for code in division.successors)


def test_working_days_follow_the_notices_and_an_undecided_year_is_unknown():
    calendar = STANDARDS.calendar

    assert not calendar.is_working(datetime.date(2026, 10, 7))
    assert calendar.is_working(datetime.date(2026, 10, 10))
    assert calendar.is_working(datetime.date(2020, 1, 23))
    assert not calendar.is_working(datetime.date(2020, 1, 31))
    assert sorted(calendar.years) == list(range(2017, 2027))
    with pytest.raises(UnknownYear):
        calendar.is_working(datetime.date(2027, 1, 4))


def test_a_department_is_found_under_the_name_of_its_time():
    then, now = datetime.date(2017, 6, 1), datetime.date(2026, 6, 1)

    assert STANDARDS.department_called("市环保局", on=then).id == "env"
    assert STANDARDS.department_called("市环保局", on=now) is None
    assert STANDARDS.department_called("市生态环境局", on=now).id == "env"
    assert STANDARDS.departments["land"].successors == ("plan",)
    assert not STANDARDS.departments["land"].is_live(now)


def test_a_limit_holds_from_its_day():
    rule = STANDARDS.limits["share_reply"]

    assert rule.in_force(datetime.date(2016, 1, 1)) is None
    assert rule.in_force(datetime.date(2020, 1, 1)).source.startswith("国发")
    assert rule.in_force(datetime.date(2026, 1, 1)).source.startswith("国务院令第809号")


def test_code_lists_know_titles_words_and_lost_zeros():
    sex = STANDARDS.standards["sex"].spellings()
    group = STANDARDS.standards["ethnic-group"].spellings()

    assert (sex["男"], sex["女性"], sex["f"]) == ("1", "2", "2")
    assert (group["汉"], group["汉族"], group["1"], group["01"], group["15"]) == ("01", "01", "01", "01", "15")
    assert STANDARDS.standards["industry"].title_of("17") == "纺织业"
    assert len([c for c in STANDARDS.standards["industry"].codes if c.code.isdigit()]) == 97


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("sex.yaml", "kind: codes", "kind: list", "standards/sex.yaml:2: kind"),
        ("sex.yaml", "source:", "sauce:", "standards/sex.yaml:3: sauce"),
        ("sex.yaml", "proposed: L2", "proposed: L2\ncheck: uscc", "does not belong to kind codes"),
        ("resident-id.yaml", "check: resident-id", "check: magic", "allowed are"),
        ("sex.yaml", "codes:\n", "codes: none\nnothing:\n", "is missing or no mapping"),
        ("calendar.yaml", "2026-10-10]", "2027-10-10]", "days of another year"),
        ("divisions.csv", "# ", "", "no source"),
        ("divisions.csv", "330500,湖州市,330000,1983", "330500,湖州市,330000,abc", "a year that is no number"),
        ("departments.yaml", "successors: [plan]", "successors: [nobody]", "allowed are"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(tmp_path, file, old, new, said):
    folder = tmp_path / "standards"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(Wrong) as caught:
        read_standards(folder)

    assert said in caught.value.help
