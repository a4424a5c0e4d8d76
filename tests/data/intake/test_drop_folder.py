"""A drop folder is emptied of what is new, in order, once, through kills and unfinished uploads."""

import hashlib
import multiprocessing
import os
import signal
import sys
import types

import pytest

from taihu.data.collect import batches
from taihu.data.intake import drop
from taihu.data.intake.bring_in import bring_in
from taihu.data.intake.source import File, Folder
from taihu.data.objects.objects import Objects
from taihu.terms import fault

pytestmark = pytest.mark.slow

HEAD = "统一社会信用代码,企业名称,注册资本\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "drop"
    path.mkdir()
    for name in ("b.csv", "a.csv", "c.csv"):
        (path / name).write_text(f"{HEAD}91330502MA2B00000N,{name},1\n", encoding="utf-8")
    return path


def fetch(folder, stores, firms, at):
    return bring_in(Folder(folder), dataset=firms, stores=stores, by="market.steward", at=at)


def test_all_new_files_come_in_order_of_names_and_only_once(folder, stores, firms, at):
    assert [r.batch.filename for r in fetch(folder, stores, firms, at)] == ["a.csv", "b.csv", "c.csv"]
    assert fetch(folder, stores, firms, at) == []
    (folder / "a.csv").write_text(f"{HEAD}91330502MA2B00000N,新,1\n", encoding="utf-8")
    assert [r.batch.filename for r in fetch(folder, stores, firms, at)] == ["a.csv"]


def test_a_copy_of_a_file_is_the_same_batch(folder, stores, firms, at):
    (folder / "d.csv").write_bytes((folder / "a.csv").read_bytes())
    receipts = fetch(folder, stores, firms, at)
    assert [r.is_new for r in receipts] == [True, True, True, False]
    assert receipts[3].id == receipts[0].id
    assert len(stores.entries) == 3


def test_unfinished_hidden_linked_and_side_files_are_left_alone(folder, stores, firms, at):
    for name in (".hidden.csv", "~$a.xlsx", "d.csv.part", "e.TMP", "a.csv.ok"):
        (folder / name).write_text(HEAD, encoding="utf-8")
    (folder / "link.csv").symlink_to("/etc/passwd")
    (folder / "sub").mkdir()
    assert len(fetch(folder, stores, firms, at)) == 3


def test_a_file_that_grows_while_it_is_read_waits_for_the_next_time(folder, stores, firms, at):
    def grow(point):
        if point == "objects.put.write":
            fault.decide_by(None)
            with (folder / "a.csv").open("a", encoding="utf-8") as file:
                file.write("91330502MA2B00000N,晚到,2\n")

    fault.decide_by(grow)
    assert [r.batch.filename for r in fetch(folder, stores, firms, at)] == ["b.csv", "c.csv"]
    [late] = fetch(folder, stores, firms, at)
    assert (late.batch.filename, late.rows) == ("a.csv", 2)


def test_a_digest_beside_the_file_must_hold(folder, stores, firms, at):
    digest = hashlib.sha256((folder / "a.csv").read_bytes()).hexdigest()
    (folder / "a.csv.sha256").write_text(f"{digest}  a.csv\n")
    (folder / "b.csv.sha256").write_text("0" * 64)
    states = {r.batch.filename: r.batch.state for r in fetch(folder, stores, firms, at)}
    assert states == {"a.csv": "received", "b.csv": "refused", "c.csv": "received"}


def test_a_missing_file_or_folder_is_told(tmp_path, stores, firms, at):
    for source in (File(tmp_path / "no.csv"), Folder(tmp_path / "no")):
        with pytest.raises(drop.NoSuchFile):
            bring_in(source, dataset=firms, stores=stores, by="market.steward", at=at)


def die(root, folder, firms, at, point, hits):
    left = [hits]

    def decide(name):
        if name == point:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    fault.decide_by(decide)
    ledger = types.SimpleNamespace(append=lambda entry: None)
    stores = types.SimpleNamespace(root=root, objects=Objects(root / "objects"), ledger=ledger)
    fetch(folder, stores, firms, at)
    sys.exit(0)


POINTS = [
    ("objects.put.write", 2),
    ("objects.settle.rename", 2),
    ("register.keep.insert", 2),
    ("collect.receive.ledger", 1),
    ("keyring.write.commit", 2),
    ("register.write.commit", 3),
    ("register.seen.insert", 1),
]


@pytest.mark.parametrize(("point", "hits"), POINTS)
def test_killed_at_any_point_the_next_run_ends_with_three_batches(folder, stores, firms, at, point, hits):
    context = multiprocessing.get_context("fork")
    victim = context.Process(target=die, args=(stores.root, folder, firms, at, point, hits))
    victim.start()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    fetch(folder, stores, firms, at)
    found = batches.list_batches(stores)
    assert sorted(b.filename for b in found) == ["a.csv", "b.csv", "c.csv"]
    assert [b.number for b in found] == sorted((b.number for b in found), reverse=True)
    assert all(b.state == "received" and stores.objects.exists(b.sha256) for b in found)
    assert fetch(folder, stores, firms, at) == []
