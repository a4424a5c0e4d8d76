"""What became of the rows that went back: open, dealt with, not delivered again; a steward decides, and takes it back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from taihu.control.accounts.roles import Role
from taihu.data.collect import batches
from taihu.data.refine import refine, still_open
from taihu.doors.desk import returned
from tests import builders as make
from tests.control import control_builders as small

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HEAD = "项number,项name,项town,项secret\n"
CSV = f"{HEAD}A1,沈一,330502,x\n,钮三,城东13812345678,z\n,潘四,330502,w\n"
ROW, OTHER = 3, 4
MOVED = "该户已迁出"


@pytest.fixture
def steward(browse):
    return browse(make.a_person("police.s", Role.STEWARD))


@pytest.fixture
def send(steward, stores):
    def deliver(body, **more):
        file = SimpleUploadedFile("居民.csv", body.encode())
        steward.post(reverse("desk:upload"), {"dataset": small.RESIDENT.id, "file": file, **more})
        found = batches.list_batches(stores)[0]
        told = {"stores": stores, "by": "worker", "at": make.MONDAY}
        refined = refine.refine(batch=found, **told)
        batches.settle(batch=found, accepted=refined.accepted, returned=refined.returned, **told)
        return batches.find_batch(stores, found.id)

    return deliver


@pytest.fixture
def batch(send):
    return send(CSV)


def read(client, batch, **asked):
    return client.get(reverse("desk:batch", args=[batch.id]), asked).content.decode()


def rows_of(page):
    return {number for number in (ROW, OTHER) if f'id="row-{number}"' in page}


def dismiss(client, batch, row=ROW, reason=MOVED):
    return client.post(reverse("desk:dismiss", args=[batch.id, row]), {"reason": reason}, follow=True)


def test_a_row_is_set_aside_with_its_reason_and_taken_back(steward, stores, batch):
    assert rows_of(read(steward, batch)) == {ROW, OTHER}

    page = dismiss(steward, batch).content.decode()

    assert "已设为不再报送" in page
    assert rows_of(page) == rows_of(read(steward, batch)) == {OTHER}
    aside = read(steward, batch, rows="dismissed")
    assert rows_of(aside) == {ROW}
    assert MOVED in aside
    assert "police.s" in aside
    assert [found.entry.act for found in stores.ledger.entries().entries].count("refine.dismiss") == 1

    page = steward.post(reverse("desk:reopen", args=[batch.id, ROW]), follow=True).content.decode()
    assert "已恢复为待改正" in page
    assert rows_of(page) == {ROW, OTHER}
    assert rows_of(read(steward, batch, rows="dismissed")) == set()


def test_rows_that_a_later_delivery_dealt_with_stand_apart_from_the_open_ones(steward, stores, send, batch):
    later = send(f"{HEAD}A1,沈一,330502,x\n,钮三,330503,z\n")

    assert rows_of(read(steward, batch, rows="mended")) == {ROW, OTHER}
    assert "没有这种状态的行" in read(steward, batch, rows="open")
    assert "没有待改正的行" in read(steward, batch)
    assert still_open.count_open(stores=stores, dataset=small.RESIDENT.id) == {batch.id: 0, later.id: 1}
    listed = steward.get(reverse("desk:batches"), {"state": "open"}).content.decode()
    assert later.id in listed
    assert batch.id not in listed
    assert batch.id in steward.get(reverse("desk:batches"), {"state": "returned"}).content.decode()
    inbox = steward.get(reverse("desk:inbox")).content.decode()
    assert later.id in inbox
    assert batch.id not in inbox


def test_a_long_list_of_returned_rows_goes_on_and_misses_none(steward, batch, monkeypatch):
    monkeypatch.setattr(returned, "PAGE_ROWS", 1)

    first = read(steward, batch, rows="all")
    second = read(steward, batch, rows="all", after=ROW)

    assert (rows_of(first), rows_of(second)) == ({ROW}, {OTHER})
    assert f"rows=all&amp;after={ROW}" in first
    assert "下一页" not in second
    assert rows_of(read(steward, batch, rows="x", after="y")) == {ROW}


def test_a_number_in_another_cell_is_hidden_and_the_wrong_cell_stays_marked(steward, batch):
    page = read(steward, batch)

    assert "13812345678" not in page
    assert '<span class="mask" title="已脱敏；原值见下载的原表">城东***</span>' in page
    assert page.count('aria-invalid="true"') == 2


@pytest.mark.parametrize(
    ("reason", "status"), [("", 422), ("13812345678 已停机", 422), ("迁" * 501, 422), (MOVED, 200)]
)
def test_a_reason_in_words_is_needed(steward, batch, reason, status):
    assert dismiss(steward, batch, reason=reason).status_code == status


def test_only_the_stewards_of_the_department_decide(batch, browse):
    foreign = browse(make.a_person("civil.s", Role.STEWARD))
    split = make.a_person("civil.both", Role.STEWARD)
    approver = browse(make.a_person("police.a", Role.APPROVER))
    officer = browse(make.a_person("bigdata.o", Role.OFFICER))

    answers = [dismiss(client, batch).status_code for client in (foreign, browse(split), approver, officer)]

    assert answers == [404, 404, 403, 403]
    assert "不再报送…" not in read(approver, batch)


def test_a_steward_who_is_an_officer_too_decides_nothing_of_another_department(batch, browse):
    both = browse(make.a_person("civil.x", Role.STEWARD, Role.OFFICER))

    assert dismiss(both, batch).status_code == 403
    assert both.post(reverse("desk:reopen", args=[batch.id, ROW])).status_code == 403


def test_what_stands_otherwise_is_told_so(steward, batch):
    dismiss(steward, batch)

    for answer in (dismiss(steward, batch), dismiss(steward, batch, row=2), dismiss(steward, batch, row=99)):
        assert (answer.status_code, "R-014" in answer.content.decode()) == (409, True)
    assert steward.post(reverse("desk:reopen", args=[batch.id, OTHER])).status_code == 409
