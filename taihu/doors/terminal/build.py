"""Builds a city: invents it, takes all deliveries down the road, links, publishes, and looks at the watches."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import fcntl
import functools
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.core.management import call_command

from taihu.control.catalogue.lowering import running as lowering
from taihu.control.runs import actions as runs
from taihu.control.runs import work
from taihu.control.runs.models import UNFINISHED, Run
from taihu.data.engines import stores as engine_stores
from taihu.data.engines.stores import Stores
from taihu.doors.desk import demo
from taihu.doors.portal import jobs as portal
from taihu.doors.terminal import jobs, places, ports, retaining
from taihu.doors.terminal.progress import Progress, Step
from taihu.doors.terminal.warden import Warden
from taihu.patterns.watch import actions as watches
from taihu.terms import fault, shelf

BY = "terminal"
WORKERS = (BY, f"{BY}-2")
STEPS = 8
PAUSE_SECONDS = 0.5
Play = Callable[[], AbstractContextManager[None]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The size of the city and the first of its ports."""
    parser.add_argument("--size", default=os.environ.get("SIZE", "default"), help="tiny, small, default or full")
    parser.add_argument("--port", type=int, default=ports.GATEWAY, help="the port of pages and exchange API")


def run(arguments: argparse.Namespace) -> int:
    """Builds what is not built yet. Killed at any point, a second call ends in the same city."""
    root = places.var().absolute()
    if places.built().exists():
        return 0
    root.mkdir(parents=True, exist_ok=True)
    with alone(root):
        if not places.built().exists():
            _run(arguments, root)
    return 0


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """One build of a city at a time, so that the runs of an earlier one are known to be dead; a second one waits."""
    fault.point("terminal.build.lock")
    descriptor = os.open(root / "build.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write("another process builds this city; waiting for it …\n")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _run(arguments: argparse.Namespace, root: Path) -> None:
    """All steps of a build, from the control database to the mark that says it is done."""
    progress = Progress(STEPS)
    with progress.step("control database"):
        call_command("migrate", verbosity=0, interactive=False)
    with Warden() as warden:
        with progress.step(f"inventing a city ({arguments.size})"):
            _write_city(root, arguments, warden)
        stores = engine_stores.open_stores(root, shelf.read_shelf(places.packs()), segment="terminal")
        try:
            played = functools.partial(departments, root, ports.departments(arguments.port), warden)
            build(stores, root, progress, played, functools.partial(helping, root, warden))
            jobs.sweep_all(stores, before=now())
        finally:
            stores.close()
    draft = places.built().with_suffix(".new")
    fault.point("terminal.build.mark")
    draft.write_text(json.dumps({"size": arguments.size}), encoding="utf-8")
    draft.replace(places.built())
    progress.end("built")


def build(
    stores: Stores,
    root: Path,
    progress: Progress,
    play: Play = contextlib.nullcontext,
    beside: Play = contextlib.nullcontext,
) -> None:
    """The road from the departments' deliveries to answers, each step as runs that the pages show.

    May be killed and called again. `play` plays the departments' interfaces while deliveries are fetched,
    `beside` is a second worker in a process of its own.
    """
    runs.take_back(workers=WORKERS, at=now(), stores=stores)
    with beside():
        with progress.step("people, departments, catalogue"):
            demo.install(stores=stores, at=now())
        _take_down_the_road(stores, root, progress, play)
    with progress.step("schedules"):
        plan(stores)


def _take_down_the_road(stores: Stores, root: Path, progress: Progress, play: Play) -> None:
    """From the deliveries to what is open and watched."""
    with play(), progress.step("bringing in and refining") as step:
        for dataset, deliveries in list_deliveries(root).items():
            args = {"deliveries": json.dumps(deliveries), "root": str(root / "city")}
            _ask("bring", f"归集 {dataset}", args, department=stores.shelf.dataset(dataset).department)
        work_off(stores, step)
    with progress.step("linking people and organisations, publishing what departments sent") as step:
        # Publishing takes one worker as long as linking takes the other.
        _ask(portal.JOB.name, portal.JOB.title, {})
        for base in (base for pack in stores.shelf.packs.values() for base in pack.bases):
            _ask("link", f"关联 {base.id}", {"base": base.id})
        work_off(stores, step)
    with measuring(root) as measured:
        with progress.step("lowering what may fall") as step:
            lowering.ask_all(by=BY, at=now(), stores=stores)
            work_off(stores, step)
        with progress.step("publishing what was linked and lowered, looking at the watches") as step:
            _ask(portal.JOB.name, portal.JOB.title, {})
            for watch in (watch for pack in stores.shelf.packs.values() for watch in pack.watches):
                _ask(watches.JOB, f"监测：{watch.title}", {"watch": watch.id})
            work_off(stores, step)
        for line in measured():
            sys.stderr.write(f"      {line}\n")


@contextlib.contextmanager
def measuring(root: Path) -> Iterator[Callable[[], list[str]]]:
    """Measures the linkage in a process of its own while the building goes on; what it gives waits for the lines."""
    command = [sys.executable, "-m", "taihu.doors.terminal", "measure"]
    environment = {**os.environ, "TAIHU_VAR": str(root)}
    process = subprocess.Popen(  # noqa: S603 - fixed command
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=places.HOUSE, env=environment, text=True
    )
    with process:
        try:
            yield lambda: process.communicate()[0].splitlines()
        finally:
            process.kill()


@contextlib.contextmanager
def helping(root: Path, warden: Warden) -> Iterator[None]:
    """A second worker, in a process of its own: two workers in one would take turns at the interpreter."""
    command = [sys.executable, "-m", "taihu.doors.terminal", "work", "--name", WORKERS[1]]
    environment, none = {**os.environ, "TAIHU_VAR": str(root)}, subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 - fixed command
        command, stdout=none, stderr=none, cwd=places.HOUSE, env=environment, start_new_session=True
    )
    with warden.guard(process):
        yield


def list_deliveries(root: Path) -> dict[str, list[dict[str, Any]]]:
    """What the departments have ready, by dataset, each in its order."""
    manifest = json.loads((root / "city" / "manifest.json").read_text(encoding="utf-8"))
    found: dict[str, list[dict[str, Any]]] = {}
    for delivery in manifest["deliveries"]:
        found.setdefault(delivery["dataset"], []).append(delivery)
    return found


def plan(stores: Stores) -> None:
    """Writes what happens by the clock from now on."""
    at = now()
    watches.plan_looks(shelf=stores.shelf, at=at)
    runs.plan(name="portal", cron=portal.CRON, job=portal.JOB.name, at=at, title=portal.JOB.title)
    runs.plan(name="grants", cron="*/10 * * * *", job="reconcile", at=at, title="授权对齐")
    runs.plan(name="lower", cron="40 * * * *", job="lower", at=at, title="降级审批核对")
    lowering.plan_runs(at=at, stores=stores)
    runs.plan(name="sweep", cron="15 3 * * *", job="sweep", at=at, title="清理未写完的文件")
    runs.plan(name="abnormal", cron="10 5 * * *", job="abnormal", at=at, title="异常使用检查")
    runs.plan(name="retain", cron=retaining.CRON, job="retain", at=at, title=retaining.TITLE)
    runs.plan(name="periods", cron="40 2 * * *", job="erase.periods", at=at, title="删除到期数据")
    for base in (base for pack in stores.shelf.packs.values() for base in pack.bases):
        runs.plan(
            name=f"link {base.id}",
            cron="30 4 * * *",
            job="link",
            args={"base": base.id},
            at=at,
            title=f"关联 {base.id}",
        )


def now() -> datetime.datetime:
    """The clock of this door."""
    return datetime.datetime.now(datetime.UTC)


def _ask(job: str, title: str, args: Mapping[str, str], *, department: str = "") -> None:
    key = hashlib.sha256(json.dumps(args, sort_keys=True).encode()).hexdigest()[:32]
    runs.ask(job=job, args=dict(args), key=key, title=title[:100], department=department, by=BY, at=now())


def work_off(stores: Stores, step: Step) -> None:
    """Works until nothing waits, not even for another attempt; a run that failed is named, and stops no other."""
    known = jobs.all_jobs()

    def clock() -> datetime.datetime:
        step.count(Run.objects.filter(state="done").count(), Run.objects.count(), "runs")
        return now()

    while True:
        work.work(at_provider=clock, jobs=known, stores=stores, worker=WORKERS[0], once=True)
        if not Run.objects.filter(state__in=UNFINISHED, job__in=known).exists():
            break
        time.sleep(PAUSE_SECONDS)
    for failed in Run.objects.filter(state="failed"):
        sys.stderr.write(f"\nrun {failed.pk} failed: {failed.title}\n")


def _write_city(root: Path, arguments: argparse.Namespace, warden: Warden) -> None:
    command = [sys.executable, "-m", "city", "write", "--var", str(root), "--size", arguments.size, "--if-missing"]
    command += ["--port", str(ports.departments(arguments.port))]
    process = subprocess.Popen(command, cwd=places.HOUSE, start_new_session=True)  # noqa: S603 - fixed command
    with warden.guard(process):
        code = process.wait()
    if code:
        raise subprocess.CalledProcessError(code, command)


@contextlib.contextmanager
def departments(root: Path, port: int, warden: Warden) -> Iterator[None]:
    """Plays the departments' interfaces while deliveries are fetched."""
    command = [sys.executable, "-m", "city", "serve", "--var", str(root), "--port", str(port)]
    none = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=none, stderr=none, cwd=places.HOUSE, start_new_session=True)  # noqa: S603 - fixed command
    with warden.guard(process):
        ports.wait(port, process)
        yield
