"""Topic, map, register and case pages: who may enter, what they show, how they open down to rows."""

import datetime
import json
from decimal import Decimal

import pytest
from django.utils import timezone

from taihu.control.accounts import sessions
from taihu.control.accounts.roles import Role
from taihu.data.guard.draft import Answer, AnswerColumn
from taihu.doors.desk import stores as desk
from taihu.patterns import access, answers
from taihu.patterns.cases.models import Case
from taihu.patterns.maps import geo
from taihu.patterns.pages import compose
from taihu.patterns.watch import actions as watches
from taihu.terms.dataset import Kind
from taihu.terms.label import Label, Level
from taihu.terms.problem import Problem
from tests.builders import MONDAY, a_person
from tests.patterns.pattern_builders import a_case, late_rows

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.urls("tests.patterns.pattern_urls")]
INT, DATE, TEXT = Kind("int"), Kind("date"), Kind("text")


def an_answer(query: str) -> answers.Rows:
    """What the guard would answer to each query of the rivers page."""
    if query in ("late_reaches", "reach_state"):
        rows = late_rows("R-001", "R-002")
        states = tuple((*row, "逾期") for row in rows.rows)
        return answers.Rows((*rows.columns, answers.Column("state", "巡查状态")), states, MONDAY, "test/1")
    if query == "late_by_day":
        columns = (answers.Column("day", "日期", DATE), answers.Column("late", "逾期河段", INT))
        return answers.Rows(columns, (("2026-11-22", 5), ("2026-11-23", 2)), MONDAY, "test/2")
    if query == "late_count":
        columns = tuple(answers.Column(name, name, INT) for name in ("reaches", "late", "late_percent"))
        return answers.Rows(columns, ((40, 2, "5.0"),), MONDAY, "test/3")
    if query == "water_by_class":
        columns = (
            answers.Column("grade", "序号", INT),
            answers.Column("class", "类别"),
            answers.Column("stations", "断面数", INT),
        )
        return answers.Rows(columns, ((1, "Ⅰ", 3), (6, "劣Ⅴ", 1)), MONDAY, "test/4")
    names = (
        "station",
        "reach",
        "name",
        "town",
        "measured_at",
        "class",
        "exceeded",
        "place",
        "reaches",
        "late",
        "walks",
        "kilometres",
        "good_percent",
        "day",
        "good",
        "stations",
        "oxygen_mg_l",
        "permanganate_mg_l",
        "ammonia_mg_l",
        "phosphorus_mg_l",
    )
    return answers.Rows(tuple(answers.Column(name, name) for name in names), (), MONDAY, "test/5")


def a_register() -> answers.Rows:
    columns = (
        answers.Column("reach", "河段编码"),
        answers.Column("name", "河段名称"),
        answers.Column("river", "所属河道"),
        answers.Column("town", "所属乡镇街道", words={"330502001": "月河街道"}),
        answers.Column("metres", "长度", INT, "metres"),
        answers.Column("rank", "河长级别"),
        answers.Column("chief_name", "河长姓名"),
        answers.Column("chief", "河长身份证号", label=Label(Level.L2, frozenset({"person"})), is_masked=True),
    )
    rows = tuple(
        (f"R-{n:03}", f"{n}段", "苕溪", "330502001", 1200 + n, "村级", "王小明", "330501********0018")
        for n in range(1, 61)
    )
    return answers.Rows(columns, rows, MONDAY, "test/9")


@pytest.fixture
def visit(client, stores, monkeypatch, settings):
    """Visits an address as a person."""
    monkeypatch.setattr(desk, "opened", lambda: stores)
    monkeypatch.setattr(answers, "ask", lambda pack, query, **more: an_answer(query))
    monkeypatch.setattr(answers, "list_rows", lambda *args, **more: a_register())

    def visit(path: str, person, **data):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[sessions.BEGUN] = session[sessions.SEEN] = timezone.now().timestamp()
        session.save()
        return client.post(path, data) if data else client.get(path)

    return visit


ROUTES = [
    "/desk/topics/topics.rivers/rivers",
    "/desk/topics/topics.rivers/rows/late_reaches",
    "/desk/maps/topics.rivers/rivers",
    "/desk/registers/topics.rivers/reaches",
    "/desk/registers/topics.rivers/reaches/R-001",
]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("username", "role", "status"),
    [
        ("water.steward", Role.STEWARD, 200),
        ("bigdata.officer", Role.OFFICER, 200),
        ("police.steward", Role.STEWARD, 404),
        ("water.developer", Role.DEVELOPER, 403),
        ("bigdata.auditor", Role.AUDITOR, 403),
    ],
)
def test_who_may_enter(route, username, role, status, visit):
    assert visit(route, a_person(username, role)).status_code == status


@pytest.mark.parametrize(
    "route",
    [
        "/desk/topics/topics.rivers/none",
        "/desk/topics/topics.none/rivers",
        "/desk/topics/topics.rivers/rows/none",
        "/desk/topics/topics.rivers/rows/graded_readings",
        "/desk/maps/topics.rivers/none",
        "/desk/maps/topics.rivers/rivers/none.geojson",
        "/desk/registers/topics.rivers/none",
        "/desk/registers/topics.rivers/reaches/R-001/x",
        "/desk/cases/report/topics.rivers.none",
        "/desk/cases/99",
    ],
)
def test_what_is_not_declared_or_not_shown_is_not_there(route, visit):
    assert visit(route, a_person("water.steward", Role.STEWARD)).status_code == 404


def test_nobody_enters_without_signing_in(client):
    assert client.get(ROUTES[0]).status_code == 302


def test_the_five_blocks_stand_in_one_order_and_every_number_opens_down_to_its_rows(visit, stores):
    _, watch = watches.find_watch(stores.shelf, "topics.rivers.late_reaches")
    watches.look(watch=watch, by="worker", at=MONDAY, stores=stores)

    page = visit(ROUTES[0], a_person("water.steward", Role.STEWARD)).content.decode()

    places = [page.index(f'id="{block}"') for block in ("wrong", "map", "figures", "list-late_reaches", "behind")]
    assert places == sorted(places)
    assert "2 条未消除" in page
    assert "R-001段巡查逾期" in page
    assert page.count("/desk/topics/topics.rivers/rows/late_reaches") >= 2
    assert "月河街道" in page
    assert "减少 3" in page


def test_a_block_that_the_guard_refuses_says_why_and_the_others_stand(visit, monkeypatch):
    def ask(pack, query, **more):
        if query in ("late_by_day", "water_by_class", "reach_state"):
            raise Problem("有哪些行高于许可", where=query, help="请申请级别不低于 L3 的授权", code="G-LABEL-02")
        return an_answer(query)

    monkeypatch.setattr(answers, "ask", ask)
    page = visit(ROUTES[0], a_person("water.steward", Role.STEWARD))

    assert page.status_code == 200
    assert page.content.decode().count("有哪些行高于许可") == 3
    assert 'id="list-late_reaches"' in page.content.decode()


def test_a_figure_without_rows_has_no_value_and_no_trend():
    assert compose._judge(None, None) == ""


def test_the_rows_page_tells_how_they_were_worked_out(visit):
    page = visit(ROUTES[1], a_person("water.steward", Role.STEWARD)).content.decode()

    assert "packs/topics/rivers/queries/late_reaches.sql" in page
    assert "test/1" in page


@pytest.mark.parametrize(("ending", "status"), [("csv", 200), ("xlsx", 200), ("exe", 404)])
def test_rows_are_downloaded_as_files_that_spreadsheets_cannot_run(ending, status, visit, monkeypatch):
    columns = (AnswerColumn("name", "名称", Label(), False, TEXT),)
    given = Answer(columns, [("=1+1",)], None)
    rows = answers.Rows((answers.Column("name", "名称"),), (("=1+1",),), MONDAY, "test/1", given=given)
    monkeypatch.setattr(answers, "ask", lambda *args, **more: rows)

    response = visit(f"{ROUTES[1]}.{ending}", a_person("water.steward", Role.STEWARD))

    assert response.status_code == status
    if ending == "csv":
        assert response.content.decode("utf-8-sig") == "名称\r\n'=1+1\r\n"


def test_a_register_is_searched_and_paged(visit):
    steward = a_person("water.steward", Role.STEWARD)

    first = visit(ROUTES[3], steward).content.decode()
    second = visit(f"{ROUTES[3]}?page=2", steward).content.decode()
    found = visit(f"{ROUTES[3]}?q=17段", steward).content.decode()
    nothing = visit(f"{ROUTES[3]}?q=长江&page=-1", steward).content.decode()

    assert "R-050" in first
    assert "R-051" not in first
    assert "R-051" in second
    assert "含「17段」的 1 条" in found
    assert "没有找到" in nothing


def test_a_register_entry_shows_its_cases_and_masks(visit, stores):
    case = a_case(stores)

    page = visit(ROUTES[4], a_person("water.steward", Role.STEWARD)).content.decode()

    assert f"/desk/cases/{case.pk}" in page
    assert "330501********0018" in page


def test_a_layer_is_geojson_with_longitude_first(visit):
    response = visit("/desk/maps/topics.rivers/rivers/patrols.geojson", a_person("water.steward", Role.STEWARD))

    layer = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/geo+json"
    assert layer["features"][0]["geometry"] == {"type": "Point", "coordinates": [120.1, 30.8]}
    assert layer["features"][0]["properties"]["tone"] == "bad"


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("POINT(120.1 30.8)", (120.1, 30.8)),
        ("POINT (120 30)", (120.0, 30.0)),
        ("POINT(190 30)", None),
        ("POINT(120 99)", None),
        ("", None),
        (None, None),
        ("120.1,30.8", None),
        ("POINT(nan nan)", None),
    ],
)
def test_only_places_on_earth_are_drawn(text, point):
    assert geo.read_point(text) == point


def test_cases_are_listed_filtered_and_moved(visit, stores):
    steward = a_person("water.steward", Role.STEWARD)
    case, other = a_case(stores, key="R-001"), a_case(stores, key="R-002")

    listed = visit("/desk/cases/", steward).content.decode()
    filtered = visit(
        "/desk/cases/?q=R-002&kind=topics.rivers.missed_patrol&state=reported&sort=heading", steward
    ).content.decode()
    record = visit(f"/desk/cases/{case.pk}", steward).content.decode()
    moved = visit(f"/desk/cases/{case.pk}/accepted", steward, reason="受理")
    refused = visit(f"/desk/cases/{other.pk}/closed", steward, reason="x")

    assert "2 件在办" in listed
    assert "R-001巡查逾期" not in filtered
    assert "受理" in record
    assert moved.status_code == 302
    assert Case.objects.get(pk=case.pk).matter.state == "accepted"
    assert refused.status_code == 409


def test_a_case_of_another_department_is_not_there(visit, stores):
    case = a_case(stores)

    assert visit(f"/desk/cases/{case.pk}", a_person("police.steward", Role.STEWARD)).status_code == 404
    assert (
        visit(f"/desk/cases/{case.pk}/accepted", a_person("civil.steward", Role.STEWARD), reason="x").status_code == 404
    )


def test_a_person_reports_a_case_once(visit):
    steward = a_person("water.steward", Role.STEWARD)
    said = {"about_reach": "R-009", "heading": "河面有漂浮物", "text": "上午十点", "level": "较大"}

    first = visit("/desk/cases/report/topics.rivers.missed_patrol", steward, **said)
    again = visit("/desk/cases/report/topics.rivers.missed_patrol", steward, **said)
    empty = visit("/desk/cases/report/topics.rivers.missed_patrol", steward, heading="x")

    assert first.status_code == 302
    assert again.status_code == 409
    assert empty.status_code == 200
    case = Case.objects.get()
    assert (case.key, case.level, case.matter.opened_by) == ("R-009", "较大", steward)


def test_a_matter_leads_to_its_case(visit, stores):
    case = a_case(stores)

    response = visit(f"/desk/cases/about/{case.kind}:{case.key}", a_person("water.steward", Role.STEWARD))

    assert response.headers["Location"] == f"/desk/cases/{case.pk}"


def test_topics_are_listed_for_those_who_may_see_them(visit):
    assert "河长制" in visit("/desk/topics/", a_person("water.steward", Role.STEWARD)).content.decode()
    assert "没有您可以查看的专题" in visit("/desk/topics/", a_person("civil.steward", Role.STEWARD)).content.decode()


def test_cells_are_shown_as_people_read_them():
    shown = [
        (answers.Column("n", "n", INT), 12345, "12,345"),
        (answers.Column("n", "n", Kind.read("decimal(8,3)")), "1234.500", "1,234.500"),
        (answers.Column("n", "n", Kind("time")), "2026-11-22T08:00:00", "2026-11-22 08:00"),
        (answers.Column("n", "n", Kind("bool")), True, "是"),
        (answers.Column("n", "n", words={"1": "男"}), "1", "男"),
        (answers.Column("n", "n"), None, ""),
        (answers.Column("n", "n", Kind("point")), "POINT(119.9065630 31.0117890)", "119.90656, 31.01179"),
    ]
    for column, cell, text in shown:
        assert answers.show(column, cell) == text
    assert answers.write(True) == "true"
    assert answers.number("1.50") == Decimal("1.50")


def test_the_permit_of_a_topic_reads_its_own_departments_data_only(stores):
    pack = stores.shelf.pack("topics.rivers")

    permit = answers.permit_for(pack, pack.pages[0].readers, stores)

    assert set(permit.reads) == {"topics.rivers.patrol", "topics.rivers.reach", "topics.rivers.reading"}
    assert permit.is_live(datetime.date(2030, 1, 1))
    assert access.can_see(pack, ()) is False
