"""Stores and a dataset for bringing in; the ledger remembers."""

import datetime
import types

import duckdb
import pytest

from taihu.data.objects.objects import Objects
from taihu.terms import fault
from taihu.terms.dataset import Column, Cycle, Dataset, Delivery, Kind, Openness, Share
from taihu.terms.label import Label, Level


def a_column(name, title, **more):
    return Column(name, title, Kind.read("text"), Label(Level.L1), Share.CONDITIONAL, Openness.RESTRICTED, **more)


@pytest.fixture
def firms():
    columns = (
        a_column("uscc", "统一社会信用代码", is_required=True),
        a_column("name", "企业名称"),
        a_column("capital", "注册资本"),
    )
    return Dataset(
        "firm", "bases.organisations", "市场主体", "market", Cycle.DAY, Delivery.FULL, ("uscc",), Label(), columns
    )


@pytest.fixture
def stores(tmp_path):
    root = tmp_path / "var"
    root.mkdir()
    entries = []
    yield types.SimpleNamespace(
        root=root,
        objects=Objects(root / "objects"),
        entries=entries,
        ledger=types.SimpleNamespace(append=entries.append),
    )
    fault.decide_by(None)


@pytest.fixture
def at():
    return datetime.datetime(2026, 11, 24, 9, 30, tzinfo=datetime.UTC)


@pytest.fixture
def rows(stores):
    def rows(receipt, columns="*"):
        reading = receipt.batch.reading
        with stores.objects.plain(reading.sha256) as path:
            found = duckdb.sql(f"from {reading.to_sql(path)} order by _row")
            return found.project(columns).fetchall()

    return rows
