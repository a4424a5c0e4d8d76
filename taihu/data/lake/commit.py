"""Commits staged files to a Delta table exactly once per stream and number."""

from __future__ import annotations

import datetime
import hashlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import deltalake
from deltalake.transaction import AddAction, CommitProperties, RemoveAction

from taihu.data.lake import log, schema
from taihu.data.lake.staged import StagedFile
from taihu.terms import fault, problem

ATTEMPTS = 50
# Time travel and proofs need every commit; a log entry is about a kilobyte.
# Statistics of all columns are read: by default those after the 32nd count as absent, and would read as NULL.
SETTINGS = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.checkpointInterval": "50",
    "delta.dataSkippingNumIndexedCols": "-1",
}


class OutOfOrder(problem.Problem):
    """A stream's number comes after a greater one and was never committed."""

    code = "K-015"
    status = 409


class Crowded(problem.Problem):
    """Other writers were first at every attempt."""

    code = "K-016"
    status = 503


@dataclass(frozen=True, slots=True)
class Order:
    """What to commit, beside the files."""

    stream: str
    number: int
    mode: Literal["append", "replace"]
    columns: schema.Columns
    at: datetime.datetime


def run(folder: Path, files: Sequence[StagedFile], order: Order) -> int:
    """Commits and returns the version; `Lake.commit` holds the promise."""
    table = _open(folder, order)
    done = _find_replay(table, order, folder)
    if done is not None:
        _discard(files, folder)
        return done
    placed = [_place(file, folder) for file in files]
    for _ in range(ATTEMPTS):
        try:
            return _try(table, folder, placed, order)
        except deltalake.exceptions.CommitFailedError:
            table = deltalake.DeltaTable(str(folder))
            done = _find_replay(table, order, folder)
            if done is not None:
                _discard([file for file, _digest in placed], folder)
                return done
    raise Crowded("该表同时写入过多，本次未能提交。", where=folder.name, help="请稍后重试；重试不会重复写入。")


def _open(folder: Path, order: Order) -> deltalake.DeltaTable:
    """The table, created where it does not exist."""
    if deltalake.DeltaTable.is_deltatable(str(folder)):
        return deltalake.DeltaTable(str(folder))
    fault.point("lake.commit.create")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        deltalake.DeltaTable.create(
            str(folder), deltalake.Schema(schema.to_fields(order.columns)), mode="ignore", configuration=SETTINGS
        )
    except deltalake.exceptions.DeltaError:
        # Another process created it between the question and the act.
        if not deltalake.DeltaTable.is_deltatable(str(folder)):
            raise
    _sync_log(folder, 0)
    return deltalake.DeltaTable(str(folder))


def _find_replay(table: deltalake.DeltaTable, order: Order, folder: Path) -> int | None:
    """The version of an earlier commit of the same (stream, number)."""
    last = table.transaction_version(order.stream)
    if last is None or last < order.number:
        return None
    version = log.find_version(table, order.stream, order.number)
    if version is None:
        raise OutOfOrder(
            f"流 {order.stream} 已提交到第 {last} 号，第 {order.number} 号来得太晚。",
            where=folder.name,
            help="同一个流的编号必须递增；请为互不相关的批次使用各自的流。",
        )
    return version


def _try(table: deltalake.DeltaTable, folder: Path, placed: Sequence[tuple[StagedFile, str]], order: Order) -> int:
    """One attempt on the table as it was opened: a writer that was first makes it fail, never double."""
    new = schema.find_new(schema.of_table(table), order.columns, where=folder.name)
    if new:
        fault.point("lake.commit.columns")
        table.alter.add_columns(schema.to_fields(new))
        table = deltalake.DeltaTable(str(folder))
    columns = schema.of_table(table)
    note = log.Note(
        order.stream,
        order.number,
        order.mode,
        order.at.isoformat(),
        sum(file.rows for file, _digest in placed),
        {file.path.name: digest for file, digest in placed},
    )
    moment = int(order.at.timestamp() * 1000)
    actions: list[AddAction | RemoveAction] = [
        AddAction(file.path.name, file.size, {}, moment, True, file.to_json(columns)) for file, _digest in placed
    ]
    fault.point("lake.commit.log")
    table.create_write_transaction(
        actions,
        "overwrite" if order.mode == "replace" else "append",
        table.schema(),
        commit_properties=CommitProperties(
            custom_metadata={log.NOTE: note.to_json()},
            max_commit_retries=0,
            app_transactions=[deltalake.Transaction(order.stream, order.number, None)],
        ),
    )
    fault.point("lake.commit.done")
    version = log.find_version(deltalake.DeltaTable(str(folder)), order.stream, order.number)
    if version is None:
        raise Crowded("提交后未能在历史中找到本次写入。", where=folder.name, help="请重试；重试不会重复写入。")
    _sync_log(folder, version)
    return version


def _place(file: StagedFile, folder: Path) -> tuple[StagedFile, str]:
    """Moves a staged file into the table under a name of its own, on disk for certain, and takes its digest."""
    target = folder / f"part-{uuid.uuid4().hex}.parquet"
    with file.path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        os.fsync(content.fileno())
    fault.point("lake.commit.place")
    file.path.replace(target)
    _sync_folder(folder)
    _prune(file.path.parent, folder)
    return StagedFile(target, file.rows, file.size, file.statistics), digest


def _discard(files: Sequence[StagedFile], folder: Path) -> None:
    """Removes the files of a replay: the first time already brought their rows."""
    for file in files:
        fault.point("lake.commit.discard")
        file.path.unlink(missing_ok=True)
        _prune(file.path.parent, folder)


def _prune(stage: Path, folder: Path) -> None:
    """Removes the emptied folders of a stage, up to the table."""
    while stage != folder and folder in stage.parents:
        try:
            stage.rmdir()
        except OSError:
            return
        stage = stage.parent


def _sync_log(folder: Path, version: int) -> None:
    """Puts a log entry on disk for certain: delta-rs writes it but does not sync."""
    entry = folder / "_delta_log" / f"{version:020d}.json"
    with entry.open("rb") as file:
        os.fsync(file.fileno())
    _sync_folder(entry.parent)


def _sync_folder(folder: Path) -> None:
    """Puts the names in a folder on disk for certain."""
    fault.point("lake.commit.sync")
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
