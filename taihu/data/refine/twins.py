"""Twins: rows of one delivery that bear the same key, found before the pass that writes."""

from __future__ import annotations

import duckdb

from taihu.data.refine.columns import ColumnSql
from taihu.data.refine.plan import Plan
from taihu.terms.dataset import Dataset, Delivery

TABLE = "twins"


def newest_by(dataset: Dataset) -> str:
    """The column that says which of two rows of a key is the newer one: a required moment, else a required day.

    Only for deliveries of changes; empty where the dataset has none, and then the later delivery wins.
    """
    if dataset.delivery is not Delivery.CHANGES:
        return ""
    for kind in ("time", "date"):
        for column in reversed(dataset.columns):
            if column.kind.name == kind and column.is_required and column.name not in dataset.key:
                return column.name
    return ""


def find_twins(connection: duckdb.DuckDBPyConnection, plan: Plan) -> tuple[int, str]:
    """Counts the rows and makes the table of twins; returns the rows and the table's name, empty without twins.

    Equal rows: all but the first point to the first. Rows that differ under one key: each points,
    negative, to another; unless their own moment orders them, for then both are true in turn.
    """
    if not plan.key:
        return _count(connection, plan), ""
    rows, groups = _count_keys(connection, plan)
    if not groups:
        return rows, ""
    _gather(connection, plan)
    connection.execute(_write_table(plan.dataset))
    found = connection.execute(f"SELECT count(*) FROM {TABLE}").fetchone()  # noqa: S608 - our own table
    return rows, TABLE if found and found[0] else ""


def _count(connection: duckdb.DuckDBPyConnection, plan: Plan) -> int:
    found = connection.execute(f"SELECT count(*) FROM {plan.source}").fetchone()  # noqa: S608 - written by the plan
    return int(found[0]) if found else 0


def _count_keys(connection: duckdb.DuckDBPyConnection, plan: Plan) -> tuple[int, int]:
    """All rows, and how many hashes of keys stand more than once; eight bytes a row are held."""
    typed = plan.typed(only=plan.key)
    connection.execute(
        f"CREATE TEMP TABLE key_hashes AS SELECT {_hash(plan.key)} AS h, count(*) AS n FROM {typed} GROUP BY ALL"  # noqa: S608
    )
    found = connection.execute(
        "SELECT coalesce(sum(n), 0), count(*) FILTER (n > 1 AND h IS NOT NULL) FROM key_hashes"
    ).fetchone()
    connection.execute("CREATE TEMP TABLE doubled AS SELECT h FROM key_hashes WHERE n > 1 AND h IS NOT NULL")
    connection.execute("DROP TABLE key_hashes")
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _hash(columns: tuple[ColumnSql, ...]) -> str:
    """A hash of the typed key; null where a part is missing, and such rows have a reason of their own."""
    given = " AND ".join(f"{sql.typed} IS NOT NULL" for sql in columns)
    return f"CASE WHEN {given} THEN hash({', '.join(sql.typed for sql in columns)}) END"


def _gather(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """The rows whose hash stands more than once, with key, content and moment, in a table of their own."""
    keys = ", ".join(f"{sql.typed} AS k{n}" for n, sql in enumerate(plan.key))
    content = ", ".join(sql.typed for sql in plan.columns)
    newest = newest_by(plan.dataset)
    moment = next((sql.typed for sql in plan.columns if sql.column.name == newest), "NULL::DATE")
    connection.execute(
        "CREATE TEMP TABLE suspects AS "  # noqa: S608 - written by the plan
        f"SELECT _row AS row, {keys}, hash({content}) AS content, {moment} AS moment FROM {plan.typed()} "
        f"WHERE _fault IS NULL AND {_hash(plan.key)} IN (SELECT h FROM doubled)"
    )


def _write_table(dataset: Dataset) -> str:
    """Per row of a key: the row that it repeats, or (negative) one that it contradicts."""
    key = ", ".join(f"k{n}" for n in range(len(dataset.key)))
    # A moment that orders the rows of a key makes groups of their own: versions in turn are no contradiction.
    group = f"{key}, moment" if newest_by(dataset) else key
    return (
        f"CREATE TEMP TABLE {TABLE} AS SELECT row, CASE "  # noqa: S608 - our own tables
        "WHEN kinds = 1 THEN first "
        "WHEN row = first THEN -next ELSE -first END AS twin FROM ("
        f"SELECT row, min(row) OVER g AS first, lead(row) OVER (PARTITION BY {group} ORDER BY row) AS next, "
        "count(*) OVER g AS rows, count(DISTINCT content) OVER g AS kinds "
        f"FROM suspects WINDOW g AS (PARTITION BY {group})) "
        "WHERE rows > 1 AND NOT (kinds = 1 AND row = first)"
    )
