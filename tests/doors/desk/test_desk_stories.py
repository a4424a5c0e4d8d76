"""What people do at the desk, page by page: mend a returned workbook; ask, look, sign, take the key; audit."""

import datetime
import io
import json
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions as catalogue
from taihu.control.catalogue.models import Entry
from taihu.control.grants import keeping
from taihu.control.grants.models import Grant
from taihu.data.collect import batches
from taihu.data.ledger import proof
from taihu.data.refine import refine
from tests import builders as make
from tests.control import control_builders as small

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CSV = "项number,项name,项town,项secret\nA1,沈一,330502,x\nA1,费二,330503,y\n,钮三,330502,z\nA4,潘四,330502,w\n"
WORDS = {"summary": "居民", "contact": "户政科", "phone": "0572-1", "share_basis": "条例", "share_condition": ""}


@pytest.fixture
def people():
    return {
        "steward": make.a_person("police.s", Role.STEWARD),
        "approver": make.a_person("police.a", Role.APPROVER),
        "asker": make.a_person("civil.s", Role.STEWARD),
        "officer": make.a_person("bigdata.o", Role.OFFICER),
        "auditor": make.a_person("bigdata.u", Role.AUDITOR),
        "admin": make.a_person("bigdata.y", Role.SYSADMIN),
    }


@pytest.fixture
def at_desk(people, browse):
    return {name: browse(person) for name, person in people.items()}


def _send(client, name, body, **more):
    file = SimpleUploadedFile(name, body)
    return client.post(reverse("desk:upload"), {"dataset": small.RESIDENT.id, "file": file, **more}, follow=True)


def _refine(stores):
    found = batches.list_batches(stores)[0]
    told = {"stores": stores, "by": "worker", "at": make.MONDAY}
    refined = refine.refine(batch=found, **told)
    batches.settle(batch=found, accepted=refined.accepted, returned=refined.returned, **told)
    return batches.find_batch(stores, found.id)


@pytest.fixture
def returned(at_desk, stores):
    _send(at_desk["steward"], "居民.csv", CSV.encode())
    return _refine(stores)


def test_a_steward_sees_what_went_back_mends_her_workbook_and_it_turns_green(at_desk, stores, returned):
    page = at_desk["steward"].get(reverse("desk:batch", args=[returned.id])).content.decode()
    assert returned.rows_in == returned.accepted + returned.returned == 4
    assert returned.returned > 0
    assert "退回原因" in page
    assert "下载标注的原表" in page

    workbook = at_desk["steward"].get(reverse("desk:workbook", args=[returned.id]))
    book = openpyxl.load_workbook(io.BytesIO(workbook.content))
    sheet = book.active
    assert any(cell.comment for row in sheet.iter_rows() for cell in row)
    for number, row in enumerate(sheet.iter_rows(min_row=2), start=1):
        row[0].value = f"A{number}"
    mended = io.BytesIO()
    book.save(mended)
    _send(at_desk["steward"], "居民-标注.xlsx", mended.getvalue(), replaces=returned.id)
    green = _refine(stores)

    assert (green.returned, green.accepted, green.replaces) == (0, 4, returned.id)
    assert "全部 4 行已入库" in at_desk["steward"].get(reverse("desk:batch", args=[green.id])).content.decode()


def test_values_of_l3_and_above_stay_off_the_page(at_desk, returned):
    page = at_desk["steward"].get(reverse("desk:batch", args=[returned.id])).content.decode()

    assert "330502" in page
    for name in ("沈一", "费二", "钮三"):
        assert name not in page


def test_a_batch_shows_what_refining_made_of_it_before_the_register_hears_of_it(at_desk, stores):
    _send(at_desk["steward"], "居民.csv", CSV.encode())
    found = batches.list_batches(stores)[0]
    refine.refine(batch=found, stores=stores, by="worker", at=make.MONDAY)

    page = at_desk["steward"].get(reverse("desk:batch", args=[found.id])).content.decode()

    assert "退回原因" in page
    assert "退回给我们的数据" in at_desk["steward"].get("/desk/").content.decode()


def test_the_same_file_twice_is_one_batch(at_desk, stores, returned):
    page = _send(at_desk["steward"], "again.csv", CSV.encode()).content.decode()

    assert "内容完全相同" in page
    assert len(batches.list_batches(stores)) == 1


def test_an_upload_without_a_file_or_a_dataset_is_told_so(at_desk):
    client = at_desk["steward"]
    assert "请选择要报送的文件" in client.post(reverse("desk:upload"), {"dataset": small.RESIDENT.id}).content.decode()
    answer = client.post(
        reverse("desk:upload"), {"dataset": "bases.people.moon", "file": SimpleUploadedFile("a", b"x")}
    )
    assert answer.status_code == 400


def test_a_file_that_cannot_be_read_gets_a_receipt_with_the_reason(at_desk, stores):
    page = _send(at_desk["steward"], "empty.csv", b"\n").content.decode()

    assert "整批退回" in page
    assert batches.list_batches(stores)[0].problem["code"] in page


@pytest.mark.parametrize("who", ["asker", "officer"])
def test_another_department_cannot_even_know_of_a_batch(at_desk, returned, who):
    answers = {
        name: at_desk[who].get(reverse(f"desk:{name}", args=[returned.id])).status_code
        for name in ("batch", "workbook")
    }

    assert answers == ({"batch": 404, "workbook": 404} if who == "asker" else {"batch": 200, "workbook": 403})


def test_ids_that_are_no_ids_are_not_found(at_desk):
    for odd in ("x", "..", "%00", "a' or 1=1 --", "1" * 300):
        assert at_desk["steward"].get(f"/desk/batches/{odd}").status_code in (404, 301, 302)


@pytest.fixture
def published(people, stores, returned):
    catalogue.sync(at=make.MONDAY, stores=stores)
    entry = Entry.objects.get(pk=small.RESIDENT.id)
    said = {"entry": entry, "at": make.MONDAY, "stores": stores}
    catalogue.write(words=WORDS, by=people["steward"], **said)
    catalogue.submit(by=people["steward"], **said)
    catalogue.approve(by=people["approver"], **said)
    catalogue.publish(by=people["officer"], **said)
    return entry


def _request(**changes):
    until = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=90)
    return {
        "system": "civil.window",
        "columns": ["name", "town"],
        "forms_wanted": ["lookup"],
        "purpose": "核对低保申请人户籍",
        "ground": "暂行办法第十七条",
        "clear_level": "L2",
        "assessment": "仅在受理环节核对,不留存,影响可控",
        "calls_a_day": 100,
        "rows_an_answer": 10,
        "until": until.isoformat(),
        **changes,
    }


def test_a_request_is_looked_at_filed_checked_shown_signed_and_its_key_taken(
    at_desk, stores, published, django_capture_on_commit_callbacks
):
    make.a_system("civil")
    ask = reverse("grants:ask", args=[small.RESIDENT.id])
    looked = at_desk["asker"].post(ask, _request(do="look")).content.decode()
    assert "将提供" in looked
    assert not Grant.objects.exists()
    at_desk["asker"].post(ask, _request(do="file"))
    grant = Grant.objects.get()
    at_desk["officer"].post(reverse("grants:move", args=[grant.reference, "provider"]))

    inbox = at_desk["approver"].get(reverse("desk:inbox")).content.decode()
    assert grant.title in inbox
    sign = reverse("grants:sign", args=[grant.reference])
    shown = at_desk["approver"].get(sign).content.decode()
    assert "330502" in shown
    assert "潘四" not in shown
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', shown)[1]
    with django_capture_on_commit_callbacks(execute=True):
        at_desk["approver"].post(sign, {"seen": seen})
        key_page = at_desk["asker"].post(reverse("grants:key", args=[grant.reference])).content.decode()

    key = re.search(r'<pre id="key"[^>]*>([^<]+)</pre>', key_page)[1]
    assert [permit.grant for permit in keeping.permits_of(stores).find_by_key(key)] == [grant.code]
    assert key not in at_desk["asker"].get(reverse("grants:page", args=[grant.reference])).content.decode()


def test_a_signature_over_something_else_is_refused_with_what_to_do(at_desk, published):
    make.a_system("civil")
    at_desk["asker"].post(reverse("grants:ask", args=[small.RESIDENT.id]), _request(do="file"))
    grant = Grant.objects.get()
    at_desk["officer"].post(reverse("grants:move", args=[grant.reference, "provider"]))

    answer = at_desk["approver"].post(reverse("grants:sign", args=[grant.reference]), {"seen": "0" * 64})

    assert (answer.status_code, "A-GRANT-03" in answer.content.decode()) == (409, True)


def test_nothing_typed_is_lost_when_a_request_is_refused(at_desk, published):
    make.a_system("civil")

    page = (
        at_desk["asker"]
        .post(
            reverse("grants:ask", args=[small.RESIDENT.id]),
            _request(do="file", assessment="", purpose="核对低保申请人的户籍"),
        )
        .content.decode()
    )

    assert "影响评估" in page
    assert "核对低保申请人的户籍" in page


def test_another_department_cannot_see_a_grant(at_desk, published, browse):
    make.a_system("civil")
    at_desk["asker"].post(reverse("grants:ask", args=[small.RESIDENT.id]), _request(do="file"))
    grant = Grant.objects.get()
    stranger = browse(make.a_person("water.s", Role.STEWARD))

    for name, more in (("page", []), ("sign", []), ("amend", []), ("key", []), ("move", ["ended"])):
        status = stranger.post(reverse(f"grants:{name}", args=[grant.reference, *more])).status_code
        assert status in (403, 404), name
    assert stranger.get(reverse("grants:page", args=[grant.reference])).status_code == 404


def test_the_auditor_finds_an_entry_and_its_proof_verifies_without_the_platform(at_desk, stores, returned):
    page = at_desk["auditor"].get(reverse("desk:ledger"), {"act": "receive"}).content.decode()
    assert "police.s" in page
    segment, number = next(f for f in stores.ledger.entries().entries if f.entry.act == "receive").id.split("/")

    file = at_desk["auditor"].get(reverse("desk:proof", args=[segment, number]))

    verdict = proof.verify(file.content)
    assert verdict.is_valid
    assert verdict.entry.act == "receive"
    tampered = json.loads(file.content)
    tampered["public"] = tampered["public"].replace("police.s", "police.x")
    assert not proof.verify(json.dumps(tampered)).is_valid
    assert "全部相符" in at_desk["auditor"].post(reverse("desk:check", args=[segment])).content.decode()
    assert at_desk["auditor"].get(reverse("desk:line", args=[segment, 9999])).status_code == 404


def test_the_three_officers_see_no_rows(at_desk, returned, browse):
    security = browse(make.a_person("bigdata.sec", Role.SECADMIN))

    for client in (at_desk["auditor"], at_desk["admin"], security):
        assert client.get(reverse("desk:batch", args=[returned.id])).status_code == 403


def test_the_administrator_opens_an_account_and_gives_a_role(at_desk):
    client = at_desk["admin"]
    made = {"username": "police.new", "name": "新人", "department": "police", "password": small.PASSWORD}
    page = client.post(reverse("accounts:open"), made, follow=True)
    pk = page.redirect_chain[-1][0].rsplit("/", 1)[1]

    page = client.post(reverse("accounts:give", args=[pk]), {"role": "approver"}, follow=True).content.decode()
    assert "部门审核人" in page
    clash = client.post(reverse("accounts:give", args=[pk]), {"role": "auditor"})
    assert (clash.status_code, "A-ROLE-02" in clash.content.decode()) == (409, True)


def test_every_form_that_changes_something_asks_for_its_token(people, stores):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/login", {"username": "x", "password": "y"}).status_code == 403
    assert client.post("/logout").status_code == 403
