"""What officials type is for those who deal with the matter: others see that something was written, and not what."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from taihu.control.accounts.roles import Role
from taihu.control.grants.request import NotAskable
from taihu.doors.desk import stores as provider
from taihu.patterns.cases import actions as cases
from taihu.patterns.cases.models import Case
from tests import builders as make
from tests.house.canaries import NUMBER
from tests.house.canary_city import Watched

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WORDS = f"居民金丝雀甲（{NUMBER}）反映"


@pytest.fixture
def world(tmp_path, monkeypatch):
    with make.a_house(tmp_path) as stores:
        monkeypatch.setattr(provider, "opened", lambda: stores)
        monkeypatch.setattr(timezone, "now", lambda: make.MONDAY)
        yield stores


def browse(username, role):
    return Watched(make.a_person(username, role), []).client


@pytest.fixture
def case(world):
    pack = world.shelf.pack("topics.rivers")
    kind = next(kind for kind in pack.cases if kind.name == "missed_patrol")
    report = cases.Report("R-001", "R-001巡查逾期", "person", text=WORDS)
    opened = cases.open_case(pack=pack, kind=kind, report=report, by=None, at=make.MONDAY, stores=world)
    steward = make.a_person("water.first", Role.STEWARD)
    for to, reason in (("accepted", ""), ("handling", ""), ("accepted", f"退回：{WORDS}")):
        cases.move(case=opened, to=to, by=steward, at=make.MONDAY, stores=world, reason=reason)
    Case.objects.filter(pk=opened.pk).update(result=f"结果：{WORDS}")
    return opened


@pytest.mark.parametrize(
    ("username", "role", "is_shown"),
    [
        ("water.steward", Role.STEWARD, True),
        ("water.approver", Role.APPROVER, True),
        ("bigdata.officer", Role.OFFICER, False),
    ],
)
def test_the_words_of_a_case_are_shown_to_those_who_deal_with_it(case, username, role, is_shown):
    page = browse(username, role).get(reverse("cases:record", args=[case.pk])).content.decode()

    assert "R-001巡查逾期" in page
    assert page.count("金丝雀甲") == (3 if is_shown else 0)
    assert (NUMBER in page) is is_shown
    assert ("***" in page) is not is_shown


def test_who_must_decide_sees_what_she_decides_on(world, case):
    steward = make.a_person("water.second", Role.STEWARD)
    for to, reason in (("handling", ""), ("handled", "已补巡")):
        cases.move(case=case, to=to, by=steward, at=make.MONDAY, stores=world, reason=reason)

    page = browse("bigdata.officer", Role.OFFICER).get(reverse("cases:record", args=[case.pk])).content.decode()

    assert "金丝雀甲" in page


@pytest.mark.parametrize("field", ["heading", "about_reach"])
def test_a_report_takes_no_number_where_it_would_stand_in_lists(world, field):
    said = {"heading": "巡查逾期", "about_reach": "R-002", "text": WORDS, "level": "一般", field: NUMBER}

    answer = browse("water.steward", Role.STEWARD).post(
        reverse("cases:report", args=["topics.rivers.missed_patrol"]), said
    )

    assert "请不要填写证件号码" in answer.content.decode()
    assert not Case.objects.exists()


@pytest.mark.parametrize("field", ["purpose", "ground", "assessment"])
def test_a_request_takes_no_number_in_words_that_go_into_the_ledger(world, field):
    dataset = world.shelf.dataset("bases.people.resident")

    with pytest.raises(NotAskable, match="请删去"):
        make.a_grant(world, dataset, "name", state="asked", **{field: f"核对居民{NUMBER}的户籍情况是否属实"})
