"""The other ways through the desk: the catalogue's gates, returns, hand-over, urging, suspending, stand-ins, runs."""

import datetime

import pytest
from django.urls import reverse

from taihu.control.accounts.day import day_of
from taihu.control.accounts.models import Delegation, Leave
from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions as catalogue
from taihu.control.catalogue.models import Entry
from taihu.control.flows.models import Matter
from taihu.control.grants import actions as grants
from taihu.control.grants import compile as compiling
from taihu.control.grants import looking
from taihu.control.grants.models import Grant
from taihu.control.runs import actions as runs
from taihu.control.runs.models import Run, State
from taihu.doors.desk import demo
from taihu.terms.permit import Form
from tests import builders as make
from tests.control import control_builders as small
from tests.control.grants.test_grants import REQUEST

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AFTER = datetime.datetime.now(datetime.UTC)


@pytest.fixture
def people():
    return {
        "steward": make.a_person("police.s", Role.STEWARD),
        "approver": make.a_person("police.a", Role.APPROVER),
        "second": make.a_person("police.b", Role.APPROVER),
        "asker": make.a_person("civil.s", Role.STEWARD),
        "officer": make.a_person("bigdata.o", Role.OFFICER),
        "security": make.a_person("bigdata.e", Role.SECADMIN),
    }


@pytest.fixture
def at_desk(people, browse):
    return {name: browse(person) for name, person in people.items()}


@pytest.fixture
def grant(people, stores):
    system = make.a_system("civil")
    return grants.ask(asked=REQUEST, system=system, dataset=small.RESIDENT, by=people["asker"], at=AFTER, stores=stores)


def _move(client, grant, to, **more):
    return client.post(reverse("grants:move", args=[grant.reference, to]), more)


def _state(grant):
    return Grant.objects.get(pk=grant.pk).state


def test_an_entry_goes_through_its_gates_on_the_pages(at_desk, people, stores):
    catalogue.sync(at=AFTER, stores=stores)
    dataset = small.RESIDENT.id

    def go(who, to, **more):
        return at_desk[who].post(reverse("catalogue:move", args=[dataset, to]), more).status_code

    words = {"summary": "居民", "contact": "户政科", "phone": "0572-2398765", "share_basis": "条例"}
    assert at_desk["asker"].get(reverse("catalogue:page", args=[dataset])).status_code == 404
    assert (
        at_desk["steward"].post(reverse("catalogue:write", args=[dataset]), {**words, "phone": "无"}).status_code == 200
    )
    assert at_desk["steward"].post(reverse("catalogue:write", args=[dataset]), words).status_code == 302
    assert go("approver", "department") == 409
    assert go("steward", "department") == 302
    assert go("approver", "draft") == 400
    assert go("approver", "draft", reason="补充覆盖范围") == 302
    assert go("steward", "department") == 302
    assert go("approver", "bureau") == 302
    assert go("officer", "published") == 302
    assert go("steward", "draft", reason="换联系人") == 302
    for filters in ({"q": "户籍"}, {"department": "police", "state": "draft"}, {"share": "none"}):
        assert "户籍人口" in at_desk["officer"].get(reverse("catalogue:list"), filters).content.decode()
    assert "没有符合条件" in at_desk["officer"].get(reverse("catalogue:list"), {"q": "月亮"}).content.decode()
    for who, to in (("steward", "department"), ("approver", "bureau"), ("officer", "published")):
        assert go(who, to) == 302
    assert go("officer", "withdrawn", reason="合并") == 302
    assert Entry.objects.get(pk=dataset).editions.count() == 2


def test_a_returned_request_is_mended_on_its_page(at_desk, grant):
    _move(at_desk["officer"], grant, "returned", reason="用途请写明环节")
    amend = reverse("grants:amend", args=[grant.reference])
    page = at_desk["asker"].get(amend).content.decode()
    assert "用途请写明环节" in page
    assert REQUEST.purpose in page
    until = (AFTER + datetime.timedelta(days=30)).date().isoformat()
    said = {
        "system": "civil.window", "columns": ["number"], "forms_wanted": ["lookup"], "purpose": "低保受理环节核对户籍",
        "ground": "暂行办法第十七条", "clear_level": "L2", "calls_a_day": 9, "rows_an_answer": 9, "until": until,
    }  # fmt: skip

    assert at_desk["asker"].post(amend, {**said, "columns": ["name"]}).status_code == 200
    assert _state(grant) == "returned"
    assert at_desk["asker"].post(amend, said).status_code == 302
    assert (_state(grant), Grant.objects.get().columns) == ("asked", ["number"])


def test_a_request_is_withdrawn_or_refused_with_words(at_desk, grant):
    assert _move(at_desk["officer"], grant, "refused").status_code == 400
    assert _move(at_desk["asker"], grant, "granted").status_code == 403
    assert _move(at_desk["asker"], grant, "withdrawn").status_code == 302
    assert _state(grant) == "withdrawn"
    assert _move(at_desk["asker"], grant, "asked").status_code == 409


def test_a_grant_is_suspended_by_the_security_officer_and_resumed_by_the_bureau(at_desk, people, stores, grant):
    grants.pass_on(grant=grant, by=people["officer"], at=AFTER, stores=stores)
    seen = compiling.digest(compiling.to_permit(grant, small.RESIDENT))
    said = {"grant": grant, "by": people["approver"], "at": AFTER, "stores": stores}
    grants.approve(dataset=small.RESIDENT, seen=seen, **said)

    assert "暂停授权" in at_desk["security"].get(reverse("grants:page", args=[grant.reference])).content.decode()
    _move(at_desk["security"], grant, "suspended", reason="异常调用")
    assert _state(grant) == "suspended"
    assert "恢复授权" in at_desk["officer"].get(reverse("grants:page", args=[grant.reference])).content.decode()
    _move(at_desk["officer"], grant, "granted", reason="查明")
    assert _state(grant) == "granted"
    _move(at_desk["approver"], grant, "ended", reason="职责调整")
    assert (_state(grant), str(grant)) == ("ended", f"{grant.code} 户籍人口")


@pytest.mark.parametrize(
    ("wanted", "question"),
    [((Form.LOOKUP,), "Lookup"), ((Form.VERIFY,), "Verify"), ((Form.QUERY, Form.LOOKUP), "Rows")],
)
def test_what_is_shown_is_asked_in_the_form_that_was_granted(stores, people, grant, wanted, question):
    grant.forms = [form.value for form in wanted]

    assert type(looking.question_of(grant, small.RESIDENT)).__name__ == question
    shown = looking.preview(grant, by=people["approver"], at=AFTER, stores=stores)
    assert (shown.answer is None) != (shown.problem is None)
    assert len(shown.digest) == 64


def test_a_matter_is_handed_over_by_name_and_urged_once(at_desk, people, grant):
    _move(at_desk["officer"], grant, "provider")
    hand = reverse("flows:hand_over", args=[grant.matter_id])
    assert people["second"].name in at_desk["approver"].get(hand).content.decode()
    assert at_desk["approver"].post(hand, {"to": people["officer"].pk, "reason": "x"}).status_code == 409
    assert at_desk["approver"].post(hand, {"to": people["second"].pk, "reason": "出差"}).status_code == 302
    assert Matter.objects.get(pk=grant.matter_id).assignee == people["second"]
    assert "没有待办" in at_desk["approver"].get("/desk/").content.decode()

    urge = reverse("flows:urge", args=[grant.matter_id])
    assert at_desk["asker"].post(urge)["Location"] == reverse("grants:page", args=[grant.reference])
    assert at_desk["asker"].post(urge).status_code == 409
    assert "催办" in at_desk["second"].get("/desk/").content.decode()


def test_a_stranger_can_neither_urge_nor_hand_over(browse, grant):
    stranger = browse(make.a_person("water.s", Role.STEWARD))

    for name in ("urge", "hand_over"):
        assert stranger.post(reverse(f"flows:{name}", args=[grant.matter_id])).status_code == 404


def test_she_arranges_her_stand_in_and_takes_it_back(at_desk, people):
    today = day_of(AFTER)
    said = {
        "role": "approver",
        "delegate": people["steward"].pk,
        "since": today,
        "until": today,
        "reason": "开会",
        "is_away": "on",
    }
    page = reverse("accounts:stand_in")
    assert at_desk["approver"].post(page, {**said, "until": today - datetime.timedelta(days=3)}).status_code == 200
    assert at_desk["approver"].post(page, said).status_code == 302
    assert Leave.objects.filter(person=people["approver"]).exists()
    assert "代办" in at_desk["steward"].get("/desk/").content.decode()

    made = Delegation.objects.get()
    end = reverse("accounts:end_stand_in", args=[made.pk])
    assert at_desk["second"].post(end).status_code == 404
    at_desk["approver"].post(end)
    assert people["steward"].hats(on=today) == people["steward"].own_hats()


def test_a_run_is_stopped_and_asked_for_again(at_desk, people):
    run = runs.ask(job="count", at=AFTER, by="x", title="数一数")
    assert (
        "数一数" in at_desk["steward"].get(reverse("runs:list"), {"state": "waiting", "job": "count"}).content.decode()
    )

    at_desk["officer"].post(reverse("runs:stop", args=[run.pk]), {"reason": "误提交"})
    assert at_desk["officer"].post(reverse("runs:stop", args=[run.pk])).status_code == 409
    at_desk["officer"].post(reverse("runs:again", args=[run.pk]))

    assert sorted(Run.objects.values_list("state", flat=True)) == [State.STOPPED, State.WAITING]


def test_a_problem_is_told_to_programs_in_the_one_shape(at_desk):
    answer = at_desk["steward"].get("/desk/people/", headers={"accept": "application/json"})

    assert answer.status_code == 403
    assert set(answer.json()) == {"code", "message", "where", "help"}


def test_the_demo_is_made_once_by_people_who_hold_the_roles(stores):
    assert demo.install(stores=stores, at=AFTER) == 2
    count = stores.ledger.count()

    assert demo.install(stores=stores, at=AFTER) == 2
    assert stores.ledger.count() == count
    entry = Entry.objects.get(pk=small.RESIDENT.id)
    hands = list(entry.matter.steps.exclude(by=None).values_list("by__username", flat=True))
    assert hands == ["police.steward", "police.approver", "bureau.officer"]
