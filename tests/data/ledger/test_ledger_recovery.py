import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from taihu.data.ledger import ledger as ledgers
from taihu.data.ledger import recover, segment, writer
from taihu.data.ledger.index import Wanted
from taihu.data.ledger.record import HEAD
from taihu.data.ledger.segment import Damaged
from taihu.terms import fault
from tests.data.ledger.ledger_world import a_ledger, an_entry

pytestmark = pytest.mark.usefixtures("policy")


@pytest.fixture(autouse=True)
def no_faults_after():
    yield
    fault.decide_by(None)


def written(tmp_path, count=5):
    ledger = a_ledger(tmp_path)
    ledger.append_many([an_entry(n) for n in range(count)])
    ledger.close()
    return tmp_path / "ledger" / "web"


def fail_at(name, error):
    def decide(point):
        if point == name:
            raise error

    fault.decide_by(decide)


@pytest.mark.parametrize(
    "torn", [b"\0" * 100, b"\x01", HEAD.pack(50, 1) + b"x" * 50, HEAD.pack(500, 1) + b"x", b"\xff" * 9]
)
def test_a_torn_tail_is_cut_and_writing_goes_on(tmp_path, torn):
    folder = written(tmp_path)
    size = (folder / "entries.log").stat().st_size
    with (folder / "entries.log").open("ab") as stream:
        stream.write(torn)

    ledger = a_ledger(tmp_path)

    assert ledger.append(an_entry()).number == 5
    ledger.close()
    assert ledger.find("web/4").entry == an_entry(4)
    assert (folder / "entries.log").stat().st_size > size
    assert list(a_ledger(tmp_path).check("web")) == []


@pytest.mark.parametrize("name", ["nodes.bin", "offsets.bin", "checkpoint.bin", "mark.bin", "heads.jsonl"])
@pytest.mark.parametrize("is_gone", [True, False])
def test_derived_files_are_made_again(tmp_path, name, is_gone):
    folder = written(tmp_path)
    if is_gone:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes((folder / name).read_bytes()[:-7])

    ledger = a_ledger(tmp_path)
    ledger.append(an_entry(5))

    assert [found.number for found in ledger.entries().entries] == [5, 4, 3, 2, 1, 0]
    assert ledger.prove("web/2").head.size == 6
    assert list(ledger.check()) == []
    ledger.close()


def test_a_missing_acknowledged_entry_stops_the_segment(tmp_path):
    folder = written(tmp_path)
    size = (folder / "entries.log").stat().st_size
    os.truncate(folder / "entries.log", size - 10)

    with pytest.raises(Damaged):
        a_ledger(tmp_path).append(an_entry())
    assert (folder / "entries.log").stat().st_size == size - 10


def test_a_missing_signed_entry_stops_the_segment_even_without_mark_and_checkpoint(tmp_path):
    folder = written(tmp_path)
    for name in ("mark.bin", "checkpoint.bin"):
        (folder / name).unlink()
    os.truncate(folder / "entries.log", (folder / "entries.log").stat().st_size - 10)

    with pytest.raises(Damaged):
        a_ledger(tmp_path).append(an_entry())


def test_another_history_under_the_same_signature_stops_the_segment(tmp_path):
    folder = written(tmp_path)
    kept = (folder / "heads.jsonl").read_bytes()
    for path in folder.iterdir():
        path.unlink()
    written(tmp_path)
    (folder / "heads.jsonl").write_bytes(kept)

    with pytest.raises(Damaged, match="树根"):
        a_ledger(tmp_path).append(an_entry())


def test_a_changed_record_is_found_by_reading_again(tmp_path):
    folder = written(tmp_path)
    data = bytearray((folder / "entries.log").read_bytes())
    data[-3] ^= 1
    (folder / "entries.log").write_bytes(data)

    with pytest.raises(Damaged):
        list(a_ledger(tmp_path).check("web"))


def test_a_record_forged_with_its_checksum_is_found_by_the_tree(tmp_path):
    folder = written(tmp_path, 1)
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    forged = written(elsewhere, 1)
    (folder / "entries.log").write_bytes((forged / "entries.log").read_bytes())

    assert [number for number, _ in a_ledger(tmp_path).check("web")] == [0]


def test_a_mark_that_stays_damaged_is_told(tmp_path):
    folder = written(tmp_path)
    (folder / "mark.bin").write_bytes(b"\1" * 20)

    with pytest.raises(Damaged, match="标记"):
        segment.Segment(folder).mark()


def test_a_segment_without_marks_is_empty(tmp_path):
    found = segment.Segment(tmp_path / "none")

    assert found.mark().count == 0
    assert found.last_head() is None
    assert list(found.scan(0, 10)) == []
    with pytest.raises(segment.NotInLedger):
        found.parts(0)


@pytest.mark.parametrize("point", ["entries", "sync", "nodes", "offsets", "mark"])
def test_a_full_disk_fails_those_who_wait_and_is_got_over(tmp_path, monkeypatch, point):
    ledger = a_ledger(tmp_path)
    ledger.append(an_entry())
    fail_at(f"ledger.append.{point}", OSError(28, "No space left on device"))

    with pytest.raises(writer.Unavailable, match="No space left"):
        ledger.append(an_entry(1))
    with pytest.raises(writer.Unavailable):
        ledger.append(an_entry(1))
    assert ledger.find("web/0").entry == an_entry()

    fault.decide_by(None)
    with pytest.raises(writer.Unavailable):
        ledger.append(an_entry(1))
    monkeypatch.setattr(ledgers, "RETRY_SECONDS", 0)
    assert ledger.append(an_entry(2)).number == 1
    assert list(ledger.check()) == []
    ledger.close()


@pytest.mark.parametrize("point", ["ledger.head.line", "ledger.checkpoint.file"])
def test_a_disk_full_between_two_batches_kills_the_writer_and_loses_nothing(tmp_path, monkeypatch, point):
    monkeypatch.setattr(writer, "CHECKPOINT_ENTRIES", 1)
    ledger = a_ledger(tmp_path)
    fail_at(point, OSError(28, "No space left on device"))

    assert ledger.append(an_entry()).number == 0
    while ledger._writer.problem is None:
        threading.Event().wait(0.001)
    with pytest.raises(writer.Unavailable):
        ledger.append(an_entry())

    fault.decide_by(None)
    ledger.close()
    assert a_ledger(tmp_path).find("web/0").entry == an_entry()


def test_a_program_error_is_no_reason_to_wait_for_ever(tmp_path):
    ledger = a_ledger(tmp_path)
    fail_at("ledger.append.entries", ZeroDivisionError())

    with pytest.raises(writer.Unavailable, match="ZeroDivisionError"):
        ledger.append(an_entry())
    with pytest.raises(writer.Unavailable, match="ZeroDivisionError"):
        ledger._writer.enqueue(())
    ledger.close()


def test_a_tail_that_cannot_be_cut_leaves_the_ledger_read_only(tmp_path, monkeypatch):
    ledger = a_ledger(tmp_path)
    ledger.append(an_entry())
    fail_at("ledger.append.entries", OSError(5, "I/O error"))

    def refuse(_descriptor, _size):
        raise OSError(5, "I/O error")

    monkeypatch.setattr(writer.os, "ftruncate", refuse)
    monkeypatch.setattr(ledgers, "RETRY_SECONDS", 0)
    with pytest.raises(writer.Unavailable):
        ledger.append(an_entry())
    fault.decide_by(None)

    with pytest.raises(writer.Unavailable):
        ledger.append(an_entry())
    ledger.close()


def test_a_segment_that_cannot_be_opened_is_unavailable(tmp_path):
    fail_at("ledger.open.lock", OSError(30, "Read-only file system"))

    with pytest.raises(writer.Unavailable, match="Read-only"):
        a_ledger(tmp_path).check_writable()


def test_a_closing_writer_takes_no_more(tmp_path):
    ledger = a_ledger(tmp_path)
    ledger.append(an_entry())
    old = ledger._writer
    ledger.close()

    with pytest.raises(writer.Unavailable):
        old.enqueue(())


def test_writes_that_take_several_turns_are_finished(tmp_path, monkeypatch):
    real = os.pwrite
    monkeypatch.setattr(writer.os, "pwrite", lambda file, data, place: real(file, bytes(data)[:7], place))
    ledger = a_ledger(tmp_path)

    ledger.append(an_entry())

    assert ledger.find("web/0").entry == an_entry()
    ledger.close()


def test_heads_are_signed_now_and_then_and_checkpoints_made(tmp_path, monkeypatch, policy):
    monkeypatch.setattr(writer, "HEAD_SECONDS", 0)
    monkeypatch.setattr(writer, "CHECKPOINT_ENTRIES", 2)
    ledger = a_ledger(tmp_path)
    for n in range(4):
        ledger.append(an_entry(n))
    ledger.close()

    folder = tmp_path / "ledger" / "web"
    assert len((folder / "heads.jsonl").read_bytes().splitlines()) == 4
    assert segment.read_mark(folder / "checkpoint.bin").count == 4
    assert recover.recover(segment.Segment(folder, policy.writes)).mark.count == 4


def test_an_index_that_is_damaged_or_of_another_ledger_is_made_anew(tmp_path):
    written(tmp_path)
    index = tmp_path / "ledger" / "index-1.sqlite3"
    assert a_ledger(tmp_path).count() == 5

    index.write_bytes(b"no database" * 100)
    assert a_ledger(tmp_path).count() == 5

    for path in (tmp_path / "ledger" / "web").iterdir():
        path.unlink()
    written(tmp_path, 6)
    assert a_ledger(tmp_path).count() == 6
    assert a_ledger(tmp_path).count(Wanted(subject="a" * 32)) == 6


def test_the_index_reads_on_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("taihu.data.ledger.index.CHUNK", 2)
    written(tmp_path, 4)

    assert a_ledger(tmp_path).catch_up() == 4
    assert a_ledger(tmp_path).catch_up() == 0


def test_an_index_that_is_locked_is_not_thrown_away(tmp_path, monkeypatch):
    written(tmp_path)
    a_ledger(tmp_path).catch_up()

    def locked(*_):
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("taihu.data.ledger.index._read_on", locked)
    ledger = a_ledger(tmp_path)
    ledger.append(an_entry())
    with pytest.raises(sqlite3.OperationalError):
        ledger.catch_up()
    ledger.close()


HOUSE = Path(__file__).resolve().parents[3]
CHILD = """
import sys, threading
from pathlib import Path
from tests.data.ledger.ledger_world import a_ledger, an_entry
ledger = a_ledger(Path(sys.argv[1]), policy=sys.argv[2])
lock = threading.Lock()
def work(name):
    for n in range(100_000):
        receipt = ledger.append(an_entry(n, by=f"{name}-{n}"))
        with lock:
            print(receipt.number, f"{name}-{n}", flush=True)
for name in range(8):
    threading.Thread(target=work, args=(name,)).start()
"""


def kill_while_writing(root, lines, policy):
    command = [sys.executable, "-c", CHILD, str(root), policy.writes.id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HOUSE) as child:
        told = [child.stdout.readline() for _ in range(lines)]
        child.send_signal(signal.SIGKILL)
        told += child.stdout.read().splitlines(keepends=True)
    whole = [line.split() for line in told if line.endswith("\n")]
    return {int(number): by for number, by in whole}


def check_after_kills(root, times, lines, policy):
    acknowledged = {}
    for time in range(times):
        acknowledged |= kill_while_writing(root, lines + 7 * time, policy)
    ledger = a_ledger(root)
    ledger.check_writable()

    found = ledger.segment("web")
    said = dict(found.scan(0, found.mark().count))
    assert acknowledged.keys() <= said.keys()
    assert all(f'"by":"{by}"'.encode() in said[number].public for number, by in acknowledged.items())
    assert list(ledger.check()) == []
    ledger.close()
    return len(acknowledged)


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path, policy):
    assert check_after_kills(tmp_path, 3, 150, policy) > 450
