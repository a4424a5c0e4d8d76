"""Grants: asked, looked at, signed over what was shown, kept by the guard, ended."""

import dataclasses
import datetime

import pytest
from django.db import IntegrityError, transaction

from taihu.control.accounts.roles import Role
from taihu.control.flows import permissions as flow_permissions
from taihu.control.grants import actions, keeping, permissions, request
from taihu.control.grants import compile as compiling
from taihu.control.grants.models import Grant
from taihu.control.grants.request import NotAskable, Request
from taihu.terms import fault
from taihu.terms.label import Label, Level
from taihu.terms.permit import Form, Scope
from tests import builders as make
from tests.control import control_builders as small

pytestmark = pytest.mark.django_db
REQUEST = Request(
    dataset="bases.people.resident",
    columns=("number", "name"),
    forms=(Form.LOOKUP,),
    purpose="核对低保申请人户籍",
    ground="社会救助暂行办法第十七条",
    until=datetime.date(2027, 6, 30),
    assessment="仅在受理环节核对,不留存,影响可控",
)
OPEN = dataclasses.replace(REQUEST, dataset="bases.people.street", columns=("code", "title"), assessment="")


@pytest.fixture
def people():
    return {
        "asker": make.a_person("civil.a", Role.STEWARD),
        "developer": make.a_person("civil.dev", Role.DEVELOPER),
        "provider": make.a_person("police.b", Role.APPROVER),
        "officer": make.a_person("bigdata.a", Role.OFFICER),
        "security": make.a_person("bigdata.s", Role.SECADMIN),
        "stranger": make.a_person("water.a", Role.STEWARD),
    }


@pytest.fixture
def world(people, stores, django_capture_on_commit_callbacks):
    """Calls an action as somebody, with what it would do after the commit done."""
    system = make.a_system("civil")

    def act(verb, who, at=make.MONDAY, **more):
        by = people[who] if who else None
        with django_capture_on_commit_callbacks(execute=True):
            return verb(by=by, at=at, stores=stores, **more)

    act.system = system
    return act


def _ask(world, asked=REQUEST, who="asker", dataset=small.RESIDENT):
    if asked.dataset.endswith("street"):
        dataset = small.STREET
    return world(actions.ask, who, asked=asked, system=world.system, dataset=dataset)


def _seen(grant, dataset=small.RESIDENT):
    return compiling.digest(compiling.to_permit(grant, dataset))


def _granted(world):
    grant = _ask(world)
    world(actions.pass_on, "officer", grant=grant)
    world(actions.approve, "provider", grant=grant, dataset=small.RESIDENT, seen=_seen(grant))
    return grant


def test_a_request_becomes_a_permit_that_the_guard_keeps(world, stores, acts):
    grant = _granted(world)

    permit = keeping.permits_of(stores).find(grant.code)
    assert permit == compiling.to_permit(grant, small.RESIDENT)
    assert permit.label == Label(Level.L2, frozenset({"person"}))
    assert acts() == ["grant.open", "grant.provider", "grant.granted"]
    assert grant.signed_digest == _seen(grant)


def test_the_key_is_shown_once_and_only_its_hash_is_kept(world, stores):
    grant = _granted(world)

    key = world(actions.issue_key, "developer", grant=grant)
    again = world(actions.issue_key, "asker", grant=grant)

    permits = keeping.permits_of(stores)
    assert permits.find_by_key(key) == ()
    assert [permit.grant for permit in permits.find_by_key(again)] == [grant.code]
    assert key not in str(Grant.objects.values().get())


@pytest.mark.parametrize("who", ["provider", "officer", "stranger", "security"])
def test_nobody_else_takes_the_key(world, people, who):
    grant = _granted(world)

    assert not permissions.can_take_key(people[who], grant, on=make.MONDAY.date())
    with pytest.raises(permissions.NoKey):
        world(actions.issue_key, who, grant=grant)


def test_a_key_belongs_to_a_live_grant(world, people):
    grant = _ask(world)

    with pytest.raises(permissions.NoKey):
        world(actions.issue_key, "asker", grant=grant)
    assert not permissions.can_take_key(people["asker"], grant, on=make.MONDAY.date())


def test_what_was_not_seen_cannot_be_signed(world):
    grant = _ask(world)
    world(actions.pass_on, "officer", grant=grant)
    seen = _seen(grant)
    Grant.objects.filter(pk=grant.pk).update(columns=["number", "name", "town"])
    grant.refresh_from_db()

    with pytest.raises(permissions.NotSeen):
        world(actions.approve, "provider", grant=grant, dataset=small.RESIDENT, seen=seen)
    assert grant.state == "provider"


def test_the_bureau_grants_at_once_what_is_shared_unconditionally(world):
    grant = _ask(world, OPEN)
    world(actions.approve, "officer", grant=grant, dataset=small.STREET, seen=_seen(grant, small.STREET))
    assert grant.state == "granted"

    other = _ask(world)
    with pytest.raises(permissions.NotUnconditional):
        world(actions.approve, "officer", grant=other, dataset=small.RESIDENT, seen=_seen(other))


def test_only_people_of_the_system_ask_for_it(world):
    for who in ("provider", "officer", "stranger", "security"):
        with pytest.raises(permissions.NotYourSystem):
            _ask(world, who=who)
    assert _ask(world, who="developer").state == "asked"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"columns": ()}, "至少选择一个数据项"),
        ({"columns": ("moon",)}, "没有数据项 moon"),
        ({"columns": ("secret",)}, "不予共享"),
        ({"purpose": "查"}, "写明用途"),
        ({"ground": ""}, "写明依据"),
        ({"assessment": ""}, "影响评估"),
        ({"forms": ()}, "使用方式"),
        ({"clear_level": Level.L4}, "L4"),
        ({"until": datetime.date(2026, 11, 22)}, "不能早于今天"),
        ({"until": datetime.date(2028, 1, 1)}, "最长一年"),
        ({"calls_a_day": 0}, "每日调用上限"),
        ({"rows_an_answer": 100_000}, "单次返回上限"),
        ({"scope_column": "moon", "scope_values": ("1",)}, "不存在"),
        ({"scope_column": "town"}, "同时填写"),
    ],
)
def test_a_request_that_says_too_little_or_asks_too_much_is_told_what_to_change(world, change, said):
    with pytest.raises(NotAskable, match=said):
        _ask(world, dataclasses.replace(REQUEST, **change))
    assert not Grant.objects.exists()


def test_all_faults_of_a_request_are_told_at_once(world):
    with pytest.raises(NotAskable) as refused:
        _ask(world, dataclasses.replace(REQUEST, purpose="", ground="", forms=()))

    assert refused.value.help.count("\n") == 2


def test_a_request_sent_back_is_mended_and_handed_in_again(world):
    grant = _ask(world)
    world(actions.send_back, "officer", grant=grant, reason="用途请写明环节")
    better = dataclasses.replace(REQUEST, purpose="低保受理环节核对申请人户籍", columns=("number",))
    with pytest.raises(NotAskable):
        world(actions.amend, "asker", grant=grant, asked=OPEN, dataset=small.STREET)

    world(actions.amend, "developer", grant=grant, asked=better, dataset=small.RESIDENT)

    grant.refresh_from_db()
    assert (grant.state, grant.columns, grant.purpose) == ("asked", ["number"], better.purpose)


@pytest.mark.parametrize(("verb", "state"), [(actions.refuse, "refused"), (actions.withdraw, "withdrawn")])
def test_a_request_closed_before_it_was_granted_leaves_no_permit(world, stores, verb, state):
    grant = _ask(world)

    if verb is actions.refuse:
        world(verb, "officer", grant=grant, reason="没有依据")
    else:
        world(verb, "asker", grant=grant)

    assert (grant.state, bool(grant.ended_at), bool(grant.end_reason)) == (state, True, True)
    assert keeping.permits_of(stores).find(grant.code) is None


def test_a_refusal_needs_its_reason(world):
    with pytest.raises(flow_permissions.NeedsReason):
        world(actions.refuse, "officer", grant=_ask(world), reason=" ")


def test_who_checked_conformity_may_not_sign_for_the_provider(world, people):
    both = make.a_person("police.both", Role.APPROVER, Role.OFFICER)
    people["both"] = both
    grant = _ask(world)
    world(actions.pass_on, "both", grant=grant)

    with pytest.raises(flow_permissions.NeedsAnother):
        world(actions.approve, "both", grant=grant, dataset=small.RESIDENT, seen=_seen(grant))


def test_a_suspended_grant_opens_nothing_until_it_is_resumed(world, stores):
    grant = _granted(world)
    key = world(actions.issue_key, "asker", grant=grant)
    permits = keeping.permits_of(stores)

    world(actions.suspend, "security", grant=grant, reason="异常调用")
    assert permits.find_by_key(key) == ()
    world(actions.resume, "officer", grant=grant, reason="查明为压测")

    assert len(permits.find_by_key(key)) == 1


def test_the_security_officer_never_decides_a_grant(world):
    grant = _ask(world)
    for verb, more in (
        (actions.pass_on, {}),
        (actions.refuse, {"reason": "不"}),
        (actions.send_back, {"reason": "不"}),
    ):
        with pytest.raises(flow_permissions.NotAllowed):
            world(verb, "security", grant=grant, **more)


def test_an_ended_grant_is_forgotten_by_the_guard(world, stores, acts):
    grant = _granted(world)

    world(actions.end, "provider", grant=grant, reason="职责调整")

    assert keeping.permits_of(stores).find(grant.code) is None
    assert (grant.ended_by, grant.end_reason, acts()[-1]) == ("police.b", "职责调整", "grant.ended")


def test_a_grant_ends_by_itself_after_its_last_day(world, stores):
    grant = _granted(world)
    last_evening = datetime.datetime(2027, 6, 30, 23, 0, tzinfo=make.MONDAY.tzinfo)

    assert actions.expire(at=last_evening, stores=stores) == 0
    assert actions.expire(at=last_evening + datetime.timedelta(hours=2), stores=stores) == 1

    grant.refresh_from_db()
    assert (grant.state, grant.end_reason) == ("ended", "有效期届满")


def test_a_request_that_waited_past_its_own_end_is_not_signed(world):
    grant = _ask(world, dataclasses.replace(REQUEST, until=datetime.date(2026, 11, 24)))
    world(actions.pass_on, "officer", grant=grant)

    with pytest.raises(NotAskable):
        world(actions.approve, "provider", at=make.later(3), grant=grant, dataset=small.RESIDENT, seen=_seen(grant))


def test_after_a_kill_between_commit_and_permit_both_sides_are_made_equal(world, people, stores):
    grant = _ask(world)
    world(actions.pass_on, "officer", grant=grant)
    actions.approve(
        grant=grant, dataset=small.RESIDENT, seen=_seen(grant), by=people["provider"], at=make.MONDAY, stores=stores
    )
    ended = _granted(world)
    world(actions.end, "officer", grant=ended, reason="撤销")
    permits = keeping.permits_of(stores)
    permits.keep(compiling.to_permit(ended, small.RESIDENT))

    assert permits.find(grant.code) is None
    assert keeping.reconcile(at=make.MONDAY, stores=stores) == 2
    assert keeping.reconcile(at=make.MONDAY, stores=stores) == 0
    assert (permits.find(grant.code) is None, permits.find(ended.code)) == (False, None)


def test_scope_and_presence_are_part_of_the_permit(world):
    scoped = dataclasses.replace(
        REQUEST, columns=("town",), scope_column="town", scope_values=("330502",), is_scope_prefix=True
    )
    permit = compiling.to_permit(_ask(world, scoped), small.RESIDENT)

    assert permit.scope == (Scope("town", ("330502",), by_prefix=True),)
    hidden = dataclasses.replace(small.RESIDENT, presence=Label(Level.L3, frozenset({"medical"})))
    assert request.lowest_clear_level(hidden) is Level.L3


@pytest.mark.parametrize("field", ["purpose", "until", "columns", "forms", "clear_level", "calls_a_day"])
def test_the_digest_changes_with_whatever_the_permit_says(world, field):
    grant = _ask(world)
    before = _seen(grant)
    changed = {
        "until": datetime.date(2026, 12, 1),
        "columns": ["town"],
        "forms": ["query"],
        "clear_level": 3,
        "calls_a_day": 5,
    }

    setattr(grant, field, changed.get(field, "别的"))

    assert _seen(grant) != before


def test_each_department_sees_its_side_and_the_bureau_sees_all(world, people):
    grant = _granted(world)
    on = make.MONDAY.date()

    for who, sees in (("asker", True), ("provider", True), ("officer", True), ("security", True), ("stranger", False)):
        assert Grant.objects.visible_to(people[who].hats(on=on)).filter(pk=grant.pk).exists() is sees
    assert list(Grant.objects.live(on=on)) == [grant]


@pytest.mark.parametrize(
    "broken",
    [
        {"granted_at": make.MONDAY},
        {"ended_at": make.MONDAY},
        {"ended_at": make.MONDAY, "ended_by": "x"},
        {"key_hash": "0" * 64},
        {"clear_level": 4},
    ],
)
def test_pairs_that_must_agree_are_kept_by_the_database(world, broken):
    grant = _ask(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(**broken)


@pytest.mark.parametrize(
    "point", ["flows.matter.change", "flows.step.note", "outbox.message.write", "grants.grant.sign"]
)
def test_a_write_that_fails_on_the_way_leaves_the_grant_as_it_was(world, stores, point):
    grant = _ask(world)
    world(actions.pass_on, "officer", grant=grant)
    seen = _seen(grant)

    def fall(name):
        if name == point:
            raise OSError(28, "no space")

    fault.decide_by(fall)
    try:
        with pytest.raises(OSError, match="no space"):
            world(actions.approve, "provider", grant=grant, dataset=small.RESIDENT, seen=seen)
    finally:
        fault.decide_by(None)

    kept = Grant.objects.get(pk=grant.pk)
    assert (kept.state, kept.granted_at, kept.matter.steps.count()) == ("provider", None, 2)
    assert keeping.permits_of(stores).find(grant.code) is None


def test_where_the_ledger_cannot_write_nothing_is_signed(world, stores, monkeypatch):
    grant = _ask(world)
    world(actions.pass_on, "officer", grant=grant)

    def refuse(entry):
        raise OSError(28, "no space")

    monkeypatch.setattr(stores.ledger, "append", refuse)
    with pytest.raises(OSError, match="no space"):
        world(actions.approve, "provider", grant=grant, dataset=small.RESIDENT, seen=_seen(grant))

    assert Grant.objects.get(pk=grant.pk).state == "provider"
