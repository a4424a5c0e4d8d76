"""Apart: reads a foreign file in a process of its own, which may die of it without harm."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import taihu
from taihu.data.guard.imprint.leak import Leak, NotALeak, read_leak

MEMORY = 2_000_000_000
SECONDS = 120
MOST_ANSWER = 400_000_000
# A reader of files needs none of these; a parser that was taken over would.
FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.kill", "ctypes.")


def read_apart(path: Path) -> Leak:
    """The table of a file that turned up somewhere; raises NotALeak."""
    root = str(Path(taihu.__file__).parents[1])
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-s", "-B", "-X", "utf8", "-m", __name__, str(path.absolute())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": root, "PATH": os.defpath, "LANG": "C.UTF-8"},
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=SECONDS * 2)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        output = b""
    if process.returncode or not output or len(output) > MOST_ANSWER:
        raise NotALeak("文件无法读取，读取程序已中止", where=path.name, help="请另存为 CSV 或 xlsx 后重试")
    told = json.loads(output)
    if "problem" in told:
        raise NotALeak(told["problem"]["message"], where=path.name, help=told["problem"]["help"])
    return Leak(tuple(told["header"]), [tuple(row) for row in told["rows"]])


def main(path: Path) -> None:
    """The child: limits itself for good, reads one file, answers in JSON."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.addaudithook(_refuse)
    try:
        found = read_leak(path)
        told: dict[str, object] = {"header": found.header, "rows": found.rows}
    except NotALeak as problem:
        told = {"problem": problem.to_shape()}
    sys.stdout.write(json.dumps(told, ensure_ascii=True))


def _refuse(event: str, _arguments: object) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"a reader of files may not use {event}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
