import datetime

import pytest

from taihu.data.guard import refused
from taihu.data.guard.lowering.allowed import NotAllowed
from tests.data.guard.lowering import lowering_world as world
from tests.data.guard.lowering.test_lower import ask, entries

PLANT = """
label: 设施
every: day
delivery: full
key: [plant]
share: conditional
open: restricted
presence: L2
columns:
  plant: {label: 设施, kind: text, level: L2, required: yes}
"""
OPEN = (
    PLANT.replace("L2", "L1")
    .replace("label: 设施\nevery", "label: 设施公示\nzone: opened\nevery")
    .replace("open: restricted", "open: open")
)
DOWN = "shown: {from: plants, method: manual, to: L1, every: once, policy: p}\n"
FILES = {
    "datasets/plant.yaml": PLANT,
    "datasets/shown.yaml": OPEN,
    "queries/plants.sql": "select plant from plant",
    "declassifiers.yaml": world.DOWN + world.SAMPLE + DOWN,
}
SHOWN = "topics.health.shown"


@pytest.fixture
def stores(tmp_path):
    opened = world.open_world(tmp_path, FILES)
    world.write_table(opened, world.Zone.GOVERNED, "topics.health.plant", "SELECT 'P1'::VARCHAR AS plant")
    yield opened
    opened.close()


def test_two_persons_lower_one_level_with_reason_and_end(stores):
    word = world.allow(stores, SHOWN, reason="防汛公示", until=datetime.date(2026, 12, 31))

    world.release(stores, SHOWN, allowed=word)

    assert ask(stores, name=SHOWN) == [("P1",)]
    (entry,) = entries(stores, "declassify")
    assert (entry.detail["reason"], entry.detail["until"], entry.detail["from"]) == ("防汛公示", "2026-12-31", "L2")


@pytest.mark.parametrize(
    ("said", "days"),
    [({"reason": "防汛"}, 0), ({"until": datetime.date(2026, 12, 31)}, 0), ({"reason": "防汛", "until": datetime.date(2026, 11, 24)}, 1)],
)  # fmt: skip
def test_without_reason_or_end_or_after_it_nothing_leaves(said, days, stores):
    with pytest.raises(NotAllowed):
        world.release(stores, SHOWN, days=days, allowed=world.allow(stores, SHOWN, **said))
    with pytest.raises(refused.NothingHere):
        ask(stores, name=SHOWN)
