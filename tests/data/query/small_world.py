"""A small world of rivers for the tests of taihu SQL: three tables with NULLs, ties and mistyped text."""

import datetime
import decimal

import duckdb as engine

from taihu.data.query import duckdb, grade, read
from taihu.terms import dataset, label

TODAY = datetime.date(2026, 11, 23)
VALUES = {"today": TODAY, "days": 7, "name": "龙溪", "share": decimal.Decimal("0.5")}
PARAMETERS = {"days": "int", "name": "text", "share": "decimal(4,2)"}


def a_column(name, kind, level="L1", kinds=()):
    return dataset.Column(
        name,
        f"{name} 的标题",
        dataset.Kind.read(kind),
        label.Label(label.Level[level], frozenset(kinds)),
        dataset.Share.UNCONDITIONAL,
        dataset.Openness.OPEN,
    )


def a_dataset(name, columns, key=(), presence="L1", title=""):
    return dataset.Dataset(
        name,
        "topics.rivers",
        title or name,
        "water",
        dataset.Cycle.DAY,
        dataset.Delivery.CHANGES,
        tuple(key),
        label.Label(label.Level[presence]),
        tuple(a_column(*column) for column in columns),
    )


REACH = a_dataset(
    "reach",
    [
        ("reach", "text"),
        ("name", "text"),
        ("metres", "decimal(8,3)"),
        ("town", "code"),
        ("chief", "text", "L4", ("person",)),
        ("rank", "int", "L2"),
    ],
    key=["reach"],
    title="河段名录",
)
PATROL = a_dataset(
    "patrol",
    [
        ("patrol", "text"),
        ("reach", "text"),
        ("walked_on", "date"),
        ("minutes", "int", "L2"),
        ("found", "text", "L3"),
        ("began_at", "time"),
        ("is_late", "bool"),
    ],
    key=["patrol"],
    title="巡河记录",
)
READING = a_dataset(
    "reading",
    [("station", "text"), ("reach", "text"), ("value", "decimal(8,3)", "L3"), ("n", "int")],
    presence="L2",
    title="断面水质",
)
TABLES = {"reach": REACH, "patrol": PATROL, "reading": READING}
ROWS = """
CREATE TABLE reach (reach VARCHAR, name VARCHAR, metres DECIMAL(8,3), town VARCHAR, chief VARCHAR, rank BIGINT);
CREATE TABLE patrol (patrol VARCHAR, reach VARCHAR, walked_on DATE, minutes BIGINT, found VARCHAR, began_at TIMESTAMP, is_late BOOLEAN);
CREATE TABLE reading (station VARCHAR, reach VARCHAR, value DECIMAL(8,3), n BIGINT);
INSERT INTO reach VALUES
  ('R1', '龙溪', 1200.5, '0501', 'c1', 1), ('R2', '苕溪', 800, '0502', 'c2', 2),
  ('R3', NULL, NULL, '0501', NULL, 2), ('R4', 'Óx_%', 0.001, NULL, 'c1', NULL);
INSERT INTO patrol VALUES
  ('p1', 'R1', '2026-11-01', 30, '12', '2026-11-01 08:00:00', true), ('p2', 'R1', '2026-11-20', 0, 'abc', '2026-11-20 09:30:15', false),
  ('p3', 'R2', '2024-02-29', 45, NULL, NULL, NULL), ('p4', 'R9', '2026-11-20', NULL, '2026-01-31', '2025-12-31 23:59:59', true),
  ('p5', NULL, NULL, 30, '1.5', '2026-11-20 09:30:15', false), ('p6', 'R2', '2026-10-31', 30, '', NULL, true);
INSERT INTO reading VALUES
  ('s1', 'R1', 7.5, 1), ('s1', 'R1', 7.5, 1), ('s2', 'R1', NULL, 2), ('s2', 'R2', 0, NULL), (NULL, 'R3', -3.125, 0), ('s3', NULL, 99999.999, 9223372036854775807);
"""


def a_connection(rows=ROWS):
    connection = engine.connect(config={"threads": 1})
    connection.execute(rows)
    return connection


def a_plan(text, queries=None, tables=None):
    kinds = {name: dataset.Kind.read(kind) for name, kind in PARAMETERS.items()}
    return read.read(text, source="q.sql", tables=tables or TABLES, queries=queries or {}, parameters=kinds)


def a_scan(table):
    return table.rpartition(".")[2]


def run(connection, text, queries=None, **options):
    plan = a_plan(text, queries)
    sql, parameters = duckdb.write_duckdb(plan, scan=a_scan, parameters=VALUES, **options)
    return connection.execute(sql, parameters).fetchall()


def labels(text, queries=None, **options):
    return {column.name: str(column.label) for column in grade.grade(a_plan(text, queries), **options).columns}


def plainly(rows):
    """Rows as a bag, numbers and midnights alike whatever their type."""
    return sorted(tuple(_plain(cell) for cell in row) for row in rows)


def _plain(cell):
    if isinstance(cell, bool) or cell is None:
        return repr(cell)
    if isinstance(cell, int | float | decimal.Decimal):
        return f"{float(cell):.6g}"
    if isinstance(cell, datetime.date):
        return str(cell)[:10] if str(cell)[10:] in ("", " 00:00:00") else str(cell)
    return repr(cell)
