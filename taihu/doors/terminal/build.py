"""Builds a city: invents it, takes all deliveries down the road, links, publishes, and looks at the watches."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from taihu.control.runs import actions as runs
from taihu.control.runs import work
from taihu.control.runs.models import Run
from taihu.data.engines import stores as engine_stores
from taihu.data.engines.stores import Stores
from taihu.doors.desk import demo
from taihu.doors.portal import jobs as portal
from taihu.doors.terminal import jobs, measure, places, ports
from taihu.doors.terminal.progress import Progress, Step
from taihu.patterns.watch import actions as watches
from taihu.terms import shelf

BY = "terminal"
STEPS = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The size of the city and the first of its ports."""
    parser.add_argument("--size", default=os.environ.get("SIZE", "default"), help="small, default or full")
    parser.add_argument("--port", type=int, default=ports.GATEWAY, help="the port of pages and exchange API")


def run(arguments: argparse.Namespace) -> int:
    """Builds what is not built yet. Killed at any point, a second call ends in the same city."""
    root = places.var().absolute()
    if places.built().exists():
        return 0
    root.mkdir(parents=True, exist_ok=True)
    progress = Progress(STEPS)
    with progress.step("control database"):
        call_command("migrate", verbosity=0, interactive=False)
    with progress.step(f"inventing a city ({arguments.size})"):
        _write_city(root, arguments)
    stores = engine_stores.open_stores(root, shelf.read_shelf(places.packs()), segment="terminal")
    try:
        build(stores, root, ports.departments(arguments.port), progress)
    finally:
        stores.close()
    places.built().write_text(json.dumps({"size": arguments.size}), encoding="utf-8")
    progress.end("built")
    return 0


def build(stores: Stores, root: Path, port: int, progress: Progress) -> None:
    """The road from the departments' deliveries to answers, each step as runs that the pages show."""
    with progress.step("people, departments, catalogue"):
        demo.install(stores=stores, at=now())
    manifest = json.loads((root / "city" / "manifest.json").read_text(encoding="utf-8"))
    with departments(root, port), progress.step("bringing in and refining") as step:
        for delivery in manifest["deliveries"]:
            _ask("bring", f"归集 {delivery['dataset']}", {"delivery": json.dumps(delivery), "root": str(root / "city")})
        _work_off(stores, step)
    with progress.step("linking people and organisations") as step:
        for base in (base for pack in stores.shelf.packs.values() for base in pack.bases):
            _ask("link", f"关联 {base.id}", {"base": base.id})
        _work_off(stores, step)
    for line in measure.lines(stores, root):
        sys.stderr.write(f"      {line}\n")
    with progress.step("publishing open data") as step:
        _ask(portal.JOB.name, portal.JOB.title, {})
        _work_off(stores, step)
    with progress.step("looking at the watches") as step:
        for watch in (watch for pack in stores.shelf.packs.values() for watch in pack.watches):
            _ask(watches.JOB, f"监测:{watch.title}", {"watch": watch.id})
        _work_off(stores, step)
    with progress.step("schedules"):
        plan(stores)


def plan(stores: Stores) -> None:
    """Writes what happens by the clock from now on."""
    at = now()
    watches.plan_looks(shelf=stores.shelf, at=at)
    runs.plan(name="portal", cron=portal.CRON, job=portal.JOB.name, at=at, title=portal.JOB.title)
    runs.plan(name="grants", cron="*/10 * * * *", job="reconcile", at=at, title="授权对齐")
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


def _ask(job: str, title: str, args: Mapping[str, str]) -> None:
    key = hashlib.sha256(json.dumps(args, sort_keys=True).encode()).hexdigest()[:32]
    runs.ask(job=job, args=dict(args), key=key, title=title[:100], by=BY, at=now())


def _work_off(stores: Stores, step: Step) -> None:
    """Works until nothing waits; a run that failed is named, and does not stop the others."""

    def clock() -> datetime.datetime:
        step.count(Run.objects.filter(state="done").count(), Run.objects.count(), "runs")
        return now()

    def help_out(worker: str) -> None:
        try:
            work.work(at_provider=now, jobs=jobs.all_jobs(), stores=stores, worker=worker, once=True)
        finally:
            connections.close_all()

    # A second worker refines while the first waits for a department's slow interface.
    beside = threading.Thread(target=help_out, args=(f"{BY}-2",))
    beside.start()
    work.work(at_provider=clock, jobs=jobs.all_jobs(), stores=stores, worker=BY, once=True)
    beside.join()
    work.work(at_provider=clock, jobs=jobs.all_jobs(), stores=stores, worker=BY, once=True)
    for failed in Run.objects.filter(state="failed"):
        sys.stderr.write(f"\nrun {failed.pk} failed: {failed.title}\n")


def _write_city(root: Path, arguments: argparse.Namespace) -> None:
    command = [sys.executable, "-m", "city", "write", "--var", str(root), "--size", arguments.size, "--if-missing"]
    subprocess.run([*command, "--port", str(ports.departments(arguments.port))], check=True, cwd=places.HOUSE)  # noqa: S603 - fixed command


@contextlib.contextmanager
def departments(root: Path, port: int) -> Iterator[None]:
    """Plays the departments' interfaces while deliveries are fetched."""
    command = [sys.executable, "-m", "city", "serve", "--var", str(root), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=places.HOUSE)  # noqa: S603 - fixed command
    try:
        ports.wait(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)
