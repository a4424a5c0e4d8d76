"""Whole: all rows of a query under no permit, for the guard alone: nothing of a reader goes into it."""

from __future__ import annotations

import datetime
import threading

import duckdb as engine
import pyarrow as pa

from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.guard.ask import CITY, TODAY
from taihu.data.guard.lowering.falling import Falling
from taihu.data.guard.table import Table, open_table
from taihu.data.query import duckdb
from taihu.terms.problem import Problem

MEMORY_MB = 3072
SECONDS = 600.0
MOST_ROWS = 10_000_000


class NotRun(Problem):
    """The whole query could not be run; the engine's words may hold values and are not repeated."""

    code = "G-LOWER-04"
    status = 503


def open_tables(falling: Falling, stores: Stores) -> dict[str, Table]:
    """The pinned versions that the query reads."""
    return {name: open_table(dataset.id, stores) for name, dataset in falling.plan.tables.items()}


def run(falling: Falling, tables: dict[str, Table], stores: Stores, *, at: datetime.datetime) -> pa.Table:
    """The query's result over the pinned tables; raises NotRun, and NothingHere where a table is still empty."""
    sql, parameters = duckdb.write_duckdb(
        falling.plan,
        scan=lambda name: tables[name].relation(),
        parameters={TODAY: at.astimezone(CITY).date()},
    )
    names = [column.name for column in falling.plan.columns]
    with duck.connect(memory_mb=MEMORY_MB, reads=(stores.lake.root,)) as connection:
        timer = threading.Timer(SECONDS, connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            found = connection.execute(f"{sql} LIMIT {MOST_ROWS + 1}", parameters).to_arrow_table()
        except engine.Error as failed:
            # The class alone: the message may quote a value.
            raise NotRun(
                f"查询未能执行（{type(failed).__name__}）", where=falling.declassifier.id, help="请联系平台运营人员"
            ) from None
        finally:
            timer.cancel()
    if found.num_rows > MOST_ROWS:
        raise NotRun(f"查询结果超过 {MOST_ROWS} 行", where=falling.declassifier.id, help="请在查询中先作汇总")
    return found.select(names)
