"""The linked dataset: per subject and column the value of the first department in the declared order that has one."""

from __future__ import annotations

from taihu.data.query import kinds
from taihu.terms.base import Base
from taihu.terms.dataset import Column, Dataset


def schema(dataset: Dataset) -> tuple[tuple[str, str], ...]:
    """The DuckDB columns of the linked dataset as the lake keeps it."""
    columns: list[tuple[str, str]] = []
    for column in dataset.columns:
        columns.append((column.name, kinds.to_duckdb(column.kind)))
        if column.is_vaulted:
            columns.append((f"{column.name}__masked", "VARCHAR"))
    return (*columns, ("_batch", "VARCHAR"), ("_row", "BIGINT"))


def select(base: Base, dataset: Dataset) -> str:
    """SQL over `record` and `link`: one row per subject, ordered by its id.

    Among rows of one dataset about one subject the first by its lasting name wins, so that runs repeat.
    """
    orders = {source.column: source.order for source in base.sources}
    values = []
    for column in dataset.columns:
        if column.name == "subject":
            values.append("l.subject AS subject")
        elif column.name == "sources":
            values.append("count(DISTINCT r.dataset)::BIGINT AS sources")
        else:
            values.extend(_winners(column, orders.get(column.name, ()), base.pack))
    values += ["min(r.batch) AS _batch", "min(r.row)::BIGINT AS _row"]
    on = "l.dataset = r.dataset AND l.batch = r.batch AND l.row = r.row"
    return f"SELECT {', '.join(values)} FROM record r JOIN link l ON {on} GROUP BY l.subject ORDER BY l.subject"  # noqa: S608 - checked names


def _winners(column: Column, order: tuple[str, ...], pack: str) -> list[str]:
    ranks = " ".join(f"WHEN '{pack}.{name}' THEN {rank}" for rank, name in enumerate(order))
    rank = f"CASE r.dataset {ranks} END" if ranks else "NULL"
    value, condition = f'r."{column.name}"', f'r."{column.name}" IS NOT NULL AND {rank} IS NOT NULL'
    key = f"({rank}, r.lasting, r.row)"
    made = [f'arg_min({value}, {key}) FILTER (WHERE {condition})::{kinds.to_duckdb(column.kind)} AS "{column.name}"']
    if column.is_vaulted:
        masked = (
            f'arg_min(r."{column.name}__masked", {key}) FILTER (WHERE {condition})::VARCHAR AS "{column.name}__masked"'
        )
        made.append(masked)
    return made
