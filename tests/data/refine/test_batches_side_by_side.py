"""Two batches of one dataset that are refined at the same time end as if they had come one after the other."""

import pytest

from taihu.data.refine.refine import refine
from taihu.terms import fault
from tests.data.refine.deliveries import NOON, a_batch, rows_of, some_stores

READING = "topics.rivers.reading"
TABLE = "station | reach | measured_at | level_mm\nS1 | R1 | 2026-11-01 08:00 | {}"


@pytest.mark.slow
@pytest.mark.parametrize("point", ["refine.copy.right", "refine.commit.returned"])
def test_the_first_two_batches_of_a_dataset_are_refined_side_by_side(tmp_path, point):
    stores = some_stores(tmp_path)
    earlier = a_batch(stores, READING, TABLE.format(1500))
    newer = a_batch(stores, READING, TABLE.format(1600))

    def meanwhile(name):
        if name == point:
            fault.decide_by(None)
            refine(batch=newer, stores=stores, by="runs", at=NOON)

    fault.decide_by(meanwhile)
    try:
        refine(batch=earlier, stores=stores, by="runs", at=NOON)
    finally:
        fault.decide_by(None)

    assert rows_of(stores, READING, "_batch", "level_mm") == [(newer.id, 1600)]
    stores.close()
