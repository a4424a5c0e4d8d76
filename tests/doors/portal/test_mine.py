"""A citizen's own page: every use in words, nobody else's affairs, a proof, an objection, a correction."""

import datetime
import json
import shutil
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from taihu.control.accounts import sessions
from taihu.control.accounts.roles import Role
from taihu.control.flows import actions as flows
from taihu.control.flows.models import Matter
from taihu.data.guard import answer as guard
from taihu.data.guard import bulk, conceal
from taihu.data.guard.question import Lookup, Rows
from taihu.data.ledger import node, proof
from taihu.doors.desk import stores as provider
from taihu.doors.portal.mine import actions, identity, uses
from taihu.doors.portal.mine.identity import Citizen
from taihu.doors.portal.models import Appeal
from taihu.terms.label import Label, Level
from taihu.terms.permit import Form
from tests import builders as make
from tests.data.guard import guard_world
from tests.data.guard.guard_world import IDS, PERSON, a_permit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HOUSE = Path(__file__).resolve().parents[3]
FIRST, SECOND, THIRD = IDS
KINDS = frozenset(("person",))
AID = a_permit(system="civil.relief", label=Label(Level.L3, KINDS))
BULK = a_permit(grant="g-bulk", forms=frozenset((Form.BULK,)), label=Label(Level.L3, KINDS))
POLICE = a_permit(grant="g-police", department="police", system="police.census", purpose="刑事案件侦查")


@pytest.fixture
def stores(tmp_path, monkeypatch):
    shutil.copytree(HOUSE / "packs" / "standards", tmp_path / "packs" / "standards")
    opened = guard_world.a_shelf_and_stores(tmp_path)
    guard_world.write_people(opened)
    monkeypatch.setattr(provider, "opened", lambda: opened)
    make.a_department("civil")
    make.a_department("police")
    yield opened
    opened.close()


def a_citizen(number, stores):
    return Citizen(conceal.subject_of(number, stores.vault), "沈*", f"{number[:6]}********{number[-4:]}")


@pytest.fixture
def visit(stores):
    def open_as(number):
        client = Client(headers={"accept": "text/html"})
        citizen = a_citizen(number, stores)
        session = client.session
        told = {"subject": citizen.subject, "name": citizen.name, "number": citizen.number}
        session[identity.SESSION] = {**told, "at": timezone.now().timestamp()}
        session.save()
        return client

    return open_as


def ask(stores, number=FIRST, permit=AID, *, ago=datetime.timedelta(0), **more):
    question = Lookup(PERSON, {"id": number}, ("id", "name", "town"), **more)
    at = timezone.now() - ago
    return guard.answer(question, permit, stores=stores, by="窗口01", at=at).receipt.id


def test_a_use_is_told_in_words_and_without_values(stores, visit):
    ask(stores, filing="SQ-1")

    page = visit(FIRST).get("/my/").content.decode()

    for words in ("民政局", "按证件号码查询", "人口登记", "核对救助对象", "身份证号（脱敏）、姓名、乡镇"):
        assert words in page
    for value in (FIRST, "沈一", "330502001", "窗口01"):
        assert value not in page


def test_nobody_sees_another_persons_use(stores, visit):
    place = ask(stores)
    mine, other = visit(FIRST), visit(SECOND)

    assert "没有使用记录" in other.get("/my/").content.decode()
    for path in (f"/my/uses/{place}", f"/my/uses/{place}/proof"):
        assert mine.get(path).status_code == 200
        assert other.get(path).status_code == 404
    assert other.post(f"/my/uses/{place}/object", {"words": "我没有办理此事"}).status_code == 404
    assert not Appeal.objects.exists()


def test_an_objection_of_one_is_not_shown_to_another(stores, visit):
    place = ask(stores)
    mine, other = visit(FIRST), visit(SECOND)
    ask(stores, SECOND)
    address = mine.post(f"/my/uses/{place}/object", {"words": "我没有办理此事"}).url

    assert "我没有办理此事" in mine.get(address).content.decode()
    assert other.get(address).status_code == 404
    assert "没有提出过异议或更正" in other.get("/my/").content.decode()


def test_without_a_visit_each_page_leads_to_the_entrance(stores, settings):
    settings.TAIHU_DEMO = False
    place = ask(stores)
    client = Client(headers={"accept": "text/html"})

    for path in (f"/my/uses/{place}", f"/my/uses/{place}/proof", "/my/correct", "/my/appeals/0123456789abcdef"):
        assert client.get(path).url == "/my/"
    assert "尚未接通身份认证" in client.get("/my/").content.decode()
    assert client.post("/my/enter", {"person": "0"}).status_code == 404


def test_a_visit_ends_after_half_an_hour_and_when_one_leaves(stores, visit):
    client = visit(FIRST)
    session = client.session
    session[identity.SESSION] = {**session[identity.SESSION], "at": timezone.now().timestamp() - 1_801}
    session.save()
    assert "使用过我的数据" not in client.get("/my/").content.decode()

    again = visit(FIRST)
    again.post("/my/leave")
    assert "使用过我的数据" not in again.get("/my/").content.decode()


def test_no_page_of_a_citizen_is_kept_by_the_browser(stores, visit):
    place = ask(stores)
    client = visit(FIRST)

    for path in ("/my/", f"/my/uses/{place}", f"/my/uses/{place}/proof", "/my/correct"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store"


def test_what_the_police_looked_up_in_a_case_shows_after_half_a_year(stores, visit):
    fresh = ask(stores, permit=POLICE, ago=datetime.timedelta(days=40))
    old = ask(stores, permit=POLICE, ago=datetime.timedelta(days=230))
    client = visit(FIRST)

    assert client.get(f"/my/uses/{fresh}").status_code == 404
    assert "刑事诉讼法关于侦查保密的规定" in client.get(f"/my/uses/{old}").content.decode()
    page = client.get("/my/").content.decode()
    assert page.count("刑事案件侦查") == 1


@pytest.mark.parametrize(
    ("kinds", "days", "is_seen"), [(("medical",), 20, False), (("medical",), 70, True), ((), 1, True)]
)
def test_a_class_is_told_by_the_kinds_of_the_label_too(stores, kinds, days, is_seen):
    delays = uses.delays_of(stores)
    at = timezone.now()
    since = at - datetime.timedelta(days=days)

    held = [one for one in delays if one.holds(kinds, "civil", "核对")]

    assert all(one.is_over(since, at) for one in held) is is_seen


def test_in_a_list_of_many_nothing_tells_of_the_others(stores, visit):
    place = guard.answer(
        Rows(PERSON, ("id", "name"), filing="OTHER-9"), AID, stores=stores, by="窗口01", at=timezone.now()
    ).receipt.id
    client = visit(FIRST)

    page = client.get(f"/my/uses/{place}").content.decode()
    file = client.get(f"/my/uses/{place}/proof").content.decode()

    assert "查阅列表" in page
    for secret in ("OTHER-9", *(conceal.subject_of(number, stores.vault) for number in IDS), *IDS):
        assert secret not in page
        assert secret not in file


def test_a_bulk_delivery_shows_to_each_person_in_it(stores, visit):
    guard_world.write_people(stores, guard_world.PEOPLE[:2], number=2)
    delivery = bulk.begin(Rows(PERSON, ("id", "name")), BULK, stores=stores, by="li", at=timezone.now())
    list(delivery.pages())
    place = delivery.enter().id

    assert visit(FIRST).get(f"/my/uses/{place}").status_code == 200
    assert "批量提供" in visit(SECOND).get("/my/").content.decode()
    assert visit(THIRD).get(f"/my/uses/{place}").status_code == 404
    assert "没有使用记录" in visit(THIRD).get("/my/").content.decode()


def test_other_entries_are_no_uses(stores, visit):
    ask(stores)
    stores.ledger.append(make_entry(stores, "accounts.sign-in"))
    place = stores.ledger.entries().entries[0]

    assert place.entry.act == "accounts.sign-in"
    assert visit(FIRST).get(f"/my/uses/{place.id}").status_code == 404
    assert visit(FIRST).get("/my/uses/none/0").status_code == 404


def make_entry(stores, act):
    entry = stores.ledger.entries().entries[0].entry
    return type(entry)(at=timezone.now(), act=act, subjects=entry.subjects)


def test_the_proof_verifies_under_the_published_heads(stores, visit):
    place = ask(stores)
    node.publish(stores.ledger, at=timezone.now())
    client = visit(FIRST)

    verdict = proof.verify(client.get(f"/my/uses/{place}/proof").content)
    heads = json.loads(client.get("/ledger/heads.json").content)

    assert verdict.is_valid
    assert verdict.node.root == heads["heads"][-1]["head"]["root"]
    assert "1 期前后一致" in client.get("/ledger/").content.decode()


def test_the_department_answers_an_objection_and_the_citizen_reads_it(stores, visit):
    place = ask(stores)
    client = visit(FIRST)
    address = client.post(f"/my/uses/{place}/object", {"words": "我没有办理此事"}).url
    appeal = Appeal.objects.get()
    steward = make.a_person("civil.objections", Role.STEWARD)

    assert appeal.matter.sides == {"handler": "civil"}
    assert appeal.matter.due_on is not None
    assert Matter.objects.waiting_for(steward, steward.hats(on=timezone.localdate())).get() == appeal.matter
    desk = signed_in(steward)
    page = desk.get(f"/desk/appeals/{appeal.reference}").content.decode()
    assert "我没有办理此事" in page
    assert FIRST not in page
    desk.post(f"/desk/appeals/{appeal.reference}/wrongful", {"reason": "经办人误输证件号码，已作废"})

    told = client.get(address).content.decode()
    assert "确属不当，已纠正" in told
    assert "经办人误输证件号码，已作废" in told


def test_a_second_objection_goes_to_the_bureau(stores, visit):
    place = ask(stores)
    client = visit(FIRST)
    client.post(f"/my/uses/{place}/object", {"words": "我没有办理此事"})
    first = Appeal.objects.get()
    steward = make.a_person("civil.objections", Role.STEWARD)
    assert client.post(f"/my/uses/{place}/object", {"words": "我没有办理此事"}).status_code == 409

    now = timezone.now()
    flows.move(matter=first.matter, to="explained", by=steward, at=now, stores=stores, reason="有申请")
    client.post(f"/my/uses/{place}/object", {"words": "我仍然没有办理"})

    second = Appeal.objects.exclude(pk=first.pk).get()
    assert second.matter.state == "review"
    assert second.matter.waits_role == Role.OFFICER.value


def test_a_correction_goes_to_the_sole_source(stores, visit):
    client = visit(FIRST)
    page = client.get("/my/correct").content.decode()
    assert "人口登记" in page

    address = client.post("/my/correct", {"column": f"{PERSON}/name", "words": "姓名应为沈壹，见户口簿"}).url

    appeal = Appeal.objects.get()
    assert (appeal.kind, appeal.department, appeal.column) == ("correction", "police", "name")
    assert "数源单位核实" in client.get(address).content.decode()
    assert client.post("/my/correct", {"column": f"{PERSON}/none", "words": "姓名应为沈壹"}).status_code == 422
    assert client.post("/my/correct", {"column": f"{PERSON}/name", "words": "姓名应为沈壹"}).status_code == 409


def test_the_words_of_a_citizen_stand_neither_in_the_ledger_nor_in_the_matter(stores, visit):
    place = ask(stores)
    visit(FIRST).post(f"/my/uses/{place}/object", {"words": "我叫沈一，没有办理"})

    written = b"".join(path.read_bytes() for path in stores.ledger.root.rglob("entries.log"))
    matter = Matter.objects.get()

    assert "没有办理".encode() not in written
    assert "沈一" not in matter.title + str(list(matter.steps.values_list("reason", flat=True)))


def test_another_department_does_not_see_the_objection(stores, visit):
    place = ask(stores)
    visit(FIRST).post(f"/my/uses/{place}/object", {"words": "我没有办理此事"})
    reference = Appeal.objects.get().reference

    assert (
        signed_in(make.a_person("police.other", Role.STEWARD, department="police"))
        .get(f"/desk/appeals/{reference}")
        .status_code
        == 404
    )
    assert signed_in(make.a_person("aud", Role.AUDITOR)).get(f"/desk/appeals/{reference}").status_code == 403


def test_a_use_of_the_platform_itself_is_answered_by_the_bureau(stores, visit):
    place = ask(stores, permit=a_permit(department="public", system="portal"))
    client = visit(FIRST)
    assert client.post(f"/my/uses/{place}/object", {"words": "我没有办理此事"}).status_code == 409

    make.a_person("officer", Role.OFFICER, department="bigdata")
    client.post(f"/my/uses/{place}/object", {"words": "我没有办理此事"})

    assert Appeal.objects.get().department == "bigdata"


def test_not_more_than_some_matters_are_open_at_once(stores, visit, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OPEN", 1)
    client = visit(FIRST)
    places = [ask(stores), ask(stores)]

    statuses = [client.post(f"/my/uses/{place}/object", {"words": "我没有办理此事"}).status_code for place in places]

    assert statuses == [302, 409]


def signed_in(person):
    client = Client(headers={"accept": "text/html"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[sessions.BEGUN] = session[sessions.SEEN] = timezone.now().timestamp()
    session.save()
    return client
