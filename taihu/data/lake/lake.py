"""Lake: opens tables by zone and name, pins versions, and commits staged files exactly once."""

from __future__ import annotations

import datetime
import hashlib
import math
import re
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import deltalake
import duckdb

from taihu.data.lake import commit, log, rewrite, schema
from taihu.data.lake.snapshot import Snapshot, Version
from taihu.data.lake.staged import StagedFile
from taihu.terms import fault, problem
from taihu.terms.zone import Zone

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
# The names that `commit` gives; another engine's files in a table of its own are its own to clear.
OURS = re.compile(r"part-[0-9a-f]{32}\.parquet")
UNSUPPORTED = {"deletionVectors", "columnMapping"}


class NoSuchVersion(problem.Problem):
    """A table was asked for a version that it does not have."""

    code = "K-012"
    status = 404


class NotOurs(problem.Problem):
    """A table uses a feature that this reader does not honour; reading it would give wrong rows."""

    code = "K-013"
    status = 409


class BadName(problem.Problem):
    """A table name is not a dataset id."""

    code = "K-014"


class Lake:
    """All tables under one folder, `<zone>/<table>/`.

    Commits are safe between processes (Delta's log decides who was first). A commit is durable when
    it returns. Files are never changed after their commit, save by `rewrite`; only `sweep` removes, and only
    what no version names. Parquet is written by DuckDB, which has no page checksums: each commit therefore
    keeps the SHA-256 of its files, and `verify` compares.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def snapshot(self, zone: Zone, table: str, *, version: int | None = None) -> Snapshot | None:
        """The newest or a given version; none where nothing was ever committed; raises NoSuchVersion, NotOurs.

        A writer killed between creating a table and its first commit leaves one without files, which is no version.
        """
        found = self._open(zone, table, version)
        actions = log.list_files(found) if found is not None else []
        if found is None or (version is None and not actions and found.version() == 0):
            return None
        folder = self._folder(zone, table)
        return Snapshot(
            table,
            zone,
            found.version(),
            tuple(folder / action.path for action in actions),
            schema.of_table(found),
            sum(action.rows for action in actions),
            frozenset(name for action in actions for name in action.columns),
        )

    def staging(self, zone: Zone, table: str) -> Path:
        """A fresh folder inside the table, in which one writer puts its files before `commit`."""
        folder = self._folder(zone, table) / f"_stage-{uuid.uuid4().hex}"
        fault.point("lake.staging.folder")
        folder.mkdir(parents=True)
        return folder

    def commit(
        self,
        zone: Zone,
        table: str,
        files: Sequence[StagedFile],
        *,
        stream: str,
        number: int,
        mode: Literal["append", "replace"],
        schema: Sequence[tuple[str, str]],
        at: datetime.datetime,
    ) -> int:
        """Adds the files, or puts them in place of all others; returns the version.

        Exactly once per (stream, number): a replay writes nothing and returns the version of the
        first time. Within a stream numbers grow; one that comes after a greater one raises OutOfOrder.
        Columns new to the table are added to it; a changed type raises SchemaClash. Staged files may
        lie anywhere on the same disk; they are moved into the table.
        """
        order = commit.Order(stream, number, mode, tuple(schema), at)
        return commit.run(self._folder(zone, table), files, order)

    def history(self, zone: Zone, table: str) -> list[Version]:
        """All versions, oldest first, with the rows that each added and the rows held after it."""
        found = self._open(zone, table, None)
        return [] if found is None else log.read_history(found)

    def tables(self, zone: Zone) -> list[str]:
        """The names of the tables of a zone."""
        folder = self.root / zone.value
        return sorted(p.name for p in folder.iterdir() if (p / "_delta_log").is_dir()) if folder.is_dir() else []

    def verify(self, zone: Zone, table: str) -> list[Path]:
        """The files of the newest version that are missing or no longer what was committed."""
        found = self._open(zone, table, None)
        if found is None:
            return []
        digests = log.read_digests(found)
        folder = self._folder(zone, table)
        names = [action.path for action in log.list_files(found)]
        return [folder / name for name in names if not _is_intact(folder / name, digests.get(name))]

    def count(self, zone: Zone, table: str, connection: duckdb.DuckDBPyConnection, order: rewrite.Order) -> int:
        """How many rows of the newest version an order would remove."""
        return rewrite.count(self._folder(zone, table), connection, order)

    def rewrite(
        self, zone: Zone, table: str, connection: duckdb.DuckDBPyConnection, order: rewrite.Order
    ) -> list[rewrite.Rewritten]:
        """Removes rows from every version; the exception to "never changed", for what the law orders deleted.

        May be repeated after a kill, with the same answer, until `finish_rewrite`. Nobody may commit meanwhile.
        """
        folder = self._folder(zone, table)
        return rewrite.run(folder, connection, order) if deltalake.DeltaTable.is_deltatable(str(folder)) else []

    def finish_rewrite(self, zone: Zone, table: str, *, mark: str) -> None:
        """Forgets what a rewriting noted for going on after a kill."""
        rewrite.finish(self._folder(zone, table), mark)

    def files(self, zone: Zone, table: str) -> list[Path]:
        """The files of all versions."""
        return rewrite.list_files(self._folder(zone, table))

    def sweep(self, *, before: datetime.datetime) -> list[Path]:
        """Removes what killed writers left in all zones: what is older than `before` and named by no version.

        `before` lies further back than the longest write takes.
        """
        removed = []
        for folder in sorted(self.root.glob("*/*/")):
            stages = [stage for stage in folder.glob("_stage-*") if newest(stage) < before.timestamp()]
            drafts = [draft for draft in folder.glob("_delta_log/*#*") if newest(draft) < before.timestamp()]
            for path in [*stages, *drafts, *self._orphans(folder, before)]:
                fault.point("lake.sweep.file")
                _remove(path)
                removed.append(path)
        return removed

    def _orphans(self, folder: Path, before: datetime.datetime) -> list[Path]:
        """Files in place that no version of the table's history names."""
        found = self._open(Zone(folder.parent.name), folder.name, None)
        named = log.list_all_names(found) if found else set()
        ours = [path for path in folder.glob("part-*.parquet") if OURS.fullmatch(path.name)]
        return [path for path in ours if path.name not in named and newest(path) < before.timestamp()]

    def _folder(self, zone: Zone, table: str) -> Path:
        """Where a table lives; raises BadName for what could lead elsewhere."""
        if not NAME.fullmatch(table):
            raise BadName("湖表名称必须是数据资源编号。", where=repr(table[:80]), help="例如 bases.people.resident。")
        return self.root / zone.value / table

    def _open(self, zone: Zone, table: str, version: int | None) -> deltalake.DeltaTable | None:
        """The table at a version, if it exists."""
        folder = self._folder(zone, table)
        if not deltalake.DeltaTable.is_deltatable(str(folder)):
            return None
        try:
            found = deltalake.DeltaTable(str(folder), version=version)
        except deltalake.exceptions.DeltaError:
            if version is None:
                raise
            raise NoSuchVersion(
                f"{table} 没有第 {version} 版。", where=f"{zone}/{table}", help="请在历史中查看已有的版本。"
            ) from None
        foreign = UNSUPPORTED & set(found.protocol().reader_features or ())
        if foreign:
            raise NotOurs(
                f"{table} 启用了本平台不支持的特性 {'、'.join(sorted(foreign))}。",
                where=f"{zone}/{table}",
                help="请在写入该表的引擎中关闭这一特性并重写数据文件。",
            )
        return found


def newest(path: Path) -> float:
    """When a file, or anything in a folder, was last written."""
    try:
        return max(found.stat().st_mtime for found in (path, *path.rglob("*")))
    except FileNotFoundError:
        return math.inf  # somebody works there at this moment


def _is_intact(path: Path, digest: str | None) -> bool:
    """True where the file is there and is what was committed, or nothing is known of it."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return digest is None or hashlib.file_digest(file, "sha256").hexdigest() == digest


def _remove(path: Path) -> None:
    """Removes a file, or a folder with all that is in it."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
