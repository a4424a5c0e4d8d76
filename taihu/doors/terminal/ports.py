"""The ports of a city on this machine, all counted from the one that people know."""

from __future__ import annotations

import socket
import subprocess
import time

from taihu.terms.problem import Problem

HOST = "127.0.0.1"
GATEWAY = 8000
PATIENCE_SECONDS = 60
ENDING_SECONDS = 6


class PortTaken(Problem):
    """Another program listens where the city would."""

    code = "T-010"


class DidNotStart(Problem):
    """A process of the city did not begin to listen in time."""

    code = "T-011"


def web(gateway: int) -> int:
    """The port of the pages behind the gateway."""
    return gateway + 1


def departments(gateway: int) -> int:
    """The port of the demo's department interfaces."""
    return gateway + 10


def listens(port: int) -> bool:
    """True where something listens."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def check_free(port: int) -> None:
    """Raises PortTaken where something listens, and still does after the time that a city that was killed takes to end."""
    until = time.monotonic() + ENDING_SECONDS
    while listens(port):
        if time.monotonic() > until:
            raise PortTaken(
                f"端口 {port} 已被占用", where=f"{HOST}:{port}", help="请先停止占用该端口的程序，或用 --port 另选端口"
            )
        time.sleep(0.1)


def wait(port: int, process: subprocess.Popen[bytes] | None) -> None:
    """Waits until the port is listened to; raises DidNotStart where the process ends or time runs out."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if listens(port):
            return
        if process is not None and process.poll() is not None:
            break
        time.sleep(0.05)
    raise DidNotStart("服务未能启动", where=f"{HOST}:{port}", help="请查看 var/logs 下的日志")
