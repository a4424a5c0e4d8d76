"""Refines one batch: right rows into the governed zone, wrong rows back with their reasons, none lost on the way."""

from __future__ import annotations

import contextlib
import datetime
import shutil
from collections.abc import Iterator
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path

import duckdb

from taihu.data.engines import duck, exclusion
from taihu.data.engines.stores import Stores
from taihu.data.ledger.entry import Entry
from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import Reading
from taihu.data.objects.register import Register
from taihu.data.refine import current, plan, remarks, report, score, stage, twins, values, workbook_marks, write
from taihu.data.refine.current import Arrival, Settled
from taihu.data.refine.plan import Plan
from taihu.data.refine.report import CheckScore, Refined
from taihu.data.refine.write import Written
from taihu.terms import fault, problem
from taihu.terms.dataset import Dataset
from taihu.terms.standard import Standards
from taihu.terms.zone import Zone

MEMORY_MB = 1200
THREADS = 2


class NotReadable(problem.Problem):
    """The batch was refused when it came: there are no rows to refine."""

    code = "R-001"
    status = 409


class RowsLost(problem.Problem):
    """Rows in are not accepted and returned rows together; nothing was committed."""

    code = "R-002"
    status = 500


class Unreadable(problem.Problem):
    """The engine could not read the delivery as its reading says; nothing was committed."""

    code = "R-003"
    status = 500


@dataclass(frozen=True)
class Work:
    """What one refining holds in its hands."""

    batch: Batch
    dataset: Dataset
    standards: Standards
    stores: Stores
    connection: duckdb.DuckDBPyConnection
    plan: Plan
    folder: Path
    at: datetime.datetime

    @property
    def governed(self) -> list[tuple[str, str]]:
        """Name and type of the governed columns."""
        return [(column, kind) for column, kind, _ in self.plan.governed("")]


def returned_table(dataset: Dataset) -> str:
    """The table of returned rows, in the collected zone."""
    return f"{dataset.id}.returned"


def refine(*, batch: Batch, stores: Stores, by: str, at: datetime.datetime) -> Refined:
    """Refines a batch and puts its right rows in force; may be repeated, with the same end.

    Writes the vault, the returned rows, the governed table, a report and a ledger entry, in this
    order; each write is idempotent, so that a killed run is simply run again. Raises NotReadable,
    Unreadable, RowsLost.
    """
    with exclusion.writing(stores.root):
        return _refine_alone(batch, stores, by, at)


def _refine_alone(batch: Batch, stores: Stores, by: str, at: datetime.datetime) -> Refined:
    try:
        refined = _refine(batch, stores, at)
    except duckdb.Error as caught:
        # The engine's own words quote the line that it could not read.
        raise Unreadable(
            f"读取报送文件时出错（{type(caught).__name__}）。",
            where=batch.id,
            help="本批次未入库；请核对文件是否在接收后损坏，或将批次编号报平台运维人员。",
        ) from None
    report.keep(stores.root, refined)
    stores.ledger.append(_to_entry(refined, batch, by, at))
    return refined


def _refine(batch: Batch, stores: Stores, at: datetime.datetime) -> Refined:
    """All passes and commits of one batch."""
    with _open(batch, stores, at) as work:
        rows_in, twin_table = twins.find_twins(work.connection, work.plan)
        writer = write.Writer(work.connection, work.plan, batch.id, batch.number, work.folder)
        with futures.ThreadPoolExecutor(1) as beside:
            filling = beside.submit(
                values.keep, stores.vault, columns=work.plan.columns, source=work.plan.source, folder=work.folder
            )
            written = writer.write(twins=twin_table)
            filling.result()
        _check_rows(batch, rows_in, written)
        _commit_returned(work, written)
        found = _score(work, written)
        settled = _settle(work, written)
        return _tell(work, written, settled, found)


@contextlib.contextmanager
def _open(batch: Batch, stores: Stores, at: datetime.datetime) -> Iterator[Work]:
    """The connection, the plan and a staging folder that is gone afterwards."""
    reading = batch.reading
    if reading is None:
        raise NotReadable("该批次没有可读的内容。", where=batch.id, help="请查看回执中的退回原因，更正后重新报送。")
    dataset = stores.shelf.dataset(batch.dataset)
    standards = stores.shelf.standards
    folder = stores.lake.staging(Zone.COLLECTED, returned_table(dataset))
    spills = folder / "spills"
    fault.point("refine.stage.spills")
    spills.mkdir()
    with stores.objects.plain(reading.sha256) as path:
        # The governed table may not exist yet and be there at the merge: another batch was refined beside this one.
        reads = (path, stores.lake.root)
        connection = duck.connect(threads=THREADS, memory_mb=MEMORY_MB, reads=reads, spills=spills)
        made = _make_plan(batch, reading, dataset, standards, folder)
        try:
            made.register(connection)
            _stage(connection, stores, reading, path, made, folder)
            yield Work(batch, dataset, standards, stores, connection, made, folder, at)
        finally:
            connection.close()
            shutil.rmtree(folder, ignore_errors=True)


def _stage(
    connection: duckdb.DuckDBPyConnection, stores: Stores, reading: Reading, path: Path, made: Plan, folder: Path
) -> None:
    """Writes what was sent into the staging folder, which is what all passes read."""
    _, parameters = stores.vault.token_sql("''")
    stage.write(
        connection,
        reading=reading,
        path=path,
        columns=made.columns,
        target=folder / "sent.parquet",
        token=lambda sql: stores.vault.token_sql(sql)[0],
        parameters=parameters,
    )


def _make_plan(batch: Batch, reading: Reading, dataset: Dataset, standards: Standards, folder: Path) -> Plan:
    """The SQL of a batch's checks, over what was sent."""
    return plan.make_plan(
        dataset=dataset,
        source=stage.source_of(reading, folder / "sent.parquet"),
        sent=reading.columns,
        standards=standards,
        today=batch.received_at.date(),
        has_datum=reading.has_datum,
        units=reading.units,
    )


def _check_rows(batch: Batch, rows_in: int, written: Written) -> None:
    """Rows in = accepted + returned, counted in separate passes and by the reader of the file."""
    out = written.accepted_rows + written.returned_rows
    read = batch.reading.rows if batch.reading else rows_in
    if not rows_in == read == out:
        raise RowsLost(
            f"读入 {rows_in} 行（登记 {read} 行），接收 {written.accepted_rows} 行，退回 {written.returned_rows} 行，合计不符。",
            where=batch.id,
            help="本批次未入库；请将批次编号报平台运维人员。",
        )


def _commit_returned(work: Work, written: Written) -> None:
    schema = write.returned_columns(work.dataset)
    fault.point("refine.commit.returned")
    work.stores.lake.commit(
        Zone.COLLECTED,
        returned_table(work.dataset),
        written.returned,
        stream=f"refine:{work.batch.id}",
        number=1,
        mode="append",
        schema=schema,
        at=work.at,
    )


def _settle(work: Work, written: Written) -> Settled:
    batch = work.batch
    arrival = Arrival(
        dataset=work.dataset,
        batch=batch.id,
        number=batch.number,
        columns=work.governed,
        files=written.accepted,
        mends=workbook_marks.is_part(batch),
        at=work.at,
    )
    with current.alone(work.stores.root, work.dataset):
        return current.put_in_force(work.stores.lake, work.connection, arrival, work.folder)


def _score(work: Work, written: Written) -> tuple[tuple[report.DimensionScore, ...], tuple[report.Noted, ...]]:
    """Score and remarks, counted before the files move into the table."""
    right = score.count_checked(work.connection, work.plan, written)
    noted = remarks.list_remarks(work.connection, work.plan, written.accepted, work.at.date())
    beside = [("accessibility", CheckScore("M-BAT-01", "", "报送文件可以读取", 1, 1))]
    late = remarks.days_late(
        work.standards, work.dataset.cycle, before=_received_before(work), received_at=work.batch.received_at
    )
    if late is not None:
        beside.append(("timeliness", CheckScore("M-TIM-01", "", "按约定的更新周期报送", int(late == 0), 1)))
    if late:
        noted.append(remarks.note_lateness(late))
    return score.make_score(work.standards, work.plan, right, written, beside), tuple(noted)


def _received_before(work: Work) -> datetime.datetime | None:
    """When the delivery before this one came."""
    path = work.stores.root / "collect" / "batches.sqlite3"
    if not path.is_file():
        return None
    earlier = [
        b for b in Register(path).list_batches(dataset=work.dataset.id) if b.number < work.batch.number and b.reading
    ]
    return earlier[0].received_at if earlier else None


def _tell(
    work: Work,
    written: Written,
    settled: Settled,
    found: tuple[tuple[report.DimensionScore, ...], tuple[report.Noted, ...]],
) -> Refined:
    return Refined(
        batch=work.batch.id,
        dataset=work.dataset.id,
        rows_in=written.accepted_rows + written.returned_rows,
        accepted=written.accepted_rows,
        returned=written.returned_rows,
        reasons=score.list_reasons(work.plan, written.failed),
        remarks=found[1],
        score=found[0],
        is_current=settled.is_current,
        version=settled.version,
    )


def _to_entry(refined: Refined, batch: Batch, by: str, at: datetime.datetime) -> Entry:
    return Entry(
        at=at,
        act="refine",
        by=by,
        department=batch.department,
        dataset=refined.dataset,
        rows=refined.accepted,
        where=batch.id,
        detail={
            "rows_in": str(refined.rows_in),
            "returned": str(refined.returned),
            "codes": " ".join(f"{code}={count}" for code, count in sorted(refined.by_code.items())),
            "version": str(refined.version),
        },
    )


def find_refined(*, stores: Stores, batch: str) -> Refined | None:
    """The report of a batch; none before it was refined."""
    return report.find(stores.root, batch)


def list_reasons(*, stores: Stores, batch: str) -> tuple[report.Reasons, ...]:
    """Rows returned per code and column of a refined batch; empty before it was refined."""
    refined = report.find(stores.root, batch)
    return refined.reasons if refined else ()
