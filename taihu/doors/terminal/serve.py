"""Starts the city: web, gateway, worker and the demo's department APIs, and keeps them running."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess  # noqa: S404 - the supervisor's trade
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taihu.doors.terminal import build, places
from taihu.terms.problem import Problem

HOST = "127.0.0.1"
GATEWAY_PORT = 8000
WEB_PORT = 8001
DEPARTMENTS_PORT = 8010
PATIENCE_SECONDS = 30


class PortTaken(Problem):
    """Another program listens where the city would."""

    code = "T-010"


class DidNotStart(Problem):
    """A process of the city did not begin to listen in time."""

    code = "T-011"


@dataclass(slots=True)
class Part:
    """One process of the city: its command, its port if it has one, and how often it fell."""

    name: str
    command: Sequence[str]
    port: int | None = None
    process: subprocess.Popen[bytes] | None = None
    falls: list[float] = field(default_factory=list)

    def start(self, log: Path) -> None:
        """Starts the process in a group of its own, output appended to the log."""
        with log.open("ab") as stream:
            self.process = subprocess.Popen(self.command, stdout=stream, stderr=stream, start_new_session=True)  # noqa: S603 - fixed commands

    def stop(self) -> None:
        """Ends the whole group, politely first."""
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The size of the city, and the port of its one origin."""
    build.add_arguments(parser)
    parser.add_argument("--port", type=int, default=GATEWAY_PORT, help="the port of pages and exchange API")


def run(arguments: argparse.Namespace) -> int:
    """Builds the city if there is none, then serves it until interrupted."""
    started = time.monotonic()
    for port in (arguments.port, WEB_PORT, DEPARTMENTS_PORT):
        check_free(port)
    build.run(arguments)
    parts = city_parts(arguments.port)
    logs = places.var() / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    _stop_on(signal.SIGTERM)
    try:
        for part in parts:
            part.start(logs / f"{part.name}.log")
        for part in parts:
            wait_for(part)
        _greet(arguments.port, time.monotonic() - started)
        watch(parts, logs, sleep=time.sleep)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopping …\n")
    finally:
        for part in reversed(parts):
            part.stop()
    return 0


def city_parts(port: int) -> list[Part]:
    """The processes of the city, in the order in which they start."""
    python = sys.executable
    granian = [python, "-m", "granian", "--host", HOST, "--workers", "1", "--no-ws", "--log-level", "warning"]
    web = [*granian, "--interface", "wsgi", "--blocking-threads", "4", "--port", str(WEB_PORT), "taihu.site.wsgi:application"]
    gateway = [*granian, "--interface", "asgi", "--loop", "uvloop", "--port", str(port), "taihu.doors.exchange.application:application"]
    return [
        Part("departments", [python, "-m", "city", "serve", "--var", str(places.var()), "--port", str(DEPARTMENTS_PORT)], DEPARTMENTS_PORT),
        Part("web", web, WEB_PORT),
        Part("gateway", gateway, port),
        Part("worker", [python, "-m", "taihu.doors.terminal", "work"]),
    ]


def watch(parts: Sequence[Part], logs: Path, *, sleep: Callable[[float], None]) -> None:
    """Starts again what falls; a part that falls five times in a minute is left down and named."""
    while True:
        sleep(1.0)
        for part in parts:
            if part.process is None or part.process.poll() is None:
                continue
            part.falls = [fall for fall in part.falls if fall > time.monotonic() - 60] + [time.monotonic()]
            if len(part.falls) >= 5:
                sys.stderr.write(f"{part.name} keeps falling; see {logs / part.name}.log\n")
                part.process = None
                continue
            sys.stderr.write(f"{part.name} fell (exit {part.process.returncode}) and is started again\n")
            part.start(logs / f"{part.name}.log")


def check_free(port: int) -> None:
    """Raises PortTaken where something already listens."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise PortTaken(f"端口 {port} 已被占用", where=f"{HOST}:{port}", help="请先停止占用该端口的程序,或用 --port 另选端口")


def wait_for(part: Part) -> None:
    """Waits until the part listens; raises DidNotStart with the end of its log's name."""
    if part.port is None:
        return
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, part.port)) == 0:
                return
        time.sleep(0.05)
    raise DidNotStart(f"{part.name} 未能在 {PATIENCE_SECONDS} 秒内启动", where=f"{HOST}:{part.port}", help=f"请查看 logs/{part.name}.log")


def _stop_on(number: int) -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(number, interrupt)


def _greet(port: int, seconds: float) -> None:
    lines = [f"taihu serves at http://{HOST}:{port} (after {seconds:.1f} s; Ctrl-C stops it)"]
    if os.environ.get("TAIHU_DEMO") == "1":
        lines.append("demo people: police.steward, police.approver, civil.steward, bureau.officer, sysadmin, secadmin, auditor …; password taihu-demo")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
