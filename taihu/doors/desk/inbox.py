"""The inbox: what waits for me, since when, until when, and what happens if I do nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from taihu.control.accounts import keeper
from taihu.control.accounts.models import Department
from taihu.control.accounts.requests import DeskRequest
from taihu.control.accounts.roles import Role
from taihu.control.flows import clock, registry
from taihu.control.flows.models import Matter
from taihu.control.runs import admissions as runs
from taihu.control.runs.models import Run, State
from taihu.doors.desk import admissions, batches

SHOWN = 50


@dataclass(frozen=True)
class Waiting:
    """One matter in the inbox."""

    matter: Matter
    url: str
    flow: str
    place: str
    tone: str
    sides: str
    remaining: clock.Remaining
    if_nothing: str
    is_urged: bool


@keeper.keep(admissions.INBOX)
def inbox(request: DeskRequest) -> HttpResponse:
    """Matters that wait for her, the late ones first; then what went back to her department; then what she started."""
    found = Matter.objects.waiting_for(request.user, request.hats).select_related("opened_by")
    titles = dict(Department.objects.values_list("pk", "title"))
    rows = [describe(request, matter, titles) for matter in found[:SHOWN]]
    rows.sort(key=lambda row: not row.is_urged)
    started = Matter.objects.open().filter(opened_by=request.user).order_by("-opened_at")
    return render(
        request,
        "desk/inbox.html",
        {
            "rows": rows,
            "more": max(0, found.count() - SHOWN),
            "late": sum(row.remaining.is_over for row in rows),
            "returned": returned_batches(request),
            "started": [describe(request, matter, titles) for matter in started[:10]],
            "failed_runs": failed_runs(request),
            "roles": {hat.role.value for hat in request.hats},
        },
    )


def describe(request: DeskRequest, matter: Matter, titles: dict[str, str]) -> Waiting:
    """A matter as a row of the inbox."""
    place, flow = matter.place, matter.definition
    over = place.clock.escalates_to if place.clock else None
    if over:
        nothing = f"超期后转{over.role.title}督办"
    elif matter.due_on:
        nothing = "超期将计入部门办理情况"
    else:
        nothing = "事项停留在此环节"
    return Waiting(
        matter=matter,
        url=registry.address(matter.subject),
        flow=flow.title,
        place=place.title,
        tone=place.tone,
        sides=" · ".join(titles.get(name, name) for name in dict.fromkeys(matter.sides.values())),
        remaining=matter.remaining(on=request.on, calendar=clock.calendar_of(request.stores)),
        if_nothing=nothing,
        is_urged=matter.urged_at is not None,
    )


def returned_batches(request: DeskRequest) -> list[dict[str, Any]]:
    """Her department's batches with rows that still wait to be mended, and the newest of a dataset where all went back."""
    mine = {hat.department for hat in request.hats if hat.role is Role.STEWARD}
    hers = [batch for batch in batches.visible(request) if batch.department in mine] if mine else []
    waiting = batches.count_open(request, hers)
    newest: dict[str, Any] = {}
    for batch in hers:
        newest.setdefault(batch.dataset, batch)
    known = {dataset.id: dataset.title for dataset in request.stores.shelf.datasets()}
    return [
        {"batch": batch, "title": known.get(batch.dataset, batch.dataset), "open": waiting.get(batch.id, 0)}
        for batch in hers
        if waiting.get(batch.id) or (batch.problem and newest[batch.dataset] is batch)
    ][:SHOWN]


def failed_runs(request: DeskRequest) -> list[Run]:
    """The newest failed runs, for those who can do something about them."""
    if not {hat.role for hat in request.hats} & set(runs.OPERATORS):
        return []
    return list(Run.objects.filter(state=State.FAILED)[:5])
