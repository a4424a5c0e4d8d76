"""The worker process: schedules, runs and watches, until it is told to stop."""

from __future__ import annotations

import argparse
import datetime
import os
import signal
import threading

from taihu.control.runs import work
from taihu.data.engines import stores as engine_stores
from taihu.doors.terminal import jobs, places, signing
from taihu.terms import shelf


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to stop when nothing waits."""
    parser.add_argument("--once", action="store_true", help="stop when nothing waits")
    parser.add_argument("--name", default="", help="the worker's name, by which its runs are known")


def run(arguments: argparse.Namespace) -> int:
    """Works until SIGTERM; what is under way then is taken over by the next worker when its lease ends."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="worker")
    try:
        with signing.Signing(stores.ledger, now):
            work.work(
                at_provider=now,
                jobs=jobs.all_jobs(),
                stores=stores,
                worker=arguments.name or f"worker-{os.getpid()}",
                once=arguments.once,
                stop=stop,
            )
    finally:
        stores.close()
    return 0


def now() -> datetime.datetime:
    """The clock of this door."""
    return datetime.datetime.now(datetime.UTC)
