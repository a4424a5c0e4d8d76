"""Starts the city: web, gateway, worker and the demo's department APIs, and keeps them running."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from taihu.doors.terminal import places, ports
from taihu.doors.terminal.warden import Warden, end, send

DEMO = "demo people: police.steward, police.approver, civil.steward, bureau.officer, sysadmin, secadmin, auditor; password taihu-demo"


@dataclass(slots=True)
class Part:
    """One process of the city: its command, its port if it has one, and how often it fell."""

    name: str
    command: Sequence[str]
    port: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    falls: list[float] = field(default_factory=list)

    def start(self, log: Path, warden: Warden) -> None:
        """Starts the process in a group of its own, which the warden guards; output appended to the log."""
        with log.open("ab") as stream:
            self.process = subprocess.Popen(  # noqa: S603 - fixed commands
                self.command,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                cwd=places.HOUSE,
                env={**os.environ, **self.environment},
            )
        warden.take(self.process.pid)

    def clear(self, warden: Warden) -> None:
        """Ends what a process that fell left in its group: it would hold the port."""
        if self.process is not None:
            send(self.process.pid, signal.SIGKILL)
            warden.drop(self.process.pid)

    def stop(self) -> None:
        """Ends the whole group, politely first."""
        if self.process is not None:
            end(self.process)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The size of the city, and the port of its one origin."""
    parser.add_argument("--size", default=os.environ.get("SIZE", "default"), help="tiny, small, default or full")
    parser.add_argument("--port", type=int, default=ports.GATEWAY, help="the port of pages and exchange API")


def run(arguments: argparse.Namespace) -> int:
    """Builds the city if there is none, then serves it until interrupted."""
    started = time.monotonic()
    for port in (arguments.port, ports.web(arguments.port), ports.departments(arguments.port)):
        ports.check_free(port)
    with Warden() as warden:
        failed = _build(arguments, warden)
        return failed or _serve(arguments.port, started, warden)


def _serve(port: int, started: float, warden: Warden) -> int:
    """Starts all parts and keeps them running until interrupted."""
    _stop_on(signal.SIGTERM)
    logs = places.var() / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    parts = city_parts(port)
    try:
        for part in parts:
            part.start(logs / f"{part.name}.log", warden)
        for part in parts:
            if part.port is not None:
                ports.wait(part.port, part.process)
        _greet(port, time.monotonic() - started)
        watch(parts, logs, warden, sleep=time.sleep)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopping …\n")
    finally:
        for part in reversed(parts):
            part.stop()
    return 0


def _build(arguments: argparse.Namespace, warden: Warden) -> int:
    """Builds in a process of its own, which gives its memory back; the exit code, 0 where a city stands already."""
    if places.built().exists():
        return 0
    command = [sys.executable, "-m", "taihu.doors.terminal", "build"]
    sized = [*command, "--size", arguments.size, "--port", str(arguments.port)]
    with warden.guard(subprocess.Popen(sized, start_new_session=True)) as process:  # noqa: S603 - fixed command
        return process.wait()


def city_parts(port: int) -> list[Part]:
    """The processes of the city, in the order in which they start."""
    python, web, departments = sys.executable, ports.web(port), ports.departments(port)
    granian = [python, "-m", "granian", "--host", ports.HOST, "--workers", "1", "--no-ws", "--log-level", "warning"]
    pages = [
        *granian,
        "--interface",
        "wsgi",
        "--blocking-threads",
        "4",
        "--port",
        str(web),
        "taihu.site.wsgi:application",
    ]
    gateway = [*granian, "--interface", "asgi", "--port", str(port), "taihu.doors.exchange.application:application"]
    played = [python, "-m", "city", "serve", "--var", str(places.var()), "--port", str(departments)]
    return [
        Part("departments", played, departments),
        Part("web", pages, web),
        Part("gateway", gateway, port, {"TAIHU_WEB": f"http://{ports.HOST}:{web}"}),
        Part("worker", [python, "-m", "taihu.doors.terminal", "work"]),
    ]


def watch(parts: Sequence[Part], logs: Path, warden: Warden, *, sleep: Callable[[float], None]) -> None:
    """Starts again what falls; a part that falls five times in a minute is left down and named."""
    while True:
        sleep(1.0)
        for part in parts:
            if part.process is None or part.process.poll() is None:
                continue
            part.clear(warden)
            part.falls = [fall for fall in part.falls if fall > time.monotonic() - 60] + [time.monotonic()]
            if len(part.falls) >= 5:
                sys.stderr.write(f"{part.name} keeps falling; see {logs / part.name}.log\n")
                part.process = None
                continue
            sys.stderr.write(f"{part.name} fell (exit {part.process.returncode}) and is started again\n")
            part.start(logs / f"{part.name}.log", warden)


def _stop_on(number: int) -> None:
    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(number, interrupt)


def _greet(port: int, seconds: float) -> None:
    lines = [f"taihu serves at http://{ports.HOST}:{port} (after {seconds:.1f} s; Ctrl-C stops it)"]
    if os.environ.get("TAIHU_DEMO") == "1":
        lines.append(DEMO)
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
