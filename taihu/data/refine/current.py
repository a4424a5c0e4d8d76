"""Current: brings the governed table to the state that a batch leaves: replaced, added to, or the newest row per key."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from taihu.data.lake import commit, staged
from taihu.data.lake.lake import Lake
from taihu.data.lake.snapshot import Snapshot
from taihu.data.lake.staged import StagedFile
from taihu.data.refine import twins, write
from taihu.data.refine.columns import name, quote
from taihu.terms import fault
from taihu.terms.dataset import Dataset, Delivery
from taihu.terms.zone import Zone

STREAM = "refine"


@dataclass(frozen=True, slots=True)
class Settled:
    """The version of the governed table after a batch, and whether the batch is part of it."""

    version: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """The right rows of one batch, ready to be put in force. `mends` is true for a part that mends another batch."""

    dataset: Dataset
    batch: str
    number: int
    columns: Sequence[tuple[str, str]]
    files: Sequence[StagedFile]
    mends: bool
    at: datetime.datetime

    @property
    def replaces(self) -> bool:
        """True where the batch is the whole state."""
        return self.dataset.delivery is Delivery.FULL and not self.mends

    @property
    def stream(self) -> tuple[str, int]:
        """Full deliveries follow each other in one stream; changes come in any order, each in its own."""
        if self.dataset.delivery is Delivery.FULL:
            return STREAM, self.number
        return f"{STREAM}:{self.batch}", 1


@contextlib.contextmanager
def alone(root: Path, dataset: Dataset) -> Iterator[None]:
    """One batch of a dataset at a time, over all processes: a merge reads the state that it replaces."""
    folder = root / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    fault.point("refine.lock.open")
    descriptor = os.open(folder / f"refine-{dataset.id}", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def put_in_force(lake: Lake, connection: duckdb.DuckDBPyConnection, arrival: Arrival, stage: Path) -> Settled:
    """Commits the state that the batch leaves, exactly once; call it `alone`.

    A full delivery without one right row does not empty the table, and one that comes after a newer
    full delivery changes nothing: then `is_current` is false.
    """
    table = arrival.dataset.id
    snapshot = lake.snapshot(Zone.GOVERNED, table)
    if arrival.replaces and not arrival.files and snapshot is not None:
        return Settled(snapshot.version, False)
    files, mode = arrival.files, "replace" if arrival.replaces else "append"
    if not arrival.replaces and arrival.files and _must_merge(connection, arrival, snapshot):
        files, mode = _merge(connection, arrival, snapshot, stage), "replace"
    stream, number = arrival.stream
    fault.point("refine.commit.governed")
    try:
        version = lake.commit(
            Zone.GOVERNED,
            table,
            files,
            stream=stream,
            number=number,
            mode="replace" if mode == "replace" else "append",
            schema=arrival.columns,
            at=arrival.at,
        )
    except commit.OutOfOrder:
        newest = lake.snapshot(Zone.GOVERNED, table)
        return Settled(newest.version if newest else 0, False)
    return Settled(version, True)


def _must_merge(connection: duckdb.DuckDBPyConnection, arrival: Arrival, snapshot: Snapshot | None) -> bool:
    """True where a key of the batch is in force already, or stands in the batch more than once."""
    key = write.key_sql(arrival.dataset)
    new = f"(SELECT {key} AS k FROM {write.scan(arrival.files)})"  # noqa: S608 - names are the dataset's
    old = f"k IN (SELECT {key} FROM {snapshot.to_sql()})" if snapshot and snapshot.rows else "false"  # noqa: S608
    found = connection.execute(f"SELECT count(*) FILTER ({old}), count(*) - count(DISTINCT k) FROM {new}").fetchone()  # noqa: S608
    return bool(found and (found[0] or found[1]))


def _merge(
    connection: duckdb.DuckDBPyConnection, arrival: Arrival, snapshot: Snapshot | None, stage: Path
) -> list[StagedFile]:
    """Writes the newest row of every key: by the dataset's own moment, then by batch, then by row."""
    listed = ", ".join(f"{name(column)}::{kind} AS {name(column)}" for column, kind in arrival.columns)
    sources = [f"SELECT {listed}, {arrival.number} AS _order FROM {write.scan(arrival.files)}"]  # noqa: S608
    if snapshot and snapshot.rows:
        known = dict(snapshot.columns)
        old = ", ".join(
            name(column) if column in known else f"NULL::{kind} AS {name(column)}" for column, kind in arrival.columns
        )
        # A batch's id is its day and its number in the register.
        order = "coalesce(try_cast(split_part(_batch, '-', 2) AS BIGINT), 0)"
        sources.append(f"SELECT {old}, {order} AS _order FROM {snapshot.to_sql()}")  # noqa: S608
    newest = twins.newest_by(arrival.dataset)
    moment = f"{name(newest)} DESC NULLS LAST, " if newest and not arrival.mends else ""
    fault.point("refine.copy.merge")
    rows = connection.execute(
        f"COPY (SELECT * EXCLUDE (_order) FROM ({' UNION ALL '.join(sources)}) "  # noqa: S608
        f"QUALIFY row_number() OVER (PARTITION BY {', '.join(map(name, arrival.dataset.key))} "
        f"ORDER BY {moment}_order DESC, _row DESC) = 1) "
        f"TO {quote(str(stage / 'merged.parquet'))} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS)"
    ).fetchall()
    return staged.read_copy(rows)
