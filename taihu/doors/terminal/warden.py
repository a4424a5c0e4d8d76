"""Ends the processes that a command started when the command itself dies, however it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from types import TracebackType

POLITE_SECONDS = 3.0


class Warden:
    """A small process that hears of every group of processes that is started, and ends them once it hears no more.

    It is told by a pipe, which the system closes even for a command that is killed with SIGKILL. It is a
    session of its own, so that Ctrl-C does not reach it.
    """

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-S", __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - this file

    def __enter__(self) -> Warden:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()

    @contextlib.contextmanager
    def guard(self, process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        """Guards a process that leads a session, and ends it, politely first, when the block is left."""
        self.take(process.pid)
        try:
            yield process
        finally:
            end(process)
            self.drop(process.pid)

    def take(self, group: int) -> None:
        """Guards a group of processes from now on."""
        self._tell(f"+{group}\n")

    def drop(self, group: int) -> None:
        """The group has ended; its number may soon be another's."""
        self._tell(f"-{group}\n")

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - opened with a pipe
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and its group, politely first."""
    if process.poll() is not None:
        return
    send(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=2 * POLITE_SECONDS)
    except subprocess.TimeoutExpired:
        send(process.pid, signal.SIGKILL)
        process.wait()


def watch(lines: Iterable[str]) -> None:
    """Hears of groups until the pipe is closed, then ends those that are left."""
    groups: set[int] = set()
    for line in lines:
        if line.startswith("+"):
            groups.add(int(line[1:]))
        else:
            groups.discard(int(line[1:]))
    for number in (signal.SIGTERM, signal.SIGKILL):
        groups = {group for group in groups if send(group, number)}
        until = time.monotonic() + POLITE_SECONDS
        while time.monotonic() < until and any(send(group, 0) for group in groups):
            time.sleep(0.05)


def send(group: int, number: int) -> bool:
    """Sends a signal to a group; false where nobody is left in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    watch(sys.stdin)
