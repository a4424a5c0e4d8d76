"""A department may say that a returned row is not to be delivered again; the row and every decision stay."""

from __future__ import annotations

import datetime

import pytest

from taihu.data.ledger.writer import Unavailable
from taihu.data.refine import dismiss, dismissals, still_open
from tests.data.refine.deliveries import NOON, some_stores
from tests.data.refine.test_mended_workbooks import BROKEN, FIRST, SECOND, a_workbook, send, take_back

ASSISTANCE = "bases.people.assistance"
BAD = [[FIRST, "沈伟", "低保", "800", "2024年3月"], [BROKEN, "陈芳", "低保", "800", "2024-05-01"]]
ROW = 5
MOVED = "该户已迁出本市"


@pytest.fixture
def stores(tmp_path):
    opened = some_stores(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def batch(stores):
    return send(stores, ASSISTANCE, a_workbook(BAD), "3月.xlsx")


def say(stores, batch, row=ROW, reason=MOVED, department="civil", days=0):
    said = {"stores": stores, "batch": batch, "row": row, "department": department, "by": "civil.steward"}
    return dismiss.dismiss(**said, reason=reason, at=NOON + datetime.timedelta(days=days))


def take_back_decision(stores, batch, row=ROW):
    said = {"stores": stores, "batch": batch, "row": row, "department": "civil", "by": "civil.other", "at": NOON}
    return dismiss.reopen(**said)


@pytest.mark.slow
def test_a_dismissed_row_is_open_no_more_and_can_be_taken_back(stores, batch):
    assert still_open.sort_rows(stores=stores, batch=batch) == still_open.Sorted(open=(ROW,))

    say(stores, batch, reason=f"  {MOVED}\n ")

    assert still_open.sort_rows(stores=stores, batch=batch) == still_open.Sorted(dismissed=(ROW,))
    assert still_open.count_open(stores=stores, dataset=ASSISTANCE) == {batch.id: 0}
    assert dismissals.find_decisions(stores.root, batch.id)[ROW].reason == MOVED

    take_back_decision(stores, batch)
    assert still_open.sort_rows(stores=stores, batch=batch) == still_open.Sorted(open=(ROW,))
    say(stores, batch, reason="仍按迁出处理", days=1)

    told = [(one.is_dismissed, one.reason, one.by) for one in dismissals.list_decisions(stores.root, batch.id, ROW)]
    assert told == [(True, MOVED, "civil.steward"), (False, "", "civil.other"), (True, "仍按迁出处理", "civil.steward")]
    acts = [(found.entry.act, found.entry.where, found.entry.detail) for found in stores.ledger.entries().entries[:3]]
    assert acts[::-1] == [(f"refine.{verb}", batch.id, {"row": "5"}) for verb in ("dismiss", "reopen", "dismiss")]


@pytest.mark.slow
def test_nothing_is_dismissed_without_an_entry_in_the_ledger(stores, batch, monkeypatch):
    def fail(entry):
        raise Unavailable("停", where="test")

    monkeypatch.setattr(stores.ledger, "append", fail)

    with pytest.raises(Unavailable):
        say(stores, batch)

    assert still_open.sort_rows(stores=stores, batch=batch).open == (ROW,)


@pytest.mark.slow
def test_a_row_is_dismissed_only_by_its_department_with_a_reason_and_while_it_is_open(stores, batch):
    for said, refusal in (
        ({"department": "police"}, dismiss.NotYourRow),
        ({"reason": " \n"}, dismiss.NoReason),
        ({"reason": "迁" * 501}, dismiss.NoReason),
        ({"reason": f"{FIRST}已迁出"}, dismiss.NoReason),
        ({"row": 4}, dismiss.StandsOtherwise),
        ({"row": 999}, dismiss.StandsOtherwise),
    ):
        with pytest.raises(refusal) as caught:
            say(stores, batch, **said)
        assert FIRST not in str(caught.value)
    with pytest.raises(dismiss.StandsOtherwise):
        take_back_decision(stores, batch)
    say(stores, batch)
    with pytest.raises(dismiss.StandsOtherwise):
        say(stores, batch)


@pytest.mark.slow
def test_a_dismissed_row_that_is_delivered_after_all_is_mended(stores, batch):
    say(stores, batch)

    send(
        stores, ASSISTANCE, a_workbook([BAD[0], [SECOND, *BAD[1][1:]]]), "4月.xlsx", NOON + datetime.timedelta(days=30)
    )

    assert still_open.sort_rows(stores=stores, batch=batch) == still_open.Sorted(mended=(ROW,))
    assert dismissals.find_decisions(stores.root, batch.id)[ROW].reason == MOVED
    assert take_back(stores, batch)


def test_before_any_delivery_nothing_is_open_and_nothing_decided(stores):
    assert still_open.find_open(stores=stores, dataset=ASSISTANCE) == {}
    assert dismissals.find_dismissed(stores.root) == {}
    assert dismissals.list_decisions(stores.root, "20261124-00001", 5) == []
