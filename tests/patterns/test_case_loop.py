"""A case goes round the loop: accepted, dispatched, handled, verified by another, closed."""

import datetime

import pytest

from taihu.control.accounts.roles import Role
from taihu.control.flows import actions as flows
from taihu.control.flows import permissions as moves
from taihu.control.flows import registry
from taihu.patterns.cases import actions, kinds
from taihu.patterns.cases.models import Case
from taihu.patterns.cases.permissions import NotAllowed
from tests.builders import MONDAY, a_person, later
from tests.patterns.pattern_builders import a_case

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def steward():
    return a_person("water.steward", Role.STEWARD)


@pytest.fixture
def officer():
    return a_person("bigdata.officer", Role.OFFICER)


def test_a_case_goes_round_the_loop_and_keeps_what_was_done(stores, steward, officer, acts):
    case = a_case(stores)
    said = {"stores": stores}

    actions.move(case=case, to="accepted", by=steward, at=later(hours=1), **said)
    actions.move(case=case, to="handling", by=steward, at=later(hours=2), **said)
    actions.move(case=case, to="handled", by=steward, at=later(1), reason="已补巡,无异常", **said)
    actions.move(case=case, to="closed", by=officer, at=later(2), **said)

    case.refresh_from_db()
    assert case.result == "已补巡,无异常"
    assert case.matter.ended_at == later(2)
    assert [step.title for step in case.matter.steps.all()] == [
        "发起",
        "受理",
        "派遣",
        "提交处置结果",
        "核查通过并结案",
    ]
    assert acts()[-1] == "cases.topics.rivers.missed_patrol.closed"


def test_who_handled_a_case_does_not_verify_it(stores):
    both = a_person("water.both", Role.STEWARD, Role.APPROVER)
    case = a_case(stores)
    for to, reason in (("accepted", ""), ("handling", ""), ("handled", "已补巡")):
        actions.move(case=case, to=to, by=both, at=later(hours=1), stores=stores, reason=reason)

    with pytest.raises(moves.NeedsAnother):
        actions.move(case=case, to="closed", by=both, at=later(hours=2), stores=stores)


def test_a_verification_that_fails_sends_the_case_back_with_a_reason(stores, steward, officer):
    case = a_case(stores)
    for to, reason in (("accepted", ""), ("handling", ""), ("handled", "已补巡")):
        actions.move(case=case, to=to, by=steward, at=later(hours=1), stores=stores, reason=reason)

    with pytest.raises(moves.NeedsReason):
        actions.move(case=case, to="handling", by=officer, at=later(hours=2), stores=stores)
    actions.move(case=case, to="handling", by=officer, at=later(hours=2), stores=stores, reason="照片不是该河段")

    assert case.matter.state == "handling"


def test_each_step_has_the_working_days_that_its_kind_declares(stores, steward):
    friday = datetime.datetime(2026, 11, 27, 10, tzinfo=MONDAY.tzinfo)
    case = a_case(stores, at=friday)

    assert case.matter.due_on == datetime.date(2026, 11, 30)
    actions.move(case=case, to="accepted", by=steward, at=friday, stores=stores)
    actions.move(case=case, to="handling", by=steward, at=friday, stores=stores)
    assert case.matter.due_on == datetime.date(2026, 12, 2)


def test_a_late_case_is_escalated_to_the_bureau(stores, officer):
    case = a_case(stores)

    assert flows.escalate_due(at=later(days=5), stores=stores) == 1

    case.matter.refresh_from_db()
    assert case.matter.over_role == Role.OFFICER


def test_one_case_is_open_about_one_thing(stores, steward):
    a_case(stores, key="R-001")

    with pytest.raises(flows.AlreadyOpen):
        a_case(stores, key="R-001", by=steward)
    a_case(stores, key="R-002", by=steward)

    assert Case.objects.open().count() == 2


def test_a_case_may_open_again_after_it_was_closed(stores, steward):
    case = a_case(stores)
    actions.move(case=case, to="void", by=steward, at=later(hours=1), stores=stores, reason="重复上报")

    again = a_case(stores)

    assert again.pk != case.pk


@pytest.mark.parametrize(
    ("username", "role", "may"),
    [
        ("police.steward", Role.STEWARD, True),
        ("water.approver", Role.APPROVER, True),
        ("bigdata.officer", Role.OFFICER, True),
        ("water.developer", Role.DEVELOPER, False),
        ("bigdata.auditor", Role.AUDITOR, False),
        ("bigdata.sysadmin", Role.SYSADMIN, False),
    ],
)
def test_who_may_report(username, role, may, stores):
    person = a_person(username, role)

    if may:
        assert a_case(stores, by=person).matter.opened_by == person
    else:
        with pytest.raises(NotAllowed):
            a_case(stores, by=person)
        assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("username", "role", "sees"),
    [
        ("water.steward", Role.STEWARD, True),
        ("bigdata.officer", Role.OFFICER, True),
        ("police.steward", Role.STEWARD, False),
        ("water.developer", Role.DEVELOPER, False),
        ("water.auditor", Role.AUDITOR, False),
    ],
)
def test_who_sees_a_case(username, role, sees, stores):
    a_case(stores)
    person = a_person(username, role)

    assert Case.objects.seen_by(person.hats(on=MONDAY.date())).exists() is sees


def test_every_kind_on_the_shelf_makes_a_sound_flow(stores):
    declared = [kind for pack in stores.shelf.packs.values() for kind in pack.cases]

    assert declared
    for kind in declared:
        assert registry.find(kinds.flow_name(kind)).title == kind.title


def test_a_cause_that_is_gone_sends_the_case_to_verification_but_never_closes_it(stores, steward, officer):
    case = a_case(stores)

    assert actions.note_gone(case=case, at=later(1), stores=stores)
    assert case.matter.state == "handled"
    assert not actions.note_gone(case=case, at=later(2), stores=stores)

    actions.move(case=case, to="closed", by=officer, at=later(2), stores=stores)


def test_keys_name_their_columns_and_long_ones_are_shortened():
    assert actions.make_key(("reach",), {"reach": "R-001"}, where="x") == "R-001"
    assert actions.make_key(("a", "b"), {"a": "1|2", "b": "3"}, where="x") == "1｜2|3"
    assert len(actions.make_key(("a",), {"a": "x" * 500}, where="x")) <= 60
    with pytest.raises(actions.MissingKey):
        actions.make_key(("a", "b"), {"a": "1"}, where="x")
