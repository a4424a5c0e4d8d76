"""A town list of persons, written day by day, and declassifiers over it."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import duckdb

from taihu.data.engines.stores import Stores, open_stores
from taihu.data.guard.lowering import lower
from taihu.data.guard.lowering.allowed import Allowed
from taihu.data.guard.lowering.falling import read_falling
from taihu.terms import shelf
from taihu.terms.dataset import Dataset
from taihu.terms.label import PUBLIC
from taihu.terms.permit import Form, Permit
from taihu.terms.zone import Zone
from tests.data.guard.guard_world import NOON, write_table

PATIENT = "topics.health.patient"
BY_TOWN = "topics.health.by_town"
PACK = "label: 健康\npolicy: 二.(二)1\ndepartment: health\npurpose: 慢性病统计\n"
PATIENTS = """
label: 慢性病患者
every: day
delivery: full
key: [subject]
share: conditional
open: forbidden
presence: {level: L4, about: person, class: medical}
columns:
  subject: {label: 主体, kind: text, level: L3, about: person, required: yes}
  town:    {label: 乡镇, kind: text, level: L2, about: person}
  age:     {label: 年龄, kind: int, level: L2, about: person}
  illness: {label: 病种, kind: text, level: L4, about: person, class: medical}
  cost:    {label: 费用, kind: 'decimal(10,2)', level: L3, about: person}
"""
WARDS = PATIENTS.replace("慢性病患者", "病区名单").replace("every:", "department: police\nevery:")
TOWN = """
label: 分乡镇患者数
zone: opened
every: month
delivery: full
key: [town]
share: unconditional
open: open
presence: L1
columns:
  town:  {label: 乡镇, kind: text, level: L1, required: yes}
  count: {label: 人数, kind: int, level: L1}
"""
ROWS = """
label: 患者样本
zone: opened
every: year
delivery: full
key: [town]
share: unconditional
open: open
presence: L1
columns:
  town:    {label: 乡镇, kind: text, level: L1}
  age:     {label: 年龄, kind: text, level: L1}
  illness: {label: 病种, kind: text, level: L1}
"""
DOWN = "by_town: {from: patients, method: at_least, k: 10, by: [town], who: subject, to: L1, every: month, policy: p}\n"
SAMPLE = """
sample:
  from: sampled
  method: microdata
  identifying: {town: {kind: prefix, lengths: [1]}, age: {kind: number, widths: [10, 40]}}
  sensitive: [illness]
  who: subject
  k: 5
  to: L1
  every: year
  policy: p
"""
QUERIES = {
    "patients": "select subject, town from patient",
    "sampled": "select subject, town, age, illness from patient",
}


def write_packs(root: Path, files: dict[str, str] | None = None) -> Path:
    folder = root / "topics" / "health"
    queries = {**QUERIES}
    texts = {"pack.yaml": PACK, "datasets/patient.yaml": PATIENTS, "datasets/by_town.yaml": TOWN}
    texts |= {"datasets/sample.yaml": ROWS, "declassifiers.yaml": DOWN + SAMPLE, **(files or {})}
    for name in [name for name in texts if name.startswith("queries/")]:
        queries[name[8:-4]] = texts.pop(name)
    texts |= {f"queries/{name}.sql": text for name, text in queries.items()}
    texts["queries.yaml"] = (
        files["queries.yaml"]
        if files and "queries.yaml" in files
        else "".join(f"{name}: {{label: 查询}}\n" for name in queries)
    )
    for name, text in texts.items():
        if text:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return root


def open_world(root: Path, files: dict[str, str] | None = None) -> Stores:
    return open_stores(root / "var", shelf.read_shelf(write_packs(root / "packs", files)), segment="test")


def write_patients(stores: Stores, towns: dict[str, int], number: int = 1) -> None:
    """So many persons of each town, named by town and place, so that a larger number adds persons."""
    rows = [
        (f"{town}-{place}", town, 20 + place % 50, ("糖尿病", "高血压")[place % 2])
        for town, n in towns.items()
        for place in range(n)
    ]
    marks = ", ".join(["(?, ?, ?, ?)"] * len(rows))
    select = (
        "SELECT a::VARCHAR AS subject, b::VARCHAR AS town, c::BIGINT AS age, d::VARCHAR AS illness,"
        f" 12.5::DECIMAL(10,2) AS cost, 'b'::VARCHAR AS _batch, 1::BIGINT AS _row FROM (VALUES {marks}) v(a, b, c, d)"
    )
    write_table(stores, Zone.GOVERNED, PATIENT, select, [cell for row in rows for cell in row], number)


def allow(stores: Stores, name: str = BY_TOWN, **differences: object) -> Allowed:
    """The word of two persons over the declassifier as it stands."""
    allowed = Allowed(read_falling(name, stores.shelf).digest, ("health.approver", "bureau.officer"))
    return dataclasses.replace(allowed, **differences)


def release(stores: Stores, name: str = BY_TOWN, *, days: int = 0, allowed: Allowed | None = None, **more: object):
    at = NOON + datetime.timedelta(days=days)
    given = allowed or allow(stores, name)
    return lower.lower(name, allowed=given, stores=stores, by="worker", at=at, **more)


def open_permit(dataset: Dataset, **differences: object) -> Permit:
    """What everybody may ask of a released dataset."""
    permit = Permit(
        grant="g",
        department="civil",
        system="civil.web",
        purpose="查看",
        ground="公开",
        reads=(dataset.id,),
        columns=tuple(column.name for column in dataset.columns),
        label=PUBLIC,
        forms=frozenset((Form.LOOKUP, Form.QUERY, Form.BULK, Form.VERIFY)),
        until=datetime.date(2027, 12, 31),
    )
    return dataclasses.replace(permit, **differences)


def read_rows(snapshot, column: str) -> list:
    """The cells of one column of a version, read past the guard."""
    with duckdb.connect() as connection:
        return [row[0] for row in connection.execute(f'SELECT "{column}" FROM {snapshot.to_sql()}').fetchall()]
