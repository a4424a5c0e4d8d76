"""The child's main: takes a job from standard input, limits itself, reads one file, answers in JSON."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from taihu.data.collect.readers import compose, heading_line, in_place, profile, unpack
from taihu.data.collect.readers.compose import Composed
from taihu.data.collect.readers.delimited import Delimited
from taihu.data.collect.readers.headings import Wanted
from taihu.data.collect.readers.table import Table
from taihu.terms.problem import Problem

Open = Callable[[Path, str, Sequence[Wanted]], Table]

# A reader of files needs none of these; a parser that was taken over would.
FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.kill", "ctypes.")


def main(open_table: Open) -> None:
    """Runs one job; what was anticipated comes back as a problem, all else ends the process."""
    job = json.loads(sys.stdin.buffer.read())
    limit(memory=job["memory"], seconds=job["seconds"], size=job["size"])
    try:
        answer = run(job, open_table)
    except Problem as problem:
        answer = {"problem": problem.to_shape()}
    sys.stdout.write(json.dumps(answer, ensure_ascii=True))


def limit(*, memory: int, seconds: int, size: int) -> None:
    """Bounds this process for good: memory, processor time, file size, open files; no network, no processes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    sys.addaudithook(_refuse_forbidden)


def _refuse_forbidden(event: str, _arguments: object) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"a reader of files may not use {event}")


def run(job: dict[str, Any], open_table: Open) -> dict[str, Any]:
    """Unpacks, opens, and composes a reading or profiles the columns for a draft."""
    inner = Path(job["inner"])
    found = unpack.unpack(Path(job["path"]), job["filename"], inner)
    if found.form in job["elsewhere"]:
        return {"elsewhere": found.form}
    wanted = [Wanted.read(column) for column in job["columns"]]
    table = open_table(found.path, found.form, wanted)
    table.facts[:0] = found.facts
    if job["purpose"] == "draft":
        return {"profile": profile.profile(table)}
    composed = read(table, wanted, Path(job["out"]))
    return {
        "reading": composed.reading.to_json(),
        "file": ("inner" if found.path == inner else "path") if composed.is_own else "out",
        "source": "inner" if found.path == inner else "path",
        "replaces": getattr(table, "replaces", ""),
    }


def read(table: Table, wanted: Sequence[Wanted], out: Path) -> Composed:
    """The reading of a table: in place where that is possible."""
    heading = heading_line.find(table, wanted)
    composed = in_place.read(table, heading, wanted, out) if isinstance(table, Delimited) else None
    return composed or compose.compose(table, heading, wanted, out)
