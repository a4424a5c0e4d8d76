"""The auditor replays an answer at the desk: the word and the digests, never a row; nobody else may."""

import pytest

from taihu.control.accounts.roles import Role
from taihu.data.guard import answer as guard
from taihu.data.guard.question import Lookup
from taihu.doors.desk import stores as provider
from tests import builders as make
from tests.data.guard import guard_world
from tests.data.guard.guard_world import IDS, NOON, PERSON, a_permit

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores(tmp_path, monkeypatch):
    opened = guard_world.a_shelf_and_stores(tmp_path)
    guard_world.write_people(opened)
    monkeypatch.setattr(provider, "opened", lambda: opened)
    yield opened
    opened.close()


@pytest.mark.slow
def test_the_auditor_sees_whether_it_is_the_same_and_no_row(stores, browse):
    place = guard.answer(Lookup(PERSON, {"id": IDS[0]}), a_permit(), stores=stores, by="li", at=NOON).receipt.id
    client = browse(make.a_person("auditor", Role.AUDITOR, department="bigdata"))
    assert "重放应答" in client.get(f"/desk/ledger/{place}").content.decode()

    same = client.post(f"/desk/ledger/{place}/replay").content.decode()
    for path in stores.lake.root.rglob("*.parquet"):
        path.unlink()
    different = client.post(f"/desk/ledger/{place}/replay").content.decode()

    assert "重放一致" in same
    assert "重放不一致" in different
    for value in (IDS[0], "沈*", "330502********0018"):
        assert value not in same + different


@pytest.mark.slow
def test_only_the_auditor_replays_and_only_answers(stores, browse):
    place = guard.answer(Lookup(PERSON, {"id": IDS[0]}), a_permit(), stores=stores, by="li", at=NOON).receipt.id
    steward = browse(make.a_person("civil.s", Role.STEWARD))
    auditor = browse(make.a_person("auditor", Role.AUDITOR, department="bigdata"))
    auditor.post(f"/desk/ledger/{place}/replay")
    entered = stores.ledger.entries().entries[0]

    assert entered.entry.act == "ledger.replay"
    assert steward.post(f"/desk/ledger/{place}/replay").status_code == 403
    assert auditor.get(f"/desk/ledger/{place}/replay").status_code == 405
    assert '/replay"' not in auditor.get(f"/desk/ledger/{entered.id}").content.decode()
    assert auditor.post(f"/desk/ledger/{entered.id}/replay").status_code == 409
    assert auditor.post("/desk/ledger/none/0/replay").status_code == 404
