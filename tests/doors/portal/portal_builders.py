"""Small worlds for the tests of the portal: a shelf of three datasets, rows in the lake, entries in the catalogue."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from taihu.control.accounts.models import Department
from taihu.control.catalogue import actions, content
from taihu.control.catalogue.models import Edition, Entry
from taihu.data.lake.staged import read_copy
from taihu.terms.dataset import Column, Cycle, Dataset, Delivery, Kind, Openness, Share
from taihu.terms.label import Label, Level
from taihu.terms.pack import Pack
from taihu.terms.shelf import Shelf
from taihu.terms.zone import Zone

PACKS = Path(__file__).resolve().parents[3] / "packs"
AT = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


def a_column(name, title, kind="text", level=Level.L1, opened=Openness.OPEN, **more):
    label = Label(level, frozenset({"person"} if level > Level.L1 else ()))
    return Column(
        name=name, title=title, kind=Kind.read(kind), label=label, share=Share.UNCONDITIONAL, open=opened, **more
    )


def a_dataset(name, title, *columns, presence=Level.L1, department="water", cycle=Cycle.DAY):
    return Dataset(
        name=name,
        pack="topics.rivers",
        title=title,
        department=department,
        cycle=cycle,
        delivery=Delivery.FULL,
        key=(columns[0].name,),
        presence=Label(presence),
        columns=columns,
    )


READING = a_dataset(
    "reading",
    "断面水质监测",
    a_column("station", "断面编码"),
    a_column("oxygen", "溶解氧", "decimal(8,3)", unit="mg/L"),
    a_column("seen_on", "监测日期", "date"),
    a_column("note", "备注"),
    a_column("phone", "监测员电话", level=Level.L3, opened=Openness.FORBIDDEN),
)
ADDRESS = a_dataset("address", "标准地址", a_column("code", "地址编码", opened=Openness.RESTRICTED), department="plan")
PATIENT = a_dataset("patient", "就诊人次", a_column("clinic", "门诊名称"), presence=Level.L3, department="health")
SECRET = a_dataset("secret", "侦查线索", a_column("code", "线索编码", opened=Openness.FORBIDDEN), department="police")
ALL = (READING, ADDRESS, PATIENT, SECRET)
PHONE = "13800571234"
ROWS = [
    ("D-01", Decimal("6.125"), datetime.date(2026, 11, 22), "=HYPERLINK(1)", PHONE),
    ("D-02", Decimal("-0.500"), datetime.date(2026, 11, 22), None, PHONE),
    ("D-03", None, datetime.date(2026, 11, 23), "正常", PHONE),
]


def a_shelf(*datasets):
    pack = Pack(
        id="topics.rivers",
        title="河长制",
        policy="二.(二)9",
        carries=(),
        department="water",
        purpose="河道巡查与水质监管",
        uses=(),
        folder=PACKS / "topics" / "rivers",
        datasets=datasets or ALL,
    )
    return Shelf(PACKS, {pack.id: pack})


def put_readings(stores, rows=ROWS, *, number=1):
    """Puts rows of READING into the governed zone."""
    types = {"station": "VARCHAR", "oxygen": "DECIMAL(8,3)", "seen_on": "DATE", "note": "VARCHAR", "phone": "VARCHAR"}
    schema = [*types.items(), ("_batch", "VARCHAR"), ("_row", "BIGINT")]
    place = stores.lake.staging(Zone.GOVERNED, READING.id)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({', '.join(f'{name} {kind}' for name, kind in schema)})")
        connection.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", [(*row, "b1", n) for n, row in enumerate(rows)]
        )
        written = connection.execute(f"COPY t TO '{place}/part.parquet' (FORMAT parquet, RETURN_STATS)").fetchall()
    return stores.lake.commit(
        Zone.GOVERNED,
        READING.id,
        read_copy(written),
        stream="test",
        number=number,
        mode="replace",
        schema=schema,
        at=AT,
    )


def publish_all(stores, at=AT):
    """Entries of all datasets, published."""
    for dataset in stores.shelf.datasets():
        Department.objects.get_or_create(pk=dataset.department, defaults={"title": dataset.department})
    actions.sync(at=at, stores=stores)
    for entry in Entry.objects.filter(edition=None):
        described = content.describe(entry, stores.shelf.dataset(entry.dataset))
        described |= {"phone": "0572-1234567"}
        edition = Edition.objects.create(entry=entry, number=1, content=described, published_at=at, published_by="test")
        Entry.objects.filter(pk=entry.pk).update(edition=edition)
