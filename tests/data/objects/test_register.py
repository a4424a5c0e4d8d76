"""The register numbers deliveries once, and its states move only as declared."""

import dataclasses
import datetime
import sqlite3
import threading

import duckdb
import pytest

from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import Fact, Reading
from taihu.data.objects.register import NoSuchBatch, NotThatWay, Register

AT = datetime.datetime(2026, 11, 24, 9, 30, tzinfo=datetime.UTC)
READING = Reading(
    "a" * 64,
    3,
    ("name", "", "_row", "_fault"),
    skip=1,
    letters={"name": "A"},
    facts=(Fact("encoding", "编码", "UTF-8"),),
)
REFUSAL = {"code": "C-010", "message": "空文件。", "where": "a.csv", "help": "重新导出。"}


def a_batch(sha256="0" * 64, state="received", **changes):
    problem = REFUSAL if state == "refused" else None
    batch = Batch(
        "", 0, "bases.people.resident", "police", "a.csv", sha256, 10, AT, "police.steward", state, problem=problem
    )
    return dataclasses.replace(batch, **changes)


@pytest.fixture
def register(tmp_path):
    return Register(tmp_path / "collect" / "batches.sqlite3")


def test_numbers_grow_and_the_id_tells_the_day(register):
    first, second = register.keep(a_batch("1" * 64)), register.keep(a_batch("2" * 64))
    assert (first.id, second.id) == ("20261124-00001", "20261124-00002")
    assert register.find(second.id) == second
    assert [b.number for b in register.list_batches(department="police")] == [2, 1]
    assert register.list_batches(state="refused") == []


def test_the_same_bytes_for_one_dataset_are_one_batch(register):
    first = register.keep(a_batch())
    assert register.keep(a_batch(filename="again.csv")) == first
    assert register.keep(a_batch(dataset="bases.people.assistance")) != first


def test_a_reading_survives_the_register(register):
    kept = register.keep(a_batch(reading=READING, rows_in=3))
    assert register.find(kept.id).reading == READING


def test_rows_in_are_accepted_plus_returned_or_nothing_is_written(register):
    kept = register.keep(a_batch(rows_in=3))
    with pytest.raises(sqlite3.IntegrityError):
        register.move(kept.id, "refined", accepted=1, returned=1, refined_at=AT)
    assert register.find(kept.id) == kept
    assert register.move(kept.id, "refined", accepted=2, returned=1, refined_at=AT).state == "refined"


def test_a_refused_batch_is_not_refined(register):
    kept = register.keep(a_batch(state="refused"))
    with pytest.raises(NotThatWay):
        register.move(kept.id, "refined")
    with pytest.raises(NoSuchBatch):
        register.find("20261124-99999")


def test_many_threads_keep_one_batch(register):
    found = []
    threads = [threading.Thread(target=lambda: found.append(register.keep(a_batch()).id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_an_item_is_seen_only_while_it_bears_the_same_mark(register):
    register.note_seen("drop", "a.csv", "10:1", "20261124-00001")
    assert register.has_seen("drop", "a.csv", "10:1") == "20261124-00001"
    assert register.has_seen("drop", "a.csv", "11:2") is None


def test_a_file_read_in_place_has_line_numbers_and_a_rewritten_one_its_own(tmp_path):
    own = tmp_path / "own's.csv"
    own.write_text('标题\n姓名,备注,性别\n王伟,,男\n"李,娜",x,\n', encoding="utf-8")
    in_place = Reading("", 2, ("name", "", "sex"), skip=2)
    assert duckdb.sql(f"select * from {in_place.to_sql(own)}").fetchall() == [
        ("王伟", "男", 3, None),
        ("李,娜", None, 4, None),
    ]
    rewritten = tmp_path / "rewritten.csv"
    rewritten.write_text('7,,王伟,CGCS2000\n9,cut,"李\n娜",\n', encoding="utf-8")
    reading = Reading("", 2, ("_row", "_fault", "name", "__datum"))
    assert duckdb.sql(f"select * from {reading.to_sql(rewritten)}").fetchall() == [
        ("王伟", "CGCS2000", 7, None),
        ("李\n娜", None, 9, "cut"),
    ]
