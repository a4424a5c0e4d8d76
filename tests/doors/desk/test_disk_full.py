"""The disk is full: what is above L1 stays, open data leaves, those who keep the house are told, and it passes."""

import shutil

import pytest
from django.test import Client

from taihu.control.accounts.roles import Role
from taihu.data.guard import answer as guard
from taihu.data.guard import bulk, refused
from taihu.data.guard.question import Lookup, Rows
from taihu.data.ledger import ledger as ledgers
from taihu.data.ledger import state
from taihu.doors.desk import stores as provider
from taihu.terms import fault
from tests import builders as make
from tests.data.guard import guard_world
from tests.data.guard.guard_world import CHARGE, IDS, NOON, PERSON, a_permit
from tests.data.guard.test_bulk import FEES

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores(tmp_path, monkeypatch):
    opened = guard_world.a_shelf_and_stores(tmp_path)
    guard_world.write_people(opened)
    guard_world.write_charges(opened)
    monkeypatch.setattr(provider, "opened", lambda: opened)
    yield opened
    fault.decide_by(None)
    opened.close()


def fill_the_disk():
    def decide(name):
        if name.startswith("ledger.append"):
            raise OSError(28, "No space left on device")

    fault.decide_by(decide)


def look_up(stores):
    return guard.answer(Lookup(PERSON, {"id": IDS[0]}), a_permit(), stores=stores, by="li", at=NOON)


def open_data(stores):
    delivery = bulk.begin(Rows(CHARGE), FEES, stores=stores, by="portal", at=NOON)
    rows = [row for page in delivery.pages() for row in page.rows]
    return rows, delivery.enter(act=bulk.RELEASE)


@pytest.mark.slow
def test_a_full_disk_stops_what_is_above_l1_is_shown_and_passes(stores, browse, monkeypatch):
    officer = browse(make.a_person("bureau.o", Role.OFFICER, department="bigdata"))
    sysadmin = browse(make.a_person("sys.a", Role.SYSADMIN, department="bigdata"))
    steward = browse(make.a_person("civil.s", Role.STEWARD))
    nobody = Client(headers={"accept": "text/html"})
    assert look_up(stores).receipt is not None
    assert nobody.get("/healthz").content == b"ok\n"

    fill_the_disk()
    with pytest.raises(refused.NoLedger) as told:
        look_up(stores)
    rows, receipt = open_data(stores)

    assert told.value.code == "G-LEDGER-01"
    assert (len(rows), receipt) == (3, None)
    assert nobody.get("/healthz").content.decode().startswith("degraded: ledger read-only")
    assert nobody.get("/data").status_code == 200
    for client, is_told in ((officer, True), (sysadmin, True), (steward, False), (nobody, False)):
        page = client.get("/desk/" if client is not nobody else "/data").content.decode()
        assert ("留痕台账只读" in page) is is_told

    fault.decide_by(None)
    monkeypatch.setattr(ledgers, "RETRY_SECONDS", 0.0)
    assert look_up(stores).receipt is not None
    assert nobody.get("/healthz").content == b"ok\n"
    assert "留痕台账只读" not in officer.get("/desk/").content.decode()
    assert list(stores.ledger.check("web")) == []


def test_a_disk_that_is_nearly_full_is_told_before_it_fails(stores, monkeypatch):
    assert state.why_read_only(stores.ledger) == ""

    monkeypatch.setattr(state, "LEAST_FREE_BYTES", shutil.disk_usage(stores.root).free * 2)

    assert "仅剩" in state.why_read_only(stores.ledger)


def test_a_disk_that_is_gone_is_told(stores, monkeypatch):
    def gone(path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(state.shutil, "disk_usage", gone)

    assert "不可用" in state.why_read_only(stores.ledger)
