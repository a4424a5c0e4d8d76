"""Planted values of L3 and L4 of bad deliveries are found in nothing that the doors show, write or send elsewhere."""

from __future__ import annotations

import logging
import re
import tempfile
import urllib.parse
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.urls import reverse
from django.utils import timezone

from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions as catalogue
from taihu.control.catalogue.models import Entry
from taihu.control.grants.models import Grant
from taihu.control.runs import actions as runs
from taihu.control.runs.job import Job
from taihu.data.collect import batches
from taihu.data.engines.stores import open_stores
from taihu.doors.desk import stores as provider
from taihu.doors.portal import entries, search
from taihu.site.lines import Line
from taihu.terms import shelf
from tests import builders as make
from tests.doors.desk.test_desk_stories import WORDS, _request
from tests.house import canaries
from tests.house.canaries import BROKEN, HEAD, NUMBER, RIGHT, SHIFTED, WRONG, find_canaries
from tests.house.canary_city import City

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PACKS = Path(__file__).resolve().parents[2] / "packs"
RESIDENT, READING = "bases.people.resident", "topics.rivers.reading"
NOTHING: dict[str, list[str]] = {}
WHERE = [
    ("steward", "desk:inbox"),
    ("steward", "desk:batches"),
    ("officer", "desk:batches"),
    ("administrator", "runs:list"),
    ("officer", "catalogue:list"),
    ("auditor", "desk:ledger"),
]


@pytest.fixture
def city(tmp_path, monkeypatch, settings):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    stores = open_stores(tmp_path / "var", shelf.read_shelf(PACKS), segment="test")
    monkeypatch.setattr(provider, "opened", lambda: stores)
    made = City(tmp_path, stores)
    handler = logging.StreamHandler(made.log)
    handler.setFormatter(Line(configured.LOGGING["formatters"]["line"]["format"]))
    logging.getLogger().addHandler(handler)
    yield made
    logging.getLogger().removeHandler(handler)
    stores.close()
    search._open.cache_clear()


def live_at_the_desk(city):
    """Deliveries of all kinds; every page of the steward that shows them; a row set aside and taken back."""
    batch = city.deliver("steward", RESIDENT, "户籍人口.csv", "\n".join((HEAD, RIGHT, WRONG, SHIFTED, "")).encode())
    assert (batch.accepted, batch.returned) == (1, 2)
    broken = [city.deliver("steward", RESIDENT, name, body) for name, body in canaries.bad_deliveries()]
    assert all(one.problem or one.returned for one in broken)
    again = city.deliver("steward", RESIDENT, "户籍人口.xlsx", canaries.a_workbook())
    desk = city.at_desk["steward"]
    for one in (batch, again):
        row = 3 if one is batch else 2
        desk.post(reverse("desk:dismiss", args=[one.id, row]), {"reason": f"{NUMBER}金丝雀甲"})
        desk.post(reverse("desk:dismiss", args=[one.id, row]), {"reason": "已迁出"})
        desk.post(reverse("desk:reopen", args=[one.id, row]))
    for one in (batch, again):
        for rows in ("open", "mended", "dismissed", "all"):
            desk.get(reverse("desk:batch", args=[one.id]), {"rows": rows})
        for who in ("approver", "officer", "asker", "auditor"):
            city.at_desk[who].get(reverse("desk:batch", args=[one.id]))
    for one in broken:
        desk.get(reverse("desk:batch", args=[one.id]))
    for who, address in WHERE:
        city.at_desk[who].get(reverse(address))
    return batch


def publish(city, dataset, steward, approver):
    entry = Entry.objects.get(pk=dataset)
    said = {"entry": entry, "at": make.MONDAY, "stores": city.stores}
    catalogue.write(words=WORDS, by=steward, **said)
    catalogue.submit(by=steward, **said)
    catalogue.approve(by=approver, **said)
    catalogue.publish(by=make.a_person(f"bigdata.{dataset.rpartition('.')[2]}", Role.OFFICER), **said)


def share(city, capture):
    """A system's request, looked at and signed over the masked rows; then its calls, and what is refused."""
    make.a_system("civil")
    ask = _request(columns=["resident_id", "name", "sex", "phone"], forms_wanted=["lookup", "verify"])
    for do in ("look", "file"):
        city.at_desk["asker"].post(reverse("grants:ask", args=[RESIDENT]), ask | {"do": do})
    grant = Grant.objects.get()
    city.at_desk["officer"].post(reverse("grants:move", args=[grant.reference, "provider"]))
    sign = reverse("grants:sign", args=[grant.reference])
    shown = city.at_desk["approver"].get(sign).content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', shown)[1]
    with capture(execute=True):
        city.at_desk["approver"].post(sign, {"seen": seen})
        key_page = city.at_desk["asker"].post(reverse("grants:key", args=[grant.reference])).content.decode()
    key = re.search(r'<pre id="key"[^>]*>([^<]+)</pre>', key_page)[1]
    door = f"/exchange/v1/{RESIDENT}"
    by_number = {"key": {"resident_id": NUMBER}, "operator": "li"}
    answered = city.call(f"{door}/lookup", key, by_number)
    assert answered.json()["rows"], answered.text
    city.call(f"{door}/lookup", key, by_number | {"columns": ["address"]})
    city.call(f"{door}/lookup", key, {"key": {"name": "金丝雀甲"}, "operator": "li"})
    city.call(f"{door}/lookup", key, f'{{"key": {{"resident_id": "{NUMBER}"')
    city.call(f"{door}/lookup", key, by_number | {"key": {"resident_id": BROKEN}})
    city.call(f"{door}/verify", key, by_number | {"claims": {"name": "金丝雀乙", "phone": "13857261918"}})
    city.call(f"{door}/verify", key, by_number | {"claims": {"born_on": "金丝雀乙"}})
    city.call(f"{door}/lookup", "no-such-key", by_number)


def live_in_public(city):
    """An open dataset with a bad row, released; every public page and download; the index asked for the values."""
    body = "\n".join((canaries.RIVER, canaries.READING, canaries.BAD_READING, "")).encode()
    batch = city.deliver("water", READING, "水质.csv", body)
    assert (batch.accepted, batch.returned) == (1, 1)
    city.at_desk["water"].get(reverse("desk:batch", args=[batch.id]))
    runs.ask(job="portal.release", at=timezone.now(), by="test")
    city.work()
    for address in ("home", "data", "data_json", "about"):
        city.public.get(reverse(f"portal:{address}"))
    for dataset in (READING, RESIDENT):
        for address in ("dataset", "dataset_json"):
            city.public.get(reverse(f"portal:{address}", args=[dataset]))
    for form in ("csv", "xlsx", "parquet", "json"):
        city.public.get(reverse("portal:download", args=[READING, form]))
    items = entries.list_items(stores=city.stores, on=timezone.now().date())
    index = search.open_index(items, root=city.root / "var")
    assert READING in search.find(index, "断面水质").ids
    assert [value for value in canaries.CANARIES if search.find(index, value).ids] == []


def fall(city):
    """A run and a page fall with a value in the exception's words."""

    def fail(task):
        raise ValueError(f"could not convert string to float: {NUMBER} 金丝雀甲")

    runs.ask(job="fail", at=timezone.now(), by="test")
    city.work({"fail": Job("fail", "出错", fail)})
    logging.getLogger("taihu").error("no such place")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("taihu.doors.desk.returned.read", lambda *a: fail(None))
        batch = batches.list_batches(city.stores, dataset=RESIDENT)[-1]
        fallen = city.at_desk["steward"].get(reverse("desk:batch", args=[batch.id]))
    assert fallen.status_code == 500


def look_at_the_ledger(city):
    """The auditor reads an entry of each act, its page and its proof; the files of all are searched anyway."""
    acts = {found.entry.act: found for found in city.stores.ledger.entries(limit=500).entries}
    assert acts.keys() >= {"receive", "refine", "refine.dismiss", "answer", "preview", "refuse", "release"}
    for found in acts.values():
        segment, number = found.id.split("/")
        for name in ("line", "proof"):
            city.at_desk["auditor"].get(reverse(f"desk:{name}", args=[segment, number]))


def test_no_planted_value_is_shown_or_written_outside_the_stores(city, django_capture_on_commit_callbacks):
    batch = live_at_the_desk(city)
    catalogue.sync(at=make.MONDAY, stores=city.stores)
    publish(city, RESIDENT, make.a_person("police.t", Role.STEWARD), make.a_person("police.b", Role.APPROVER))
    publish(city, READING, make.a_person("water.t", Role.STEWARD), make.a_person("water.b", Role.APPROVER))
    share(city, django_capture_on_commit_callbacks)
    live_in_public(city)
    fall(city)
    look_at_the_ledger(city)

    own = city.at_desk["steward"].client.get(reverse("desk:workbook", args=[batch.id]))

    assert "failed" in city.log.getvalue()
    assert city.find_leaks() == NOTHING
    assert set(find_canaries(own.content)) == set(canaries.CANARIES)


def leave_in_log(city):
    logging.getLogger("taihu.control").warning("row of %s", NUMBER)


def leave_in_page(city):
    city.public.get(reverse("portal:data"), {"q": "金丝雀甲"})


def leave_in_database(city):
    runs.ask(job="x", title=f"治理 {BROKEN}", at=timezone.now(), by="test")


def leave_in_session(city):
    session = city.at_desk["steward"].client.session
    session["typed"] = "金丝雀乙"
    session.save()


def leave_in_ledger(city):
    place = city.root / "var" / "ledger" / "x"
    place.parent.mkdir(exist_ok=True)
    place.write_text("金丝雀路一号", encoding="gb18030")


def leave_in_temporary(city):
    (city.root / "temporary" / "upload.csv").write_bytes(canaries.a_workbook())


def leave_in_address(city):
    city.public.get("/no-such-page/" + urllib.parse.quote("H-金丝雀"))


PLACES = {
    "log": leave_in_log,
    "/data?": leave_in_page,
    "control database": leave_in_database,
    "sessions": leave_in_session,
    "var/ledger/x": leave_in_ledger,
    "temporary/upload.csv": leave_in_temporary,
    "/no-such-page/": leave_in_address,
}


def test_a_value_that_is_left_anywhere_is_found_there(city):
    city.work()
    for leave in PLACES.values():
        leave(city)

    found = " ".join(city.find_leaks())

    assert [place for place in PLACES if place not in found] == []
