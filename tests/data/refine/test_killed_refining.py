"""A refining that dies anywhere is run again and ends as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taihu.data.objects.batch import Batch
from taihu.data.refine.refine import refine
from taihu.terms import fault
from taihu.terms.identifiers import resident_check
from taihu.terms.zone import Zone
from tests.data.refine.deliveries import NOON, a_batch, rows_of, some_stores

HEALTH = "bases.people.health_record"
MAN = "33050219900101001" + resident_check("33050219900101001")
WOMAN = "33052219851231002" + resident_check("33052219851231002")
HEADING = "record | resident_id | name | updated_at"
EARLIER = f"{HEADING}\nD1 | {MAN} | 甲 | 2026-11-01 08:00\nD2 | {MAN} | 乙 | 2026-11-01 08:00"
TABLE = f"{HEADING}\nD1 | {MAN} | 丙 | 2026-11-02 08:00\nD3 | {WOMAN} | 丁 | 2026-11-02 08:00\n | {MAN} | 戊 | 2026-11-02 08:00"


class Died(BaseException):
    """Stands for the end of the process."""


def a_world(root: Path):
    """A table in force and a second delivery that merges with it."""
    stores = some_stores(root)
    refine(batch=a_batch(stores, HEALTH, EARLIER), stores=stores, by="runs", at=NOON)
    return stores, a_batch(stores, HEALTH, TABLE)


def the_end(stores):
    return (
        rows_of(stores, HEALTH, "record", "name", order="record"),
        rows_of(stores, f"{HEALTH}.returned", "_row", "_codes", "_batch", zone=Zone.COLLECTED),
    )


GOOD_END = ([("D1", "丙"), ("D2", "乙"), ("D3", "丁")], [(4, "R-KEY-01:record", "20261123-00002")])


def die_at(place: int):
    """Dies before the write of that number; counts them."""
    seen: list[str] = []

    def decide(name: str) -> None:
        seen.append(name)
        if len(seen) == place + 1:
            raise Died(name)

    return decide, seen


def count_writes(root: Path, batch: Batch) -> list[str]:
    stores = some_stores(root)
    decide, seen = die_at(10_000)
    fault.decide_by(decide)
    try:
        refine(batch=batch, stores=stores, by="runs", at=NOON)
    finally:
        fault.decide_by(None)
        stores.close()
    return seen


@pytest.mark.slow
def test_a_death_at_each_write_ends_in_the_same_state(tmp_path):
    stores, batch = a_world(tmp_path / "world")
    stores.close()
    shutil.copytree(tmp_path / "world", tmp_path / "count")
    names = count_writes(tmp_path / "count", batch)
    assert {
        "refine.copy.stage",
        "refine.copy.right",
        "refine.copy.merge",
        "refine.commit.governed",
        "lake.commit.log",
    } <= set(names)

    for place, name in enumerate(names):
        if name.startswith("ledger."):  # its writer is a thread of its own, with tests of its own
            continue
        shutil.copytree(tmp_path / "world", tmp_path / str(place))
        stores = some_stores(tmp_path / str(place))
        decide, _ = die_at(place)
        fault.decide_by(decide)
        try:
            refine(batch=batch, stores=stores, by="runs", at=NOON)
        except Died:
            pass
        finally:
            fault.decide_by(None)

        refined = refine(batch=batch, stores=stores, by="runs", at=NOON)

        assert the_end(stores) == GOOD_END, name
        assert (refined.rows_in, refined.accepted, refined.returned) == (3, 2, 1)
        stores.close()


CHILD = """
import os, signal, sys
from pathlib import Path
from taihu.data.objects.register import Register
from taihu.data.refine.refine import refine
from taihu.terms import fault
from tests.data.refine.deliveries import NOON, some_stores

root, place = Path(sys.argv[1]), sys.argv[2]
stores = some_stores(root)
batch = Register(root / "collect" / "batches.sqlite3").list_batches()[0]
fault.decide_by(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == place else None)
refine(batch=batch, stores=stores, by="runs", at=NOON)
"""


@pytest.mark.slow
@pytest.mark.parametrize("place", ["vault.keep.rename", "lake.commit.done"])
def test_a_killed_process_leaves_what_the_next_one_completes(tmp_path, place):
    stores, batch = a_world(tmp_path)
    stores.close()
    repository = Path(__file__).parents[3]

    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), place],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        check=False,
    )
    assert child.returncode == -signal.SIGKILL

    stores = some_stores(tmp_path)
    refined = refine(batch=batch, stores=stores, by="runs", at=NOON)
    assert the_end(stores) == GOOD_END
    assert refined.rows_in == refined.accepted + refined.returned == 3
    stores.close()
