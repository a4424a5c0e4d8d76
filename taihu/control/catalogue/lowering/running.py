"""Running: a declassifier is run when it is allowed, emptied when it no longer is, and each attempt is kept."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from taihu.control.accounts import trace
from taihu.control.catalogue.lowering import actions
from taihu.control.catalogue.lowering.flow import BLOCKED
from taihu.control.catalogue.lowering.models import Approval, Attempt
from taihu.control.flows import actions as flows
from taihu.control.flows.models import Matter
from taihu.control.runs import actions as runs
from taihu.data.engines.stores import Stores
from taihu.data.guard.declassify.fallen import BadMethod, NotFallen
from taihu.data.guard.declassify.hierarchy import OutOfHierarchy
from taihu.data.guard.lowering import falling, lower
from taihu.data.guard.lowering.allowed import NotAllowed
from taihu.data.guard.lowering.falling import Falling
from taihu.data.guard.refused import NothingHere
from taihu.terms import fault
from taihu.terms.dataset import Cycle
from taihu.terms.problem import Problem, Shape

TRIED, HELD, WAITING, EMPTIED, NOTHING = "tried", "held", "waiting", "emptied", "nothing"
OUTCOMES = {
    lower.RELEASED: "已发布",
    lower.UNCHANGED: "无变化",
    TRIED: "试算",
    HELD: "未予发布",
    WAITING: "未获批准",
    EMPTIED: "已撤下",
    NOTHING: "尚无数据",
}
# After the night's linking, before the portal looks.
CRONS = {
    Cycle.HOUR: "35 * * * *",
    Cycle.DAY: "50 4 * * *",
    Cycle.WEEK: "50 4 * * 1",
    Cycle.MONTH: "50 4 1 * *",
    Cycle.QUARTER: "50 4 1 1,4,7,10 *",
    Cycle.YEAR: "50 4 1 1 *",
}
# What stands against a release by what the rows are; everything else is a fault of the run.
STOPS = (lower.NotReleased, NotFallen, BadMethod, OutOfHierarchy, lower.NotSound)


def run(
    *, name: str, by: str, at: datetime.datetime, stores: Stores, attacks: lower.Attacks, is_try: bool = False
) -> Attempt:
    """Releases, or says why not; a refusal keeps the last release and opens a matter for the owner."""
    found = falling.read_falling(name, stores.shelf)
    if is_try:
        return _try(found, at, stores, attacks)
    allowed = actions.find_allowed(found)
    told: dict[str, Any] = {"allowed": list(allowed.by)}
    try:
        made = lower.lower(name, allowed=allowed, stores=stores, by=by, at=at, attacks=attacks)
    except NotAllowed as problem:
        return _wait(found, problem, by, at, stores)
    except NothingHere as problem:
        return _keep(found, at, NOTHING, reasons=_reasons(problem), **told)
    except STOPS as problem:
        attempt = _keep(found, at, HELD, figures=getattr(problem, "figures", {}), reasons=_reasons(problem), **told)
        _block(found, problem, at, stores)
        return attempt
    _settle(name, at, stores)
    told |= {"rows": made.rows, "version": made.version, "receipt": made.receipt}
    return _keep(found, at, made.outcome, figures=made.figures, **told)


def _try(found: Falling, at: datetime.datetime, stores: Stores, attacks: lower.Attacks) -> Attempt:
    try:
        tried = lower.try_out(found.declassifier.id, stores=stores, at=at, attacks=attacks)
    except (*STOPS, NothingHere) as problem:
        return _keep(found, at, TRIED, reasons=_reasons(problem))
    rows = tried.applied.fallen.table.num_rows
    return _keep(found, at, TRIED, figures=tried.figures, reasons=_tell(tried.reasons), rows=rows)


def _wait(found: Falling, problem: NotAllowed, by: str, at: datetime.datetime, stores: Stores) -> Attempt:
    """Not allowed: where the approval was ended, what had been released under it goes too."""
    name = found.declassifier.id
    is_stopped = Approval.objects.filter(declassifier=name, matter__state="stopped").exists()
    if is_stopped and lower.take_back(name, reason="批准已停止", stores=stores, by=by, at=at):
        return _keep(found, at, EMPTIED, reasons=_reasons(problem))
    return _keep(found, at, WAITING, reasons=_reasons(problem))


def _keep(
    found: Falling, at: datetime.datetime, outcome: str, *, figures: Mapping[str, str] = {}, **more: Any
) -> Attempt:
    fault.point("lowering.attempt.keep")
    return Attempt.objects.create(
        declassifier=found.declassifier.id, digest=found.digest, at=at, outcome=outcome, figures=dict(figures), **more
    )


def _reasons(problem: Problem) -> list[dict[str, str]]:
    many: Sequence[Shape] = getattr(problem, "reasons", ())
    return _tell(many or [problem.to_shape()])


def _tell(shapes: Sequence[Shape]) -> list[dict[str, str]]:
    return [{"code": s["code"], "message": s["message"], "where": s["where"], "help": s["help"]} for s in shapes]


def _block(found: Falling, problem: Problem, at: datetime.datetime, stores: Stores) -> None:
    """One open matter at a time says that releases are held back."""
    name = found.declassifier.id
    if Matter.objects.open().filter(flow=BLOCKED.name, subject=f"declassifier:{name}").exists():
        return
    facts = trace.Facts(department=found.pack.department, dataset=name, detail={"code": problem.code})
    flows.open(
        flow=BLOCKED,
        subject=f"declassifier:{name}",
        title=f"「{found.dataset.title}」未予发布",
        sides={"owner": found.pack.department},
        by=None,
        at=at,
        stores=stores,
        reason=problem.message,
        facts=facts,
    )


def _settle(name: str, at: datetime.datetime, stores: Stores) -> None:
    for matter in Matter.objects.open().filter(flow=BLOCKED.name, subject=f"declassifier:{name}"):
        flows.move(matter=matter, to="settled", by=None, at=at, stores=stores, reason="检查已通过，恢复发布")


def look(*, at: datetime.datetime, stores: Stores) -> int:
    """Takes approval from what changed, ends what is over, opens what is new; returns how many."""
    return actions.sync(at=at, stores=stores) + actions.expire(at=at, stores=stores)


def plan_runs(*, at: datetime.datetime, stores: Stores) -> int:
    """Writes one schedule for each declassifier that recurs; returns how many."""
    listed = [down for down in falling.list_declassifiers(stores.shelf) if down.every in CRONS]
    for down in listed:
        title = stores.shelf.dataset(down.id).title
        runs.plan(
            name=f"lower {down.id}",
            cron=CRONS[down.every],
            job=actions.JOB,
            at=at,
            args={"declassifier": down.id},
            title=f"数据降级：{title}"[:100],
        )
    return len(listed)


def ask_all(*, by: str, at: datetime.datetime, stores: Stores) -> int:
    """Asks for a run of every declassifier; returns how many."""
    listed = list(falling.list_declassifiers(stores.shelf))
    with transaction.atomic():
        for down in listed:
            actions.ask_run(down.id, stores.shelf.dataset(down.id).title, by=by, at=at)
    return len(listed)
