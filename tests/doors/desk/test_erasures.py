"""An officer orders an erasure, the security officer sees the counts and approves, the worker does it, the proof is there."""

import pytest

from taihu.control.accounts.roles import Role
from taihu.control.catalogue import erasing
from taihu.control.flows import permissions
from taihu.control.flows.models import Matter
from taihu.control.runs.job import Task
from taihu.control.runs.models import Run
from taihu.data.collect.erasure.orders import Words
from taihu.data.collect.erasure.records import Records
from taihu.data.ledger import proof
from taihu.doors.desk import stores as provider
from taihu.doors.terminal import jobs
from tests import builders as make
from tests.data.collect.erasure.erasure_world import HEADING, OTHERS, PERSON, RESIDENT, a_resident, find_traces, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ORDER = {"identifier": PERSON, "ground": "《个人信息保护法》第四十七条", "reference": "湖数删3号", "reason": "本人申请"}
WORDS = Words(ORDER["ground"], ORDER["reference"], ORDER["reason"])


@pytest.fixture
def stores(tmp_path, monkeypatch):
    with make.a_house(tmp_path) as opened:
        monkeypatch.setattr(provider, "opened", lambda: opened)
        take_in(opened, RESIDENT, HEADING + a_resident(PERSON, "王小明") + a_resident(OTHERS[0], "张三"))
        yield opened


@pytest.fixture
def officer():
    return make.a_person("bigdata.officer", Role.OFFICER)


@pytest.fixture
def secadmin():
    return make.a_person("bigdata.security", Role.SECADMIN)


def work_off(stores):
    """What the worker would do now."""
    for run in Run.objects.filter(job__startswith="erase", state="waiting"):
        task = Task(str(run.pk), 1, run.args, stores, lambda: make.later(1), lambda *_: None)
        jobs.all_jobs()[run.job].call(task)
        Run.objects.filter(pk=run.pk).delete()


def only(stores):
    return Records(stores.root).list_all()[0]


def test_an_erasure_goes_from_the_order_to_the_proof(stores, browse, officer, secadmin):
    asking, approving = browse(officer), browse(secadmin)

    page = asking.post("/desk/erasures/ask", ORDER, follow=True)
    place = f"/desk/erasures/{only(stores).id}"
    assert page.redirect_chain[-1][0] == place
    assert "批准删除" not in approving.get(place).content.decode()  # nothing was counted yet
    work_off(stores)
    seen = approving.get(place).content.decode()
    assert "governed/bases.people.resident" in seen
    assert "批准删除" in seen
    assert "批准删除" not in asking.get(place).content.decode()
    assert approving.post(f"{place}/move/approved").status_code == 302
    work_off(stores)

    assert Matter.objects.get(flow="erasure").state == "done"
    given = b"".join(asking.get(f"{place}/proof").streaming_content)
    assert proof.verify(given).entry.act == "erase"
    assert find_traces(stores, PERSON, stores.vault.token(PERSON)) == []
    for client in (asking, approving):
        assert PERSON not in client.get(place).content.decode() + client.get("/desk/erasures/").content.decode()
    assert Run.objects.filter(job="link").count() == 1


def test_a_wrong_order_is_shown_again_without_the_number(stores, browse, officer):
    answer = browse(officer).post("/desk/erasures/ask", {**ORDER, "reference": ""})
    assert answer.status_code == 200
    assert PERSON not in answer.content.decode()
    assert Records(stores.root).list_all() == []


def test_a_refused_order_ends_and_nothing_was_erased(stores, browse, officer, secadmin):
    record = erasing.ask_for_person(
        identifier=PERSON, words=WORDS, provider="bigdata", by=officer, at=make.MONDAY, stores=stores
    )
    place = f"/desk/erasures/{record.id}"
    browse(secadmin).post(f"{place}/move/refused", {"reason": "申请人并非本人"})

    assert (only(stores).state, Matter.objects.get(flow="erasure").state) == ("refused", "refused")
    assert find_traces(stores, PERSON)


def test_who_is_officer_and_approver_does_not_approve_her_own_order(stores):
    both = make.a_person("bigdata.both", Role.OFFICER, Role.APPROVER)
    record = erasing.ask_for_person(
        identifier=PERSON, words=WORDS, provider="bigdata", by=both, at=make.MONDAY, stores=stores
    )
    work_off(stores)
    with pytest.raises(permissions.NeedsAnother):
        erasing.approve(record=record, by=both, at=make.MONDAY, stores=stores)
    assert only(stores).state == "asked"


@pytest.mark.parametrize("role", [Role.STEWARD, Role.APPROVER, Role.SECADMIN, Role.SYSADMIN, Role.AUDITOR])
def test_only_the_bureau_asks(stores, role):
    somebody = make.a_person(f"police.{role}", role)
    with pytest.raises(permissions.NotAllowed):
        erasing.ask_for_person(
            identifier=PERSON, words=WORDS, provider="bigdata", by=somebody, at=make.MONDAY, stores=stores
        )


def test_an_approver_of_another_department_does_not_see_it(stores, browse, officer):
    browse(officer).post("/desk/erasures/ask", ORDER)
    place = f"/desk/erasures/{only(stores).id}"
    stranger = browse(make.a_person("water.approver", Role.APPROVER))

    for path in (place, "/desk/erasures/none", f"{place}/proof"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{place}/move/approved").status_code == 404
    assert ORDER["reference"] not in stranger.get("/desk/erasures/").content.decode()
