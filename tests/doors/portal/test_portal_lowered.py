"""What was opened by letting labels fall stands in a public list, as long as it is out."""

import datetime

import pytest

from taihu.control.catalogue import actions as catalogue
from taihu.control.catalogue.lowering import actions
from taihu.control.catalogue.models import Entry
from taihu.doors.desk import demo
from taihu.doors.desk import stores as provider
from taihu.doors.portal import entries
from tests import builders as make
from tests.control.catalogue import lowering_builders as city
from tests.data.guard.lowering import lowering_world as world

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores(tmp_path, monkeypatch):
    opened = city.open_city(tmp_path)
    world.write_patients(opened, city.TOWNS)
    monkeypatch.setattr(provider, "opened", lambda: opened)
    yield opened
    opened.close()


def test_the_list_names_source_method_hands_and_receipt(stores, browser):
    empty = browser.get("/about/lowered").content.decode()
    city.approve(stores, reason="年度公报", until=make.MONDAY.date() + datetime.timedelta(days=30))
    made = city.run(stores)
    shown = browser.get("/about/lowered").content.decode()

    assert "分乡镇患者数" not in empty
    for words in (
        "分乡镇患者数",
        "慢性病患者",
        "人数门槛",
        "health.approver（health）",
        "年度公报",
        "2026-12-23",
        made.receipt,
    ):
        assert words in shown, words
    assert "/about/lowered" in browser.get("/about").content.decode()


def test_what_was_taken_back_is_no_longer_listed(stores, browser):
    approval = city.approve(stores)
    city.run(stores)
    actions.stop(approval=approval, reason="不再需要", by=city.people()[2], at=make.later(days=1), stores=stores)
    city.run(stores, days=1)

    assert "分乡镇患者数" not in browser.get("/about/lowered").content.decode()


def test_a_released_dataset_is_open_data_like_any_other(stores, browser):
    city.approve(stores)
    city.run(stores)
    catalogue.sync(at=make.MONDAY, stores=stores)
    make.a_person("bureau.officer", "officer", department="bigdata")
    demo.publish(Entry.objects.get(dataset=world.BY_TOWN), stores=stores, at=make.MONDAY)

    item = entries.find_item(world.BY_TOWN, stores=stores, on=make.MONDAY.date())
    page = browser.get(f"/data/{world.BY_TOWN}").content.decode()
    taken = b"".join(browser.get(f"/data/{world.BY_TOWN}/download/csv").streaming_content).decode("utf-8-sig")

    assert item.fresh == "fresh"
    assert "分乡镇患者数" in page
    assert taken.splitlines() == ["乡镇,人数", "A,40", "B,25"]
