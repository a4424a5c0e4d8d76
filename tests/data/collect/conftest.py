"""Stores of one test: real objects and register, a ledger that remembers."""

import datetime
import io
import types

import duckdb
import pytest

from taihu.data.collect.receive import Delivered, receive
from taihu.data.objects.objects import Objects
from taihu.terms import fault
from taihu.terms.dataset import Column, Cycle, Dataset, Delivery, Kind, Openness, Share
from taihu.terms.label import Label, Level

AT = datetime.datetime(2026, 11, 24, 9, 30, tzinfo=datetime.UTC)


def a_column(name, title, kind="text", *, level=Level.L1, **more):
    return Column(name, title, Kind.read(kind), Label(level), Share.CONDITIONAL, Openness.FORBIDDEN, **more)


def a_dataset(columns, *, key, name="assistance", pack="bases.people"):
    return Dataset(name, pack, "社会救助对象", "civil", Cycle.MONTH, Delivery.FULL, key, Label(), tuple(columns))


ASSISTANCE = a_dataset(
    [
        a_column(
            "resident_id",
            "身份证号码",
            level=Level.L4,
            aliases=("公民身份号码", "身份证号"),
            standard="resident-id",
            is_required=True,
        ),
        a_column("name", "姓名", level=Level.L3, is_required=True),
        a_column("phone", "联系电话", level=Level.L3, standard="phone"),
        a_column("kind", "救助类别", codes=("低保", "特困", "低边"), is_required=True),
        a_column("monthly_fen", "月救助金额", "int", unit="fen"),
        a_column("since", "起始年月", "date"),
    ],
    key=("resident_id", "kind"),
)
ADDRESS = a_dataset(
    [
        a_column("code", "地址编码", is_required=True),
        a_column("text", "标准地址全称"),
        a_column("place", "位置", "point", is_required=True),
    ],
    key=("code",),
    name="address",
    pack="bases.places",
)


@pytest.fixture
def stores(tmp_path):
    entries = []
    yield types.SimpleNamespace(
        root=tmp_path,
        objects=Objects(tmp_path / "objects"),
        entries=entries,
        ledger=types.SimpleNamespace(append=entries.append),
    )
    fault.decide_by(None)


@pytest.fixture
def bring(stores):
    def bring(content, filename="救助.csv", *, dataset=ASSISTANCE, at=AT, **more):
        content = content.encode() if isinstance(content, str) else content
        return receive(
            delivery=Delivered(io.BytesIO(content), filename, **more),
            dataset=dataset,
            stores=stores,
            by="civil.steward",
            at=at,
        )

    return bring


@pytest.fixture
def rows(stores):
    def rows(receipt, columns="*"):
        reading = receipt.batch.reading
        with stores.objects.plain(reading.sha256) as path:
            return duckdb.sql(f"select {columns} from {reading.to_sql(path)} order by _row").fetchall()

    return rows


@pytest.fixture
def assistance():
    return ASSISTANCE


@pytest.fixture
def address():
    return ADDRESS
