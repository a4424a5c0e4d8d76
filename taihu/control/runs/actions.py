"""Ask for a run, claim it under a lease, keep it alive, finish it, and take over from a worker that fell."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import F

from taihu.control.accounts import day, trace
from taihu.control.accounts.models import Person
from taihu.control.accounts.permissions import check_wears
from taihu.control.accounts.roles import Role
from taihu.control.outbox import actions as outbox
from taihu.control.runs.cron import Cron
from taihu.control.runs.job import Job, Outcome
from taihu.control.runs.models import UNFINISHED, Run, Schedule, State
from taihu.data.engines.stores import Stores
from taihu.terms import fault
from taihu.terms.problem import Problem, Shape

OPERATORS = (Role.OFFICER, Role.SYSADMIN)


class LeaseLost(RuntimeError):
    """Another worker has taken the run over; the stale one must write nothing more."""


class CannotStop(Problem):
    """The run has ended already."""

    code = "F-RUN-01"
    status = 409


def plan(
    *, name: str, cron: str, job: str, at: datetime.datetime, args: Mapping[str, str] | None = None, title: str = ""
) -> Schedule:
    """Writes a schedule, or changes it; an unchanged one keeps its next moment, so a restart runs nothing twice."""
    told = {"cron": cron, "job": job, "args": dict(args or {}), "title": title}
    first = Cron.read(cron).next(at)
    with transaction.atomic():
        fault.point("runs.schedule.plan")
        found = Schedule.objects.filter(name=name).first()
        if found is None:
            return Schedule.objects.create(name=name, next_run=first, **told)
        if found.cron != cron:
            found.next_run = first
        for field, value in told.items():
            setattr(found, field, value)
        found.save()
    return found


def tick(*, at: datetime.datetime) -> int:
    """Asks for a run of every schedule that is due, by compare-and-swap on its next moment; returns how many.

    After a long sleep a schedule is run once, not once for each moment missed.
    """
    asked = 0
    for schedule in Schedule.objects.filter(is_on=True, next_run__lte=at):
        slot = schedule.next_run
        with transaction.atomic():
            fault.point("runs.schedule.tick")
            mine = Schedule.objects.filter(pk=schedule.pk, next_run=slot, is_on=True)
            if not mine.update(next_run=Cron.read(schedule.cron).next(at)):
                continue
            run = _make(schedule.job, schedule.args, at=at, by="schedule", title=schedule.title, key=schedule.name)
            if run is not None:
                Run.objects.filter(pk=run.pk).update(schedule=schedule, slot=slot)
                asked += 1
    return asked


def ask(
    *,
    job: str,
    at: datetime.datetime,
    by: str,
    args: Mapping[str, str] | None = None,
    key: str = "",
    title: str = "",
    department: str = "",
) -> Run:
    """Asks for a run; with a key, an unfinished run of the same job and key is returned instead of a second.

    A run with a `department` works on its data and is shown to it alone, and to those who run the house.
    """
    with transaction.atomic():
        fault.point("runs.run.ask")
        made = _make(job, args or {}, at=at, by=by, title=title, key=key, department=department)
        return made or Run.objects.get(job=job, key=key, state__in=UNFINISHED)


def claim(*, jobs: Mapping[str, Job], worker: str, at: datetime.datetime) -> Run | None:
    """Takes the oldest waiting run of a known job under a lease, by compare-and-swap; None where nothing waits."""
    for run in Run.objects.claimable(at=at).filter(job__in=list(jobs))[:10]:
        fault.point("runs.run.claim")
        mine = Run.objects.filter(pk=run.pk, state=State.WAITING, attempt=run.attempt)
        lease = at + datetime.timedelta(seconds=jobs[run.job].lease_seconds)
        begun = run.started_at or at
        taken = mine.update(
            state=State.RUNNING,
            worker=worker,
            attempt=F("attempt") + 1,
            lease_until=lease,
            heartbeat_at=at,
            started_at=begun,
        )
        if taken:
            run.refresh_from_db()
            return run
    return None


def beat(
    *, run: Run, lease_seconds: int, at: datetime.datetime, rows_in: int | None = None, rows_out: int | None = None
) -> None:
    """Keeps the lease and notes the rows so far; raises LeaseLost where the run is another's by now."""
    values: dict[str, object] = {"heartbeat_at": at, "lease_until": at + datetime.timedelta(seconds=lease_seconds)}
    if rows_in is not None:
        values["rows_in"] = rows_in
    if rows_out is not None:
        values["rows_out"] = rows_out
    fault.point("runs.run.beat")
    _hold(run, values)


def finish(*, run: Run, outcome: Outcome, at: datetime.datetime, stores: Stores) -> None:
    """Ends a run well. A worker that lost its lease is refused."""
    told: dict[str, object] = {"rows_in": outcome.rows_in, "rows_out": outcome.rows_out}
    values = {name: value for name, value in told.items() if value is not None}
    with transaction.atomic():
        fault.point("runs.run.finish")
        _hold(
            run,
            {
                "state": State.DONE,
                "ended_at": at,
                "lease_until": None,
                "note": outcome.note[:300],
                **_clear(),
                **values,
            },
        )
        outbox.write(topic="runs.done", subject=f"run:{run.pk}", body={"job": run.job}, at=at)
        _enter(stores, "runs.done", run, at, rows_in=outcome.rows_in, rows_out=outcome.rows_out)


def fail(*, run: Run, problem: Shape, retry: bool, wait_seconds: int, at: datetime.datetime, stores: Stores) -> None:
    """Notes why an attempt failed: the run waits for its next one, or has failed for good."""
    again = retry and run.attempt < run.attempts_allowed
    told = {f"problem_{name}": str(value)[:200] for name, value in problem.items()}
    values: dict[str, object] = {"lease_until": None, "worker": "", **told}
    if again:
        values |= {"state": State.WAITING, "not_before": at + datetime.timedelta(seconds=wait_seconds)}
    else:
        values |= {"state": State.FAILED, "ended_at": at}
    with transaction.atomic():
        fault.point("runs.run.fail")
        _hold(run, values)
        if not again:
            body = {"job": run.job, "code": problem["code"]}
            outbox.write(topic="runs.failed", subject=f"run:{run.pk}", body=body, at=at)
            _enter(stores, "runs.failed", run, at, code=problem["code"])


def take_over(*, at: datetime.datetime, stores: Stores) -> int:
    """Puts runs whose lease ran out back in line, or fails those out of attempts; returns how many."""
    return sum(_take(run, at, stores) for run in Run.objects.expired(at=at))


def take_back(*, workers: Sequence[str], at: datetime.datetime, stores: Stores) -> int:
    """Puts the runs of workers that are known to be dead back in line, without waiting for their leases to run out."""
    return sum(_take(run, at, stores) for run in Run.objects.filter(state=State.RUNNING, worker__in=workers))


def _take(run: Run, at: datetime.datetime, stores: Stores) -> bool:
    is_last = run.attempt >= run.attempts_allowed
    lost = Shape(
        code="F-RUN-02",
        message=f"执行者 {run.worker} 失去联系",
        where=f"run:{run.pk}",
        help="已达最多次数，请查看日志后重新提交" if is_last else "平台已自动接管并重新执行",
    )
    try:
        fail(run=run, problem=lost, retry=True, wait_seconds=0, at=at, stores=stores)
    except LeaseLost:
        return False
    return True


def stop(*, run: Run, by: Person, reason: str, at: datetime.datetime, stores: Stores) -> None:
    """Stops a run that waits or works; its worker notices at the next beat."""
    check_wears(by, OPERATORS, on=day.day_of(at), what="停止任务")
    with transaction.atomic():
        fault.point("runs.run.stop")
        open_runs = Run.objects.filter(pk=run.pk, state__in=UNFINISHED)
        if not open_runs.update(state=State.STOPPED, ended_at=at, lease_until=None, note=f"{by.name}:{reason}"[:300]):
            raise CannotStop("任务已结束", where=f"run:{run.pk}", help="请刷新页面查看结果")
        facts = trace.Facts(detail={"run": run.pk, "job": run.job})
        trace.leave(stores=stores, act="runs.stop", by=by, at=at, where=f"run:{run.pk}", facts=facts)


def again(*, run: Run, by: Person, at: datetime.datetime, stores: Stores) -> Run:
    """Asks for the same work once more, as a run of its own, after one that failed or was stopped."""
    check_wears(by, OPERATORS, on=day.day_of(at), what="重新执行任务")
    if run.state not in (State.FAILED, State.STOPPED):
        raise CannotStop("只有失败或已停止的任务可以重新执行", where=f"run:{run.pk}", help="请刷新页面查看状态")
    with transaction.atomic():
        said = {"args": run.args, "key": run.key, "title": run.title, "department": run.department}
        made = ask(job=run.job, at=at, by=by.username, **said)
        facts = trace.Facts(detail={"run": made.pk, "after": run.pk, "job": run.job})
        trace.leave(stores=stores, act="runs.again", by=by, at=at, where=f"run:{made.pk}", facts=facts)
    return made


def _make(
    job: str, args: Mapping[str, str], *, at: datetime.datetime, by: str, title: str, key: str, department: str = ""
) -> Run | None:
    try:
        with transaction.atomic():
            return Run.objects.create(
                pk=uuid.uuid4().hex,
                job=job,
                args=dict(args),
                key=key,
                title=title,
                department=department,
                asked_at=at,
                asked_by=by,
                not_before=at,
            )
    except IntegrityError:
        return None


def _hold(run: Run, values: Mapping[str, object]) -> None:
    mine = Run.objects.filter(pk=run.pk, state=State.RUNNING, attempt=run.attempt, worker=run.worker)
    if not mine.update(**values):
        raise LeaseLost(f"run {run.pk} is no longer held by {run.worker or 'this worker'} (attempt {run.attempt})")


def _clear() -> dict[str, str]:
    return dict.fromkeys(("problem_code", "problem_message", "problem_where", "problem_help"), "")


def _enter(stores: Stores, act: str, run: Run, at: datetime.datetime, **detail: object) -> None:
    said = {name: str(value) for name, value in detail.items() if value is not None}
    facts = trace.Facts(detail={"run": run.pk, "job": run.job, **said})
    trace.leave(stores=stores, act=act, by=run.asked_by or "worker", at=at, where=f"run:{run.pk}", facts=facts)
