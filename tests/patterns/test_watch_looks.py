"""A watch opens one case for each row, once; and notes when the cause is gone."""

import pytest

from taihu.control.accounts.roles import Role
from taihu.control.runs.models import Schedule
from taihu.patterns import answers
from taihu.patterns.cases import actions as cases
from taihu.patterns.cases.models import Case
from taihu.patterns.watch import actions
from taihu.patterns.watch.models import Alert, Look
from taihu.terms import fault
from taihu.terms.pack import UnknownName
from taihu.terms.problem import Problem
from tests.builders import MONDAY, a_person, later
from tests.patterns.pattern_builders import a_case, late_rows

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def look(stores, monkeypatch):
    """Looks once at the late reaches; the rows are what the guard would answer."""
    _, watch = actions.find_watch(stores.shelf, "topics.rivers.late_reaches")

    def look(*reaches, at=MONDAY, **more):
        monkeypatch.setattr(answers, "ask", lambda *args, **kwargs: late_rows(*reaches, **more))
        return actions.look(watch=watch, by="worker", at=at, stores=stores)

    return look


def test_each_row_opens_one_case_with_its_facts(look):
    note = look("R-001", "R-002")

    assert (note.rows, note.opened, note.gone) == (2, 2, 0)
    case = Case.objects.get(key="R-001")
    assert case.heading == "R-001段巡查逾期"
    assert case.place == "POINT(120.1 30.8)"
    assert {fact["column"]: fact["text"] for fact in case.facts}["town"] == "月河街道"
    assert Alert.objects.get(key="R-001").case == case


def test_the_same_overdue_reach_does_not_open_twice(look):
    look("R-001")
    note = look("R-001", at=later(1), days=10)

    assert note.opened == 0
    assert Case.objects.count() == 1
    alert = Alert.objects.get()
    assert (alert.first_seen_at, alert.last_seen_at) == (MONDAY, later(1))


def test_a_reach_that_was_reported_by_a_person_is_not_opened_again(look, stores):
    case = a_case(stores, by=a_person("water.steward", Role.STEWARD))

    note = look("R-001")

    assert note.opened == 0
    assert Alert.objects.get().case == case


def test_a_case_closed_while_the_reach_is_still_late_opens_anew(look, stores):
    look("R-001")
    case = Case.objects.get()
    cases.move(
        case=case,
        to="void",
        by=a_person("water.steward", Role.STEWARD),
        at=later(hours=1),
        stores=stores,
        reason="误报",
    )

    note = look("R-001", at=later(1))

    assert note.opened == 1
    assert Case.objects.open().get().pk != case.pk


def test_a_walk_ends_the_alert_and_sends_the_case_to_verification(look):
    look("R-001", "R-002")
    note = look("R-002", at=later(1))

    assert note.gone == 1
    assert Alert.objects.get(key="R-001").ended_at == later(1)
    assert Case.objects.get(key="R-001").matter.state == "handled"
    assert Case.objects.get(key="R-002").matter.state == "reported"


def test_a_reach_that_is_late_again_is_a_new_alert(look):
    look("R-001")
    look(at=later(1))
    look("R-001", at=later(9))

    assert Alert.objects.filter(key="R-001").count() == 2
    assert Alert.objects.open().count() == 1


@pytest.mark.parametrize("point", ["watch.alert.settle", "cases.case.open", "flows.matter.open", "watch.look.note"])
def test_a_look_that_was_cut_short_ends_the_same_when_it_is_repeated(point, look):
    def fall(name):
        if name == point:
            raise OSError("cut")

    fault.decide_by(fall)
    try:
        with pytest.raises(OSError, match="cut"):
            look("R-001", "R-002")
    finally:
        fault.decide_by(None)

    look("R-001", "R-002")

    assert Case.objects.count() == 2
    assert Alert.objects.count() == 2


def test_a_watch_that_cannot_see_says_so_and_does_not_look_calm(stores, monkeypatch, look):
    look("R-001")

    def refuse(*args, **kwargs):
        raise Problem("超出许可", help="x")

    monkeypatch.setattr(answers, "ask", refuse)
    _, watch = actions.find_watch(stores.shelf, "topics.rivers.late_reaches")
    with pytest.raises(Problem):
        actions.look(watch=watch, by="worker", at=later(1), stores=stores)

    assert Look.objects.first().problem_message == "超出许可"
    assert Alert.objects.open().count() == 1


def test_every_watch_gets_one_schedule_however_often_it_is_planned(stores):
    actions.plan_looks(shelf=stores.shelf, at=MONDAY)
    count = actions.plan_looks(shelf=stores.shelf, at=later(1))

    assert Schedule.objects.filter(job=actions.JOB).count() == count > 0


def test_an_unknown_watch_is_answered_with_the_known_ones(stores):
    with pytest.raises(UnknownName, match="没有名为") as caught:
        actions.find_watch(stores.shelf, "topics.rivers.late_reach")
    assert "topics.rivers.late_reaches" in caught.value.help
