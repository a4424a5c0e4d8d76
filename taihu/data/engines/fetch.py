"""Runs a written statement within a time and a number of rows; the engine's own words never reach a reader."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import duckdb

from taihu.terms.problem import Problem

SECONDS = 30.0
ROWS = 100_000


class NotAnswered(Problem):
    """The engine could not answer; its message may hold values and is not repeated."""

    code = "Q-RUN-01"
    status = 500


class TooSlow(Problem):
    """The statement took longer than it may."""

    code = "Q-RUN-02"
    status = 503


class TooMuch(Problem):
    """The statement wants more memory than it may."""

    code = "Q-RUN-03"
    status = 503


class TooManyRows(Problem):
    """The answer has more rows than may leave at once."""

    code = "Q-RUN-04"
    status = 413


def fetch(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Mapping[str, object] | None = None,
    *,
    seconds: float = SECONDS,
    rows: int = ROWS,
    where: str = "",
) -> list[tuple[object, ...]]:
    """All rows of a statement; refuses a longer answer rather than cutting it.

    The connection may be used again afterwards, and by one caller at a time.
    """
    late = threading.Event()
    timer = threading.Timer(seconds, _interrupt, (connection, late))
    timer.daemon = True
    timer.start()
    try:
        connection.execute(sql, dict(parameters or {}))
        found = connection.fetchmany(rows + 1)
    except duckdb.InterruptException:
        raise TooSlow(
            f"查询超过 {seconds:g} 秒，已停止。", where=where, help="请缩小范围，或先在 WITH 中汇总再连接。"
        ) from None
    except duckdb.OutOfMemoryException:
        raise TooMuch(
            "查询所需内存超过上限，已停止。", where=where, help="请缩小范围，少选列，或先汇总再连接。"
        ) from None
    except duckdb.Error as failed:
        # The class alone: the message may quote a value.
        raise NotAnswered(
            f"查询未能执行（{type(failed).__name__}）。", where=where, help="请把查询的位置告诉平台管理员。"
        ) from None
    finally:
        timer.cancel()
    if late.is_set():
        raise TooSlow(f"查询超过 {seconds:g} 秒，已停止。", where=where, help="请缩小范围，或先在 WITH 中汇总再连接。")
    if len(found) > rows:
        raise TooManyRows(f"结果超过 {rows} 行。", where=where, help="请加条件，或分页取。")
    return found


def _interrupt(connection: duckdb.DuckDBPyConnection, late: threading.Event) -> None:
    late.set()
    connection.interrupt()
