"""A table is read as one snapshot in one order, without columns that nobody declared."""

import contextlib
import sqlite3

import pytest

from taihu.data.intake import database
from taihu.data.intake.bring_in import bring_in
from taihu.data.intake.source import Table

pytestmark = pytest.mark.slow


@pytest.fixture
def market(tmp_path):
    path = tmp_path / "market.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            'CREATE TABLE firms (PRIPID INTEGER PRIMARY KEY, "统一社会信用代码" TEXT, "企业名称" TEXT, "注册资本" NUMERIC, secret TEXT)'
        )
        connection.executemany(
            "INSERT INTO firms VALUES (?, ?, ?, ?, ?)",
            [(2, "N2330502MF00000132", "乙,\n社", 1.5, "s"), (1, "91330502MA2B00000N", None, 300, "s")],
        )
    connection.close()
    return path


def fetch(source, stores, firms, at):
    [receipt] = bring_in(source, dataset=firms, stores=stores, by="market.steward", at=at)
    return receipt


def test_rows_come_in_order_of_the_key_with_values_as_people_write_them(market, stores, firms, at, rows):
    receipt = fetch(Table(f"sqlite:///{market}", "firms"), stores, firms, at)
    assert rows(receipt, "uscc, name, capital") == [
        ("91330502MA2B00000N", None, "300"),
        ("N2330502MF00000132", "乙,\n社", "1.5"),
    ]
    assert receipt.batch.filename == "firms.csv"
    assert b"secret" not in stores.objects.open(receipt.sha256).read()


def test_the_same_table_is_the_same_batch_and_a_changed_one_is_new(market, stores, firms, at):
    source = Table(f"sqlite:///{market}", "firms")
    first = fetch(source, stores, firms, at)
    assert fetch(source, stores, firms, at).id == first.id
    with contextlib.closing(sqlite3.connect(market)) as connection, connection:
        connection.execute("UPDATE firms SET 企业名称 = '甲' WHERE PRIPID = 1")
    connection.close()
    assert fetch(source, stores, firms, at).id != first.id


def test_a_missing_column_is_refused_with_the_headings_found(market, stores, firms, at):
    with contextlib.closing(sqlite3.connect(market)) as connection, connection:
        connection.execute('ALTER TABLE firms RENAME COLUMN "统一社会信用代码" TO "信用"')
    connection.close()
    receipt = fetch(Table(f"sqlite:///{market}", "firms"), stores, firms, at)
    assert receipt.problem["code"] == "C-052"
    assert "信用" in receipt.problem["message"]


def test_a_missing_table_names_the_known_ones(market, stores, firms, at):
    with pytest.raises(database.NoSuchTable, match="firms"):
        fetch(Table(f"sqlite:///{market}", "firm"), stores, firms, at)


@pytest.mark.parametrize("url", ["sqlite:////no/such/file", "postgresql+psycopg://u:geheim@127.0.0.1:1/x", "nonsense"])
def test_a_database_that_does_not_answer_is_told_without_its_password(url, stores, firms, at):
    with pytest.raises(database.SourceDown) as refused:
        fetch(Table(url, "firms"), stores, firms, at)
    assert "geheim" not in str(refused.value)


def test_a_column_of_dates_may_hold_any_text(tmp_path, stores, firms, at, rows):
    path = tmp_path / "dirty.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('CREATE TABLE firms ("统一社会信用代码" TEXT, "企业名称" DATE, "注册资本" TIMESTAMP)')
        connection.execute("INSERT INTO firms VALUES ('U1', '不详', '1900-00-00')")
    connection.close()
    assert rows(fetch(Table(f"sqlite:///{path}", "firms"), stores, firms, at), "name, capital") == [
        ("不详", "1900-00-00")
    ]


def test_reading_never_writes(market, stores, firms, at):
    before = market.read_bytes()
    fetch(Table(f"sqlite:///{market}", "firms"), stores, firms, at)
    assert market.read_bytes() == before
