"""A release that held erased rows is made anew, and its manifest says which digest it had and why."""

import dataclasses
import hashlib

import pytest

from taihu.data.collect.erasure import periods
from taihu.data.collect.erasure.records import Records
from taihu.doors.portal import entries, erased, release
from taihu.doors.portal.models import Release
from taihu.terms.dataset import Delivery, Keep
from tests import builders as house
from tests.data.collect.erasure.erasure_world import find_traces, take_in
from tests.doors.portal import portal_builders as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
READING = dataclasses.replace(make.READING, delivery=Delivery.CHANGES, keep=Keep(5, "seen_on", "《某条例》第五条"))
HEADING = "断面编码,溶解氧,监测日期,备注,监测员电话\n"


@pytest.fixture
def stores(tmp_path):
    shelf = dataclasses.replace(house.the_shelf(), packs=make.a_shelf(READING).packs)
    with house.a_house(tmp_path, shelf) as opened:
        yield opened


def build(stores):
    item = entries.find_item(READING.id, stores=stores, on=make.AT.date())
    return release.build(item=item, stores=stores, at=make.AT)


def test_the_release_in_force_is_made_anew_and_an_older_one_withdrawn(stores):
    take_in(stores, READING.id, HEADING + "OLD-77,1.0,2019-01-01,旧,\n")
    make.publish_all(stores)
    older = build(stores)
    take_in(stores, READING.id, HEADING + "NEW-88,2.0,2026-11-01,新,\n", days=1)
    before = build(stores)
    assert any(name.startswith("releases/") for name in find_traces(stores, "OLD-77"))

    [record] = periods.erase_expired(stores=stores, by="worker", at=make.AT)
    assert erased.rebuild(record=record, stores=stores, at=make.AT) == 2
    assert erased.rebuild(record=record, stores=stores, at=make.AT) == 0

    assert find_traces(stores, "OLD-77") == []
    now = Release.objects.get(pk=before.pk)
    assert now.rows == 1
    for form, told in now.files.items():
        data = (release.folder(now, stores=stores) / f"data.{form}").read_bytes()
        assert hashlib.sha256(data).hexdigest() == told["sha256"]
        [note] = told["erased"]
        assert (note["sha256"], note["erasure"]) == (before.files[form]["sha256"], record.id)
        assert "《某条例》第五条" in note["words"]
    gone = Release.objects.get(pk=older.pk)
    assert gone.withdrawn_at is not None
    assert not release.folder(gone, stores=stores).exists()
    told = [f.entry for f in stores.ledger.entries(limit=500).entries if f.entry.act == "release.erase"]
    digests = {entry.detail["csv"] for entry in told}
    assert f"{before.files['csv']['sha256']}>{now.files['csv']['sha256']}" in digests
    assert Records(stores.root).touched(record.id) == [READING.id]
