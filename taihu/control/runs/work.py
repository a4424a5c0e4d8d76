"""The worker's loop: tick, take over, claim, run under a heartbeat, note the end; until told to stop."""

from __future__ import annotations

import datetime
import logging
import threading
from collections.abc import Callable, Mapping

from django.db import close_old_connections, connections

from taihu.control.flows import actions as flows
from taihu.control.runs import actions
from taihu.control.runs.job import Job, Outcome, Task
from taihu.control.runs.models import Run
from taihu.data.engines.stores import Stores
from taihu.terms import fall
from taihu.terms.problem import Problem, Shape

Clock = Callable[[], datetime.datetime]
log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
TICK_SECONDS = 20


def work(
    *,
    at_provider: Clock,
    jobs: Mapping[str, Job],
    stores: Stores,
    worker: str,
    once: bool = False,
    stop: threading.Event | None = None,
) -> int:
    """Works off what is due; with `once`, until nothing waits. Returns how many attempts were made.

    The clock is passed in; the door of the worker reads it. Several workers may run side by side.
    """
    stop = stop or threading.Event()
    attempts = 0
    ticked: datetime.datetime | None = None
    while not stop.is_set():
        close_old_connections()
        at = at_provider()
        if ticked is None or (at - ticked).total_seconds() >= TICK_SECONDS:
            look_round(at=at, stores=stores)
            ticked = at
        run = actions.claim(jobs=jobs, worker=worker, at=at)
        if run is not None:
            attempts += 1
            execute(run=run, job=jobs[run.job], stores=stores, clock=at_provider)
        elif once:
            break
        else:
            stop.wait(PAUSE_SECONDS)
    return attempts


def look_round(*, at: datetime.datetime, stores: Stores) -> None:
    """What is due by the clock alone: schedules, lost leases, matters past their last day."""
    actions.take_over(at=at, stores=stores)
    actions.tick(at=at)
    flows.escalate_due(at=at, stores=stores)


def execute(*, run: Run, job: Job, stores: Stores, clock: Clock) -> None:
    """Runs one claimed run to its end or its failure; whatever goes wrong is noted, never lost."""

    def beat(rows_in: int | None = None, rows_out: int | None = None) -> None:
        actions.beat(run=run, lease_seconds=job.lease_seconds, at=clock(), rows_in=rows_in, rows_out=rows_out)

    task = Task(run=run.pk, attempt=run.attempt, args=run.args, stores=stores, clock=clock, beat=beat)
    try:
        with _Heart(run, job, clock):
            outcome = job.call(task)
        actions.finish(run=run, outcome=outcome or Outcome(), at=clock(), stores=stores)
    except actions.LeaseLost:
        log.warning("run %s of %s was taken over or stopped", run.pk, run.job)
    except Problem as problem:
        _fail(run, job, problem.to_shape(), clock, stores, retry=problem.status >= 500)
    except Exception as fallen:
        # The outer edge of a run. Neither log nor page shows the exception's text: it may quote a value.
        log.error("run %s of %s failed: %s", run.pk, run.job, fall.describe(fallen))
        shape = Shape(
            code="F-RUN-03", message="任务执行出错", where=f"run:{run.pk}", help="请系统管理员按任务编号查看日志"
        )
        _fail(run, job, shape, clock, stores, retry=True)


def _fail(run: Run, job: Job, shape: Shape, clock: Clock, stores: Stores, *, retry: bool) -> None:
    try:
        wait = job.wait_seconds(run.attempt)
        actions.fail(
            run=run,
            problem=shape,
            retry=retry and run.attempt < job.attempts,
            wait_seconds=wait,
            at=clock(),
            stores=stores,
        )
    except actions.LeaseLost:
        log.warning("run %s of %s failed after it was taken over", run.pk, run.job)


class _Heart:
    """Beats from a thread of its own while the job works, up to the job's limit; then another may take over."""

    def __init__(self, run: Run, job: Job, clock: Clock) -> None:
        self._run, self._job, self._clock = run, job, clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heart-{run.pk[:8]}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        pause = max(self._job.lease_seconds / 3, 0.05)
        beats = int(self._job.limit_seconds / pause)
        try:
            for _ in range(beats):
                if self._stop.wait(pause):
                    return
                actions.beat(run=self._run, lease_seconds=self._job.lease_seconds, at=self._clock())
        except actions.LeaseLost:
            return
        finally:
            if self._thread is not threading.main_thread():
                connections.close_all()
