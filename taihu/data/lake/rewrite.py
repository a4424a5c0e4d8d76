"""Rewrites the files of a table without some rows, in every version, and keeps its log valid for all engines."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import deltalake
import duckdb

from taihu.data.lake import log, schema
from taihu.data.lake.schema import Columns
from taihu.data.lake.staged import StagedFile, read_statistics
from taihu.terms import fault

ENTRY = re.compile(r"\d{20}\.json")
Condition = Callable[[Columns], str]
FORMAT = "FORMAT parquet, COMPRESSION zstd, RETURN_STATS"


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file that lost rows: its name, digest and rows before and after, and what the log now says of it."""

    before: str
    after: str
    removed: int
    rows: int
    size: int
    stats: str
    sha256_before: str
    sha256_after: str


@dataclass(frozen=True, slots=True)
class Order:
    """What to remove: SQL that is true for it, given a file's columns (empty: nothing there), and the order's mark."""

    mark: str
    condition: Condition
    parameters: Mapping[str, object]


def list_files(folder: Path) -> list[Path]:
    """All Parquet files that any version of the table names and that are there."""
    named = {str(action["path"]) for _, action in _actions(folder, ("add", "remove"))}
    return sorted(path for path in map(folder.joinpath, named) if path.is_file())


def count(folder: Path, connection: duckdb.DuckDBPyConnection, order: Order) -> int:
    """How many rows of the newest version would go."""
    if not deltalake.DeltaTable.is_deltatable(str(folder)):
        return 0
    names = [action.path for action in log.list_files(deltalake.DeltaTable(str(folder)))]
    return sum(_count(folder / name, connection, order) for name in names)


def run(folder: Path, connection: duckdb.DuckDBPyConnection, order: Order) -> list[Rewritten]:
    """Removes the rows from all files of all versions; returns what was rewritten, again after a kill.

    New files take the place of the old ones in the log, entry by entry, so that at each moment each version reads
    either; then the old files go. Nobody may commit meanwhile. `finish` ends it once the result is noted.
    """
    note = _note(folder, order.mark)
    if note.is_file():
        made = [Rewritten(**one) for one in json.loads(note.read_text(encoding="utf-8"))]
    else:
        made = list(_write_files(folder, connection, order))
        _keep_note(note, made)
    if made:
        _rewrite_log(folder, {one.before: one for one in made}, order.mark)
    for one in made:
        fault.point("lake.rewrite.remove")
        (folder / one.before).unlink(missing_ok=True)
    if made:
        _sync(folder)
    return made


def finish(folder: Path, mark: str) -> None:
    """Forgets what was noted for going on after a kill."""
    fault.point("lake.rewrite.finish")
    _note(folder, mark).unlink(missing_ok=True)


def _write_files(folder: Path, connection: duckdb.DuckDBPyConnection, order: Order) -> Iterator[Rewritten]:
    stage = folder / f"_stage-erase-{order.mark}"
    shutil.rmtree(stage, ignore_errors=True)
    types = dict(schema.of_table(deltalake.DeltaTable(str(folder))))
    told = {str(action["path"]): action for _, action in _actions(folder, ("add",))}
    try:
        for path in list_files(folder):
            if removed := _count(path, connection, order):
                fault.point("lake.rewrite.file")
                stage.mkdir(exist_ok=True)
                file = _copy(path, connection, order, stage / path.name)
                known = json.loads(told[path.name].get("stats") or "{}").get("nullCount", types)
                columns = [(name, kind) for name, kind in types.items() if name in known]
                yield _place(file, path, order.mark, removed, file.to_json(columns))
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _condition(path: Path, connection: duckdb.DuckDBPyConnection, order: Order) -> str:
    described = connection.execute(f"DESCRIBE SELECT * FROM {_scan(path)}").fetchall()  # noqa: S608 - the path is quoted
    return order.condition(tuple((str(row[0]), str(row[1])) for row in described))


def _count(path: Path, connection: duckdb.DuckDBPyConnection, order: Order) -> int:
    wanted = _condition(path, connection, order)
    if not wanted:
        return 0
    asked = f"SELECT count(*) FROM {_scan(path)} WHERE {wanted}"  # noqa: S608 - ours
    found = connection.execute(asked, _used(asked, order.parameters)).fetchone()
    return int(found[0]) if found else 0


def _copy(path: Path, connection: duckdb.DuckDBPyConnection, order: Order, target: Path) -> StagedFile:
    wanted = _condition(path, connection, order)
    asked = f"COPY (SELECT * FROM {_scan(path)} WHERE NOT coalesce({wanted}, false)) TO {_literal(target)} ({FORMAT})"  # noqa: S608 - ours
    [(_, rows, size, _, statistics, _)] = connection.execute(asked, _used(asked, order.parameters)).fetchall()
    return StagedFile(target, rows, size, read_statistics(statistics) if rows else {})


def _used(sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """DuckDB refuses a parameter that the statement does not name."""
    return {name: value for name, value in parameters.items() if f"${name}" in sql}


def _place(file: StagedFile, old: Path, mark: str, removed: int, stats: str) -> Rewritten:
    """Moves a new file into the table under a name made of the old one: done again, it takes the same place."""
    name = f"part-{hashlib.sha256(f'{mark}|{old.name}'.encode()).hexdigest()[:32]}.parquet"
    with old.open("rb") as stream:
        before = hashlib.file_digest(stream, "sha256").hexdigest()
    with file.path.open("rb") as stream:
        after = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fsync(stream.fileno())
    fault.point("lake.rewrite.place")
    file.path.replace(old.with_name(name))
    _sync(old.parent)
    return Rewritten(old.name, name, removed, file.rows, file.size, stats, before, after)


def _rewrite_log(folder: Path, made: Mapping[str, Rewritten], mark: str) -> None:
    """Three passes: whatever pass a reader meets, each version names each file by its old or its new name, once.

    First removals name both, then additions the new, then removals the new only. Checkpoints repeat the log; the
    log is kept whole, so that they go first and one is made anew.
    """
    place = folder / "_delta_log"
    checkpoints = [*place.glob("_last_checkpoint"), *place.glob("*.checkpoint*.parquet")]
    for path in checkpoints:
        fault.point("lake.rewrite.checkpoint")
        path.unlink(missing_ok=True)
    for change in (_remove_both, _add_new, _remove_new):
        for path in _entries(folder):
            _rewrite_entry(path, made, change, mark)
    if checkpoints:
        deltalake.DeltaTable(str(folder)).create_checkpoint()


Line = dict[str, Any]


def _remove_both(line: Line, made: Mapping[str, Rewritten]) -> list[Line]:
    one = made.get(str(line.get("remove", {}).get("path")))
    return [line] if one is None else [line, {"remove": {**line["remove"], "path": one.after, "size": one.size}}]


def _add_new(line: Line, made: Mapping[str, Rewritten]) -> list[Line]:
    one = made.get(str(line.get("add", {}).get("path")))
    if one is not None:
        return [{"add": {**line["add"], "path": one.after, "size": one.size, "stats": one.stats}}]
    if log.NOTE in line.get("commitInfo", {}):
        return [{"commitInfo": {**line["commitInfo"], log.NOTE: _renote(line["commitInfo"][log.NOTE], made)}}]
    return [line]


def _remove_new(line: Line, made: Mapping[str, Rewritten]) -> list[Line]:
    return [] if str(line.get("remove", {}).get("path")) in made else [line]


def _renote(text: str, made: Mapping[str, Rewritten]) -> str:
    """A commit's own note with the new names, digests and rows."""
    said = json.loads(text)
    named = said["sha256"]
    gone = sum(made[name].removed for name in named if name in made)
    fresh = {made[n].after if n in made else n: made[n].sha256_after if n in made else d for n, d in named.items()}
    return json.dumps({**said, "rows": said["rows"] - gone, "sha256": fresh})


def _rewrite_entry(
    path: Path,
    made: Mapping[str, Rewritten],
    change: Callable[[Line, Mapping[str, Rewritten]], list[Line]],
    mark: str,
) -> None:
    """Puts a changed entry in place at once, with the time that it had: time travel by date reads that."""
    text = path.read_text(encoding="utf-8")
    if not any(name in text for name in made):
        return
    lines = [fresh for line in text.splitlines() if line for fresh in change(json.loads(line), made)]
    found = path.stat()
    draft = path.with_name(f"{path.name}#{mark}")
    fault.point("lake.rewrite.entry")
    with draft.open("w", encoding="utf-8") as stream:
        stream.write("\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines))
        stream.flush()
        os.fsync(stream.fileno())
    os.utime(draft, ns=(found.st_atime_ns, found.st_mtime_ns))
    draft.replace(path)
    _sync(path.parent)


def _entries(folder: Path) -> list[Path]:
    place = folder / "_delta_log"
    return sorted(path for path in place.glob("*.json") if ENTRY.fullmatch(path.name)) if place.is_dir() else []


def _actions(folder: Path, kinds: Sequence[str]) -> Iterator[tuple[str, Line]]:
    for path in _entries(folder):
        for line in path.read_text(encoding="utf-8").splitlines():
            said = json.loads(line) if line else {}
            yield from ((kind, said[kind]) for kind in kinds if kind in said)


def _note(folder: Path, mark: str) -> Path:
    return folder / f"_erase-{mark}.json"


def _keep_note(path: Path, made: Sequence[Rewritten]) -> None:
    draft = path.with_suffix(".draft")
    fault.point("lake.rewrite.note")
    with draft.open("w", encoding="utf-8") as stream:
        json.dump([asdict(one) for one in made], stream, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    _sync(path.parent)


def _scan(path: Path) -> str:
    return f"read_parquet({_literal(path)}, hive_partitioning=false)"


def _literal(path: Path) -> str:
    text = str(path).replace("'", "''")
    return "'" + "".join(f"[{c}]" if c in "*?[" else c for c in text) + "'"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
