from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from taihu.site.components import drawings, marks, tables
from taihu.site.templatetags import showing
from taihu.terms.dataset import Kind
from taihu.terms.label import Label, Level


def render(text, path="/", **values):
    request = RequestFactory().get(path)
    return Template("{% load taihu %}" + text).render(Context({"request": request, **values}))


@dataclass
class Col:
    name: str
    title: str
    kind: Kind
    unit: str = ""
    label: Label = field(default_factory=Label)
    is_masked: bool = False


@dataclass
class Filter:
    name: str
    counts: dict
    titles: dict
    title: str = ""


def test_an_answer_of_the_guard_becomes_a_table():
    columns = [
        Col("id", "身份证号", Kind("text"), label=Label(Level.L4), is_masked=True),
        Col("sum", "金额", Kind("int"), unit="fen"),
        Col("ratio", "占比", Kind.read("decimal(8,3)")),
        Col("at", "时间", Kind("time")),
        Col("place", "位置", Kind("point")),
    ]
    rows = [
        ("330501********0018", 121450, "1234.500", "2026-11-24T09:30:15", "POINT(120.1 30.8)"),
        (None, 0, None, "", "?"),
    ]

    shown = render("{% answer '列表' columns rows %}", columns=columns, rows=rows)

    for part in (
        'class="mask" title="L4 脱敏"',
        "1,214.50",
        "(元)",
        "1,234.500",
        "2026-11-24 09:30",
        "120.10000, 30.80000",
        "L4",
    ):
        assert part in shown
    assert shown.count("—") == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "是"),
        (False, "否"),
        (0, "0"),
        (Decimal("1200.50"), "1,200.50"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        ("", "—"),
        ("<b>", "<b>"),
    ],
)
def test_a_value_is_shown_by_its_kind(value, text):
    assert tables.show(value).text == text


def test_a_filter_keeps_its_state_in_the_address_and_shows_what_is_chosen_though_nothing_is_left():
    found = tables.facet(QueryDict("state=back&page=3&q=x"), "state", "状态", {"in": 5}, {"back": "已退回"})

    assert [(c.title, c.count, c.is_on) for c in found.choices] == [("已退回", 0, True), ("in", 5, False)]
    assert found.choices[0].url == "?q=x"
    assert found.choices[1].url == "?q=x&state=in"


def test_a_filter_of_a_door_takes_its_words_from_the_catalogue():
    shown = render(
        "{% facet one title='更新' words='portal' %}", "/data?fresh=late", one=Filter("fresh", {"fresh": 2}, {})
    )

    assert "按时更新" in shown
    assert "更新逾期" in shown


@pytest.mark.parametrize(
    ("page", "first", "last", "previous", "following"),
    [(1, 1, 50, "", "?page=2"), (2, 51, 100, "?", "?page=3"), (3, 101, 120, "?page=2", "")],
)
def test_a_pager_knows_where_it_stands(page, first, last, previous, following):
    found = tables.pager(QueryDict(""), 120, page=page)

    assert (found.first, found.last, found.previous_url, found.next_url) == (first, last, previous, following)


@pytest.mark.parametrize("text", ["0", "-1", "x", "９", "1" * 30, ""])
def test_a_page_that_cannot_be_read_is_the_first(text):
    query = QueryDict(mutable=True)
    query["page"] = text

    assert tables.read_page(query, 500) == 1


def test_a_page_beyond_the_end_is_the_last():
    assert tables.read_page(QueryDict("page=99"), 120) == 3
    assert tables.read_page(QueryDict("page=99"), 0) == 1


def test_a_sorted_head_turns_round():
    made = tables.Table(
        "列表",
        (tables.Head("行数", sort="rows"), tables.Head("名称", sort="name")),
        (),
        sorted_by="rows",
        query="q=1&page=2",
    )

    (_, rows_url, rows_way), (_, name_url, name_way) = made.links()

    assert (rows_url, rows_way) == ("?q=1&sort=-rows", "ascending")
    assert (name_url, name_way) == ("?q=1&sort=name", "")


@pytest.mark.parametrize(
    ("value", "level"),
    [(Level.L3, "L3"), (Label(Level.L4, frozenset({"person"})), "L4"), ("L2 person", "L2"), (1, "L1")],
)
def test_a_level_is_read_from_whatever_says_it(value, level):
    assert f">{level}<" in render("{% level value %}", value=value)


def test_what_is_no_level_shows_nothing():
    assert render("{% level value %}", value="秘密").strip() == ""


def test_kinds_stand_beside_the_level_if_asked():
    assert "医疗健康信息" in render("{% level 'L3 medical,person' with_kinds=True %}")


class Ask(forms.Form):
    purpose = forms.CharField(label="用途", help_text="写明业务", error_messages={"required": "请填写用途"})
    note = forms.CharField(label="备注", required=False)
    columns = forms.MultipleChoiceField(label="数据项", choices=[("a", "姓名")], widget=forms.CheckboxSelectMultiple)


def test_a_field_carries_label_help_error_and_the_mark_of_optional_ones():
    shown = render("{% form_errors form %}{% for f in form %}{% field f %}{% endfor %}", form=Ask({"purpose": ""}))

    assert '<a href="#id_purpose">用途' in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_purpose-help id_purpose-error"' in shown
    assert shown.count("(可选)") + shown.count("（可选）") == 1
    assert "<legend>数据项" in shown


def test_data_for_a_script_cannot_end_it():
    shown = showing.as_json({"title": "</script><script>alert(1)</script>&"})

    assert "<" not in shown
    assert "&" not in shown


def test_words_of_foreign_files_are_escaped_by_every_component():
    evil = "<img src=x onerror=alert(1)>"
    stops = [marks.Stop(evil)]
    event = marks.Event(None, evil, evil, evil)
    problem = {"message": evil, "where": evil, "help": evil, "code": "X-1"}

    shown = render(
        "{% badge e %}{% state e 'ok' %}{% facts f %}{% timeline t %}{% refusal p s %}{% toast e %}{% code e 'c' %}"
        "{% nothing 'empty' e e do=e %}{% diff d %}{{ e|mask:e }}{% spark b e %}{% tops pairs 2 %}",
        e=evil, f=[(evil, evil)], t=[event], p=problem, s=stops, d=[marks.Change(evil, evil, evil)], b=[1, 2], pairs=[(evil, 1)],
    )  # fmt: skip

    assert "<img" not in shown


def test_a_chart_has_its_numbers_as_a_table_and_never_takes_nothing_for_zero():
    chart = drawings.Chart("c", "溶解氧", "line", ("1 日", "2 日"), (drawings.Series("实测", (6.1, None)),), "mg/L")

    shown = render("{% chart c %}", c=chart)

    assert '"values": [6.1, null]' in shown
    assert '<td class="num">—</td>' in shown


@pytest.mark.parametrize("counts", [(), (0,), (0, 0), (5,), (1, 1000), tuple(range(200))])
def test_bars_stay_within_their_picture(counts):
    for bar in drawings.bars(counts):
        assert 0 <= bar.y <= drawings.HEIGHT
        assert bar.x + bar.width <= drawings.WIDTH + 0.01
        assert bar.width > 0


def test_something_is_never_drawn_as_nothing():
    small, large = drawings.bars((1, 10**9))

    assert small.height >= 1.5
    assert large.height == drawings.HEIGHT


@pytest.mark.parametrize(("part", "shown"), [(None, 0), (0.5, 50), (2, 100), (-1, 0)])
def test_a_share_stays_within_the_whole(part, shown):
    assert drawings.share(part) == shown


def test_relative_time_has_the_exact_one_on_hover():
    at = datetime.datetime(2026, 11, 24, 4, 0, tzinfo=datetime.UTC)

    shown = render("{{ then|ago:at }}", then=at - datetime.timedelta(hours=3), at=at)

    assert "3 小时前" in shown
    assert 'title="2026-11-24 09:00:00"' in shown
