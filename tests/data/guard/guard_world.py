"""A register of three people and its returned rows, written into a lake of its own."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from taihu.data.engines.stores import Stores, open_stores
from taihu.data.lake import staged
from taihu.terms import shelf
from taihu.terms.label import Label, Level
from taihu.terms.permit import Form, Permit, Quota
from taihu.terms.zone import Zone

NOON = datetime.datetime(2026, 11, 24, 4, tzinfo=datetime.UTC)
PERSON = "bases.people.person"
CHARGE = "bases.people.charge"
PACK = """
label: 人口
policy: 二.(一)3
carries: [2.1.3-s1]
department: police
purpose: 管理人口
"""
DATASET = """
label: 人口登记
department: police
every: day
delivery: full
key: [id]
share: conditional
open: forbidden
presence: L2
columns:
  id:       {label: 身份证号, kind: text, level: L4, about: person, standard: resident-id, mask: resident-id, required: yes}
  name:     {label: 姓名, kind: text, level: L3, about: person, mask: name}
  phone:    {label: 电话, kind: text, level: L3, about: person, mask: phone}
  town:     {label: 乡镇, kind: text, level: L2, about: person}
  born_on:  {label: 出生日期, kind: date, level: L3, about: person, mask: date}
  income:   {label: 收入, kind: 'decimal(10,2)', level: L4, about: person}
  married:  {label: 已婚, kind: bool, level: L2, about: person}
  children: {label: 子女数, kind: int, level: L2, about: person}
  seen_at:  {label: 更新时间, kind: time, level: L1}
"""
CHARGES = """
label: 收费标准
department: police
every: year
delivery: full
key: [town, since]
share: unconditional
open: open
presence: L1
columns:
  town:  {label: 乡镇, kind: text, level: L1, required: yes}
  since: {label: 起始日期, kind: date, level: L1, required: yes}
  fee:   {label: 费用, kind: 'decimal(8,2)', level: L1}
  note:  {label: 备注, kind: text, level: L2, open: restricted}
"""
QUERIES = {
    "by_town": "select town, count(*) as people from person group by town",
    "charged": "select p.id, p.name, c.fee from person p join charge c on p.town = c.town where c.since <= $today",
    "of_town": "select id, name, born_on from person where town = $town",
    "incomes": "select town, sum(income) as total from person group by town",
    "mixed": "select id || 'x' as made, count(*) as n from person group by id",
    "listed": "select name from (select * from person) p",
    "fees": "select town, fee from charge",
}
IDS = ("330502199001010018", "330502198503120021", "330521197007070037")
PEOPLE = (
    (IDS[0], "沈一", "13812345678", "330502001", "1990-01-01", "1200.50", True, 1, "2026-11-01 08:00:00"),
    (IDS[1], "陈小明", "13912345679", "330502002", "1985-03-12", "900.00", False, 0, "2026-11-02 08:00:00.5"),
    (IDS[2], "欧阳文", None, "330521001", "1970-07-07", None, None, None, None),
)


def write_packs(root: Path) -> shelf.Shelf:
    """The pack of the register."""
    folder = root / "bases" / "people"
    for place, texts in (("datasets", {"person.yaml": DATASET, "charge.yaml": CHARGES}), ("queries", {})):
        (folder / place).mkdir(parents=True)
        for name, text in texts.items():
            (folder / place / name).write_text(text, encoding="utf-8")
    for name, text in QUERIES.items():
        (folder / "queries" / f"{name}.sql").write_text(text + "\n", encoding="utf-8")
    declared = "".join(
        f"{name}: {{label: 查询{', with: {town: text}' if '$town' in text else ''}}}\n"
        for name, text in QUERIES.items()
    )
    (folder / "queries.yaml").write_text(declared, encoding="utf-8")
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    return shelf.read_shelf(root)


def write_table(
    stores: Stores, zone: Zone, table: str, select: str, parameters: object = None, number: int = 1
) -> None:
    """Commits the rows of a SELECT."""
    folder = stores.lake.staging(zone, table)
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE t AS {select}", parameters)
    columns = [(name, kind) for name, kind, *_ in connection.execute("DESCRIBE t").fetchall()]
    found = connection.execute(f"COPY t TO '{folder}/a.parquet' (FORMAT parquet, RETURN_STATS)").fetchall()
    connection.close()
    stores.lake.commit(
        zone, table, staged.read_copy(found), stream=table, number=number, mode="replace", schema=columns, at=NOON
    )


def write_people(stores: Stores, people=PEOPLE, number: int = 1) -> None:
    """The governed table, with tokens and masked forms, and the values in the vault."""
    tokens = [stores.vault.token(person[0]) for person in people]
    stores.vault.keep(pa.table({"token": tokens, "value": [person[0] for person in people]}))
    rows, bound = [], []
    for n, (token, person) in enumerate(zip(tokens, people, strict=True)):
        rows.append("(" + ", ".join("?" * 12) + ")")
        bound += [token, person[0][:6] + "********" + person[0][14:], *person[1:], "b1", n + 1]
    write_table(
        stores,
        Zone.GOVERNED,
        PERSON,
        "SELECT a::VARCHAR AS id, b::VARCHAR AS id__masked, c::VARCHAR AS name, d::VARCHAR AS phone,"
        " e::VARCHAR AS town, f::DATE AS born_on, g::DECIMAL(10,2) AS income, h::BOOLEAN AS married,"
        " i::BIGINT AS children, j::TIMESTAMP AS seen_at, k::VARCHAR AS _batch, l::BIGINT AS _row"
        f" FROM (VALUES {', '.join(rows)}) v(a, b, c, d, e, f, g, h, i, j, k, l)",
        bound,
        number,
    )


def write_charges(stores: Stores) -> None:
    """The open table of fees."""
    write_table(
        stores,
        Zone.GOVERNED,
        CHARGE,
        "SELECT a::VARCHAR AS town, b::DATE AS since, c::DECIMAL(8,2) AS fee, d::VARCHAR AS note FROM (VALUES"
        " ('330502001', '2020-01-01', 1.5, 'x'), ('330502001', '2024-01-01', 2, NULL), ('330502002', '2024-01-01', 3, '=1+1')) v(a, b, c, d)",
    )


def write_returned(stores: Stores) -> None:
    """A row that went back, as it came."""
    write_table(
        stores,
        Zone.COLLECTED,
        f"{PERSON}.returned",
        "SELECT 'b1' AS _batch, 7::BIGINT AS _row, 'R-KEY-01' AS _codes, '33050219900101' AS id, '沈一' AS name, 'k' AS _key",
    )


def a_shelf_and_stores(root: Path, segment: str = "web") -> Stores:
    """Open stores over the pack, with nothing in them."""
    return open_stores(root / "var", write_packs(root / "packs"), segment=segment)


def a_permit(**differences) -> Permit:
    """A permit of civil affairs for the register, up to L2 about people; only differences are spelled out."""
    permit = Permit(
        grant="g-1",
        department="civil",
        system="civil.aid",
        purpose="核对救助对象",
        ground="社会救助暂行办法",
        reads=(PERSON,),
        columns=("id", "name", "phone", "town", "born_on"),
        label=Label(Level.L2, frozenset(("person",))),
        forms=frozenset((Form.LOOKUP, Form.VERIFY, Form.QUERY)),
        until=datetime.date(2026, 12, 31),
        quota=Quota(calls_a_day=10_000, rows_an_answer=10),
    )
    return dataclasses.replace(permit, **differences)


def about_people(level: Level) -> Label:
    """A label about people."""
    return Label(level, frozenset(("person",)))
