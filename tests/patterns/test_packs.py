"""Each sentence of each pack's `tests.yaml`, as it stands."""

from pathlib import Path

import pytest

from taihu.doors.terminal import check_packs, pack_tests
from taihu.terms import shelf

ROOT = Path(__file__).parents[2] / "packs"
SHELF = shelf.look_at(ROOT)[0]
SITUATIONS = [(pack, situation) for _, pack in sorted(SHELF.packs.items()) for situation in pack.situations]


@pytest.mark.slow
@pytest.mark.parametrize(("pack", "situation"), SITUATIONS, ids=[f"{p.id}: {s.name}" for p, s in SITUATIONS])
def test_pack(pack, situation):
    assert pack_tests.run_situation(situation, pack, SHELF).said == ""


@pytest.mark.slow
def test_the_packs_of_this_house_are_without_fault():
    assert [str(fault) for fault in check_packs.check_packs(ROOT)] == []
