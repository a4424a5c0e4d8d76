"""Runs one declared method on typed tables and types what it gives; labels join over all inputs."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from taihu.terms.figure import Figure
from taihu.terms.label import Label, join_all
from taihu.terms.pack import Method, Output
from taihu.terms.problem import Problem
from taihu.terms.table import Cell, Table, read_cell, write_cell

HOUSE = Path(__file__).resolve().parents[3]
BOOT = "import sys; sys.path.insert(0, {house!r}); from taihu.patterns.methods import child; child.main()"
ENVIRONMENT = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR")},
    "PYTHONHASHSEED": "0",
    "LC_ALL": "C.UTF-8",
    "TZ": "Asia/Shanghai",
}


class NotAsked(Problem):
    """The method was asked for with tables or settings that it does not declare."""

    code = "P-METHOD-01"


class Failed(Problem):
    """The method broke off, or went over its limits."""

    code = "P-METHOD-02"


class WrongOutput(Problem):
    """The method gave something else than it declares."""

    code = "P-METHOD-03"


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of a method by its declared outputs, under the join of the labels of all inputs."""

    outputs: tuple[Output, ...]
    rows: tuple[tuple[Cell | Figure, ...], ...]
    label: Label
    held: tuple[str, ...]


def run(
    method: Method, tables: Mapping[str, Table], settings: Mapping[str, str], *, labels: Sequence[Label] = ()
) -> Result:
    """Runs the method in a child process; raises NotAsked, Failed or WrongOutput, none of which repeats a value."""
    _check_asked(method, tables, settings)
    reply = _start(method, _write_request(method, tables, settings))
    if "failed" in reply:
        raise Failed(
            f"方法「{method.title}」运行失败：{reply['failed']}",
            where=f"{method.id} {reply['place']}".strip(),
            help=_advise(reply["failed"]),
        )
    rows = tuple(_read_row(method, number, row) for number, row in enumerate(reply["rows"], 1))
    return Result(method.outputs, rows, join_all(labels), tuple(reply["held"]))


def _advise(failed: str) -> str:
    if failed == "MemoryError":
        return "内存超过 methods.yaml 的 megabytes，请减少输入或提高上限"
    if failed == "Confined":
        return "方法不得访问网络、文件和其他程序；输入请在 methods.yaml 的 inputs 中声明"
    return "请核对输入与 methods.yaml 的说明，或在所示行修改方法"


def _check_asked(method: Method, tables: Mapping[str, Table], settings: Mapping[str, str]) -> None:
    declared = {item.name: tuple(name for name, _ in item.columns) for item in method.inputs}
    if set(tables) != set(declared):
        raise NotAsked("输入与方法的声明不符", where=method.id, help=f"需要 {', '.join(declared)}")
    for name, columns in declared.items():
        missing = [column for column in columns if column not in tables[name].columns]
        if missing:
            raise NotAsked(
                f"输入 {name} 缺少列 {', '.join(missing)}", where=method.id, help=f"需要 {', '.join(columns)}"
            )
    known = [setting.name for setting in method.settings]
    unknown = [name for name in settings if name not in known]
    if unknown:
        raise NotAsked(f"没有名为 {', '.join(unknown)} 的设置", where=method.id, help=f"可用 {', '.join(known)}")


def _write_request(method: Method, tables: Mapping[str, Table], settings: Mapping[str, str]) -> str:
    inputs = {
        item.name: {
            "kinds": {name: str(kind) for name, kind in item.columns},
            "cells": {
                name: [None if c is None else write_cell(c) for c in tables[item.name][name]]
                for name, _ in item.columns
            },
        }
        for item in method.inputs
    }
    request = {
        "house": str(HOUSE),
        "folder": str(method.folder.resolve()),
        "name": method.name,
        "libraries": method.libraries,
        "seconds": method.seconds,
        "megabytes": method.megabytes,
        "inputs": inputs,
        "settings": {s.name: {"kind": str(s.kind), "text": settings.get(s.name, s.default)} for s in method.settings},
        "outputs": [output.name for output in method.outputs],
    }
    return json.dumps(request)


def _start(method: Method, request: str) -> dict[str, Any]:
    """Starts the child, waits at most twice its processor seconds and five, and reads its one reply."""
    reader, writer = os.pipe()
    command = [sys.executable, "-I", "-B", "-c", BOOT.format(house=str(HOUSE)), str(writer)]
    with tempfile.TemporaryDirectory(prefix="taihu-method-") as folder, os.fdopen(reader, encoding="utf-8") as stream:
        child = subprocess.Popen(  # noqa: S603 - a fixed command
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(writer,),
            cwd=folder,
            env=ENVIRONMENT,
            start_new_session=True,
        )
        os.close(writer)
        text, code = _await(child, request, stream, seconds=method.seconds * 2 + 5)
    if not text:
        ended = "超过时间上限" if code in (-signal.SIGKILL, -signal.SIGXCPU) else f"中途退出（{code}）"
        raise Failed(
            f"方法「{method.title}」{ended}",
            where=method.id,
            help=f"上限为 {method.seconds} 秒、{method.megabytes} MB，见 methods.yaml",
        )
    reply: dict[str, Any] = json.loads(text)
    return reply


def _await(child: subprocess.Popen[bytes], request: str, stream: TextIO, *, seconds: int) -> tuple[str, int]:
    """The child's reply and exit code; the reader thread drains the pipe while the request is still being written."""
    from_child: list[str] = []
    reading = threading.Thread(target=lambda: from_child.append(stream.read()), daemon=True)
    reading.start()
    try:
        child.communicate(request.encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
    reading.join(timeout=5)
    return "".join(from_child), child.returncode


def _read_row(method: Method, number: int, row: Sequence[object]) -> tuple[Cell | Figure, ...]:
    return tuple(_read_value(method, number, output, value) for output, value in zip(method.outputs, row, strict=True))


def _read_value(method: Method, number: int, output: Output, value: Any) -> Cell | Figure:
    if value is None:
        return None
    try:
        if output.kind is None:
            return _read_figure(value)
        return read_cell(value if isinstance(value, str) else "?", output.kind)
    except (TypeError, ValueError, KeyError):
        expected = "带基线和区间的模型数值（Figure）" if output.is_figure else f"{output.kind}"
        raise WrongOutput(
            f"方法「{method.title}」第 {number} 行的 {output.name} 不是{expected}",
            where=method.id,
            help="请修改 methods.py 或 methods.yaml",
        ) from None


def _read_figure(value: Mapping[str, Any]) -> Figure:
    lower, upper = value["interval"]
    numbers = (value["value"], value["baseline"], lower, upper)
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        raise ValueError("not finite")
    return Figure(
        float(value["value"]),
        float(value["baseline"]),
        str(value["split"]),
        (float(lower), float(upper)),
        int(value["n"]),
    )
