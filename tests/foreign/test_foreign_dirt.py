"""Another city's offices send their files: what is good goes in as it was meant, what is bad comes back."""

import pytest

from taihu.data.engines import stores as engine_stores
from taihu.terms import shelf
from tests.foreign import deliveries, road, rows, truth
from tests.foreign.spellings import BAD, GOOD

PACKS = truth.STANDARDS.parent
GOOD_ACCEPTED, BAD_CAUGHT = 0.995, 0.99
NEVER = (
    "CRASH",
    "EQUATION",
    "FILE REFUSED",
    "FILE TAKEN",
    "ROW LOST",
    "ROW COUNT",
    "WRONG VALUE",
    "WRONG COLUMN",
    "JUNK ACCEPTED",
)


def send(folder, seeds, **rates):
    """Deliveries of every dataset down the road; prints what came of them."""
    tally = road.Tally()
    read = shelf.read_shelf(PACKS)
    for number, dataset in enumerate(rows.DATASETS):
        stores = engine_stores.open_stores(folder / str(number), read, segment="test")
        for seed in seeds:
            road.drive(deliveries.a_delivery(read.dataset(dataset), seed, **rates), stores, tally)
        stores.close()
    print("\n".join(line[:600] for line in tally.lines()))
    return tally


def check(tally):
    """The promises about rows whose sender we do not know."""
    assert {what: tally.count(what) for what in NEVER if tally.count(what)} == {}
    assert tally.rate(GOOD, "accepted") >= GOOD_ACCEPTED
    assert tally.rate(BAD, "returned") >= BAD_CAUGHT


@pytest.mark.slow
def test_a_few_files_of_foreign_offices_come_out_as_their_rows_deserve(tmp_path):
    check(send(tmp_path, range(7, 8), count=(40, 70)))


@pytest.mark.faults
def test_hundreds_of_files_of_foreign_offices_come_out_as_their_rows_deserve(tmp_path):
    check(send(tmp_path, range(2000, 2040)))
