"""Rows that a clause lets be kept for so many years go when the years are over, wherever they stand."""

import datetime

import pytest

from taihu.data.collect import batches
from taihu.data.collect.erasure import erase, orders, periods, records
from taihu.terms.dataset import Delivery, Keep
from tests import builders as make
from tests.data.collect.erasure.erasure_world import OTHERS, PERSON, count_rows, find_traces, take_in

pytestmark = pytest.mark.slow
KEEP = Keep(5, "on", "《社会信用信息管理条例》第三十条")
HEADING = "文书号,当事人证件号码,决定日期\n"
ROWS = (
    f"R-OLD-1,{PERSON},2021-11-20\n"
    f"R-OLD-2,{OTHERS[0]},2019年3月1日\n"
    f"R-NEW-3,{OTHERS[0]},2021-12-01\n"
    f"R-EDGE-4,{OTHERS[1]},2021-11-23\n"
    f"R-BAD-5,{OTHERS[1]}0,2018-01-01\n"
)


@pytest.fixture
def penalties():
    return make.a_dataset(
        make.a_column("number", "文书号"),
        make.a_column("party", "当事人证件号码", level=make.Level.L4, kinds=("person",), standard="resident-id"),
        make.a_column("on", "决定日期", "date"),
        name="penalty",
        delivery=Delivery.CHANGES,
        keep=KEEP,
    )


@pytest.fixture
def stores(tmp_path, penalties):
    shelf = make.a_shelf(penalties)
    with make.a_house(tmp_path, make.dataclasses.replace(make.the_shelf(), packs=shelf.packs)) as opened:
        yield opened


def test_rows_older_than_their_years_are_erased_and_younger_ones_stay(stores, penalties):
    batch = take_in(stores, penalties.id, HEADING + ROWS)
    assert batch.returned == 1

    done = periods.erase_expired(stores=stores, by="worker", at=make.MONDAY)

    assert [record.state for record in done] == [records.DONE]
    assert find_traces(stores, "R-OLD-1", "R-OLD-2", "R-BAD-5", PERSON) == []
    assert find_traces(stores, "R-NEW-3")
    assert find_traces(stores, "R-EDGE-4")
    kept = stores.lake.snapshot(penalties.zone, penalties.id)
    assert kept.rows == 2
    found = batches.find_batch(stores, batch.id)
    assert (found.rows_in, found.erased, count_rows(stores, found)) == (5, 3, 2)
    # Who stands in a row that stays is still known; who stood only in old ones is not.
    assert stores.vault.reveal([stores.vault.token(number) for number in (PERSON, OTHERS[0])]) == {
        stores.vault.token(OTHERS[0]): OTHERS[0]
    }


def test_a_night_without_old_rows_leaves_no_record(stores, penalties):
    take_in(stores, penalties.id, HEADING + f"R-NEW-3,{OTHERS[0]},2021-12-01\n")
    assert periods.erase_expired(stores=stores, by="worker", at=make.MONDAY) == []
    assert records.Records(stores.root).list_all() == []


def test_the_house_needs_no_second_person_for_what_the_law_says_by_date(stores, penalties):
    take_in(stores, penalties.id, HEADING + ROWS)
    words = orders.Words("依据", "文号", "理由")
    asked = orders.ask_for_period(dataset=penalties, words=words, stores=stores, by="officer", at=make.MONDAY)
    with pytest.raises(erase.SamePerson):
        erase.approve(id=asked.id, stores=stores, by="officer", at=make.MONDAY)


@pytest.mark.parametrize(("day", "expected"), [("2026-11-23", "2021-11-23"), ("2024-02-29", "2019-02-28")])
def test_years_are_counted_by_the_calendar(day, expected):
    assert orders.years_before(datetime.date.fromisoformat(day), 5).isoformat() == expected


def test_a_dataset_without_a_period_is_refused(stores, penalties):
    other, words = make.a_dataset(), orders.Words("依据", "文号", "理由")
    with pytest.raises(orders.NoPeriod):
        orders.ask_for_period(dataset=other, words=words, stores=stores, by="officer", at=make.MONDAY)
