"""Remarks: what deserves a look without returning a row, counted from the rows that were accepted."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

import duckdb

from taihu.data.lake.staged import StagedFile
from taihu.data.refine import plan as plans
from taihu.data.refine import write
from taihu.data.refine.columns import ColumnSql, name
from taihu.data.refine.plan import Plan
from taihu.data.refine.reasons import REMARKS
from taihu.data.refine.report import Noted
from taihu.terms.dataset import Cycle
from taihu.terms.standard import Standards

CYCLE_DAYS = {Cycle.HOUR: 0, Cycle.DAY: 1, Cycle.WEEK: 7, Cycle.MONTH: 31, Cycle.QUARTER: 92, Cycle.YEAR: 366}


def list_remarks(
    connection: duckdb.DuckDBPyConnection, plan: Plan, accepted: Sequence[StagedFile], today: datetime.date
) -> list[Noted]:
    """Unknown and ended divisions, points without a datum, columns that did not come."""
    found = [_note("M-COL-01", sql, title=sql.column.title) for sql in plan.columns if not sql.is_sent]
    if not plan.has_datum:
        sent = [sql for sql in plan.columns if sql.is_sent and sql.column.kind.name == "point"]
        found += [_note("M-PNT-01", sql, title=sql.column.title) for sql in sent]
    if accepted:
        for sql in plan.columns:
            found += _of_divisions(connection, plan, sql, accepted, today)
    return found


def _of_divisions(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    sql: ColumnSql,
    accepted: Sequence[StagedFile],
    today: datetime.date,
) -> Iterator[Noted]:
    if sql.standard is None or not sql.is_sent:
        return
    is_number = sql.column.is_vaulted
    if not is_number and sql.standard.kind != "divisions":
        return
    read = f"substr({name(sql.column.name + plans.MASKED)}, 1, 6)" if is_number else name(sql.column.name)
    rows = connection.execute(
        f"SELECT {read} AS code, count(*) FROM {write.scan(accepted)} WHERE code IS NOT NULL GROUP BY ALL"  # noqa: S608
    ).fetchall()
    known, live = _codes(plan.standards, today)
    unknown = sum(count for code, count in rows if code is not None and len(code) >= 6 and code not in known)
    ended = sum(count for code, count in rows if code in known and code not in live)
    if unknown:
        yield _note("M-DIV-01", sql, rows=unknown, title=sql.column.title, count=str(unknown))
    if ended and not is_number:
        yield _note("M-DIV-02", sql, rows=ended, title=sql.column.title, count=str(ended))


def _codes(standards: Standards, today: datetime.date) -> tuple[set[str], set[str]]:
    divisions = [*standards.atlas, *standards.places]
    return {d.code for d in divisions}, {d.code for d in divisions if d.is_live(today.year)}


def _note(code: str, sql: ColumnSql, *, rows: int = 0, **places: str) -> Noted:
    return Noted(code, sql.column.name, REMARKS[code].text.format(**places), rows)


def days_late(
    standards: Standards, cycle: Cycle, *, before: datetime.datetime | None, received_at: datetime.datetime
) -> int | None:
    """Days beyond cycle and grace since the delivery before; None for a first or a single delivery."""
    if before is None or cycle not in CYCLE_DAYS:
        return None
    allowed = CYCLE_DAYS[cycle] + standards.grace_days.get(cycle.value, 0)
    return max(0, (received_at - before).days - allowed)


def note_lateness(days: int) -> Noted:
    """The remark on a late batch."""
    return Noted("M-TIM-01", "", REMARKS["M-TIM-01"].text.format(days=days), 0)
