"""Runs a reader of foreign files in a child process that may die without harm."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import taihu
from taihu.terms import problem
from taihu.terms.dataset import Column, Dataset

READER = "taihu.data.collect.readers"
COLUMNAR = "taihu.data.collect.readers.columnar"
MEMORY = 2_000_000_000
LARGEST = 10_000_000_000
MOST_ANSWER = 4_000_000


class Unreadable(problem.Problem):
    """The child found a fault in the file; the code is the child's."""

    code = "C-090"


class Exhausted(problem.Problem):
    """The file needed more memory or time than a delivery may."""

    code = "C-091"
    status = 413


class Crashed(problem.Problem):
    """The reader of this format died of the file."""

    code = "C-092"


@dataclass(frozen=True)
class Job:
    """One file to read: where it lies, what it is called, where results may be written."""

    path: Path
    filename: str
    out: Path
    inner: Path
    columns: Sequence[Mapping[str, Any]] = ()
    purpose: str = "reading"


def describe(dataset: Dataset) -> list[dict[str, Any]]:
    """The columns of a dataset as the child is told them; the key is required whether it says so or not."""
    return [
        _describe(column, is_required=column.is_required or column.name in dataset.key) for column in dataset.columns
    ]


def _describe(column: Column, *, is_required: bool) -> dict[str, Any]:
    return {
        "name": column.name,
        "title": column.title,
        "kind": column.kind.name,
        "aliases": column.aliases,
        "standard": column.standard,
        "unit": column.unit,
        "is_required": is_required,
        "codes": column.codes,
    }


def run(job: Job) -> dict[str, Any]:
    """The child's answer; raises Unreadable, Exhausted or Crashed. Never hangs longer than the size allows."""
    answer = _ask(READER, job, elsewhere=("parquet",))
    return _ask(COLUMNAR, job, elsewhere=()) if "elsewhere" in answer else answer


def _ask(module: str, job: Job, *, elsewhere: Sequence[str]) -> dict[str, Any]:
    """Starts one child and reads its answer."""
    seconds = 60 + job.path.stat().st_size // 500_000
    order = {
        "path": str(job.path),
        "filename": job.filename,
        "out": str(job.out),
        "inner": str(job.inner),
        "columns": list(job.columns),
        "purpose": job.purpose,
        "elsewhere": list(elsewhere),
        "memory": MEMORY,
        "seconds": seconds,
        "size": LARGEST,
    }
    code, output = _start(module, json.dumps(order).encode(), seconds * 2)
    if code != 0:
        raise _explain(code, job)
    answer: dict[str, Any] = json.loads(output)
    if "problem" in answer:
        found = answer["problem"]
        raise Unreadable(found["message"], where=found["where"], help=found["help"], code=found["code"])
    return answer


def _start(module: str, order: bytes, seconds: int) -> tuple[int, bytes]:
    """Exit code and output; the child gets no secrets of the environment, and nothing of it outlives the wall time."""
    root = str(Path(taihu.__file__).parents[1])
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-s", "-B", "-X", "utf8", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": root, "PATH": os.defpath, "LANG": "C.UTF-8", "ARROW_DEFAULT_MEMORY_POOL": "system"},
        start_new_session=True,
    )
    try:
        output, trouble = process.communicate(order, timeout=seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return -signal.SIGXCPU, b""
    if process.returncode == 1 and b"MemoryError" in trouble[-2000:]:
        return -signal.SIGKILL, b""
    return (process.returncode, output) if len(output) <= MOST_ANSWER else (1, b"")


def _explain(code: int, job: Job) -> problem.Problem:
    """Why a child gave no answer. Its own words are not repeated: they may hold values."""
    if code in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGXFSZ):
        return Exhausted(
            "读取该文件需要的内存或时间超过上限，已停止。",
            where=job.filename,
            help="请核对文件内容；确有大量数据请改用 CSV 或分批报送。",
        )
    return Crashed(
        "文件内容异常，读取程序已中止。",
        where=job.filename,
        help="请用源系统重新导出；Excel 文件请另存为新的 xlsx 或 CSV 后报送。",
    )
