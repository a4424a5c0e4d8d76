import multiprocessing
import sqlite3

import pytest

from taihu.data.ledger.file import open_file

TABLES = "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0);"


def write(path, ready, told):
    ready.wait()
    connection = open_file(path, TABLES)
    connection.execute("INSERT INTO t VALUES (1)")
    told.put(connection.execute("PRAGMA journal_mode").fetchone()[0])
    connection.close()


@pytest.mark.slow
def test_processes_that_open_a_new_file_at_once_share_it(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, told = context.Event(), context.Queue()
    children = [context.Process(target=write, args=(tmp_path / "a" / "x.sqlite3", ready, told)) for _ in range(6)]
    for child in children:
        child.start()
    ready.set()
    modes = [told.get(timeout=30) for _ in children]
    for child in children:
        child.join()
        child.close()
    told.close()
    told.join_thread()

    connection = open_file(tmp_path / "a" / "x.sqlite3", TABLES)
    assert modes == ["wal"] * 6
    assert connection.execute("SELECT count(*), sum(n) FROM t").fetchone() == (7, 6)
    connection.close()


def test_a_file_that_was_made_meanwhile_is_not_made_again(tmp_path, monkeypatch):
    open_file(tmp_path / "x", TABLES).close()
    answers = iter((False, True))
    monkeypatch.setattr("taihu.data.ledger.file._is_made", lambda _: next(answers))

    connection = open_file(tmp_path / "x", TABLES)

    assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)
    connection.close()


def test_what_is_no_database_is_told_and_let_go(tmp_path):
    (tmp_path / "x").write_bytes(b"no database" * 100)

    with pytest.raises(sqlite3.DatabaseError):
        open_file(tmp_path / "x", TABLES)


def test_tables_that_cannot_be_made_leave_nothing(tmp_path):
    with pytest.raises(sqlite3.OperationalError):
        open_file(tmp_path / "x", "CREATE TABLE t (n INTEGER); NONSENSE;")

    connection = open_file(tmp_path / "x", TABLES)
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)
    connection.close()
