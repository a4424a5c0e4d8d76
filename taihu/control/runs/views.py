"""Pages of runs: what ran and runs, what is due, and one run with its attempts, rows and problem."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper
from taihu.control.accounts.requests import DeskRequest, doing
from taihu.control.runs import actions, admissions
from taihu.control.runs.models import Run, Schedule, State

PAGE_ROWS = 50


@keeper.keep(admissions.LIST)
def runs(request: DeskRequest) -> HttpResponse:
    """Runs, newest first, filtered by state and job in the URL; above them what is due next."""
    state, job = request.GET.get("state", ""), request.GET.get("job", "")
    visible = Run.objects.visible_to(request.hats)
    found = visible.select_related("schedule")
    if state in {known.value for known in State}:
        found = found.filter(state=state)
    if job:
        found = found.filter(job=job)
    counts = dict(visible.order_by().values_list("state").annotate(Count("pk")))
    return render(
        request,
        "runs/list.html",
        {
            "page": Paginator(found, PAGE_ROWS).get_page(request.GET.get("page")),
            "states": [(known, counts.get(known.value, 0)) for known in State],
            "state": state,
            "job": job,
            "schedules": Schedule.objects.filter(is_on=True).order_by("next_run")[:20],
            "may_operate": any(hat.role in admissions.OPERATORS for hat in request.hats),
        },
    )


@keeper.keep(admissions.RUN)
def run(request: DeskRequest, pk: str) -> HttpResponse:
    """One run."""
    found = get_object_or_404(Run.objects.visible_to(request.hats).select_related("schedule"), pk=pk)
    may_operate = any(hat.role in admissions.OPERATORS for hat in request.hats)
    return render(
        request,
        "runs/run.html",
        {
            "run": found,
            "may_stop": may_operate and found.status in (State.WAITING, State.RUNNING),
            "may_repeat": may_operate and found.status in (State.FAILED, State.STOPPED),
        },
    )


def _state_of(request: DeskRequest, pk: str) -> str:
    return get_object_or_404(Run.objects.visible_to(request.hats), pk=pk).state


@keeper.keep(admissions.STOP, state_of=_state_of)
@require_POST
def stop(request: DeskRequest, pk: str) -> HttpResponse:
    """Stops a run."""
    reason = request.POST.get("reason", "").strip() or "未填写原因"
    actions.stop(
        run=get_object_or_404(Run.objects.visible_to(request.hats), pk=pk),
        by=request.user,
        reason=reason,
        at=request.at,
        stores=request.stores,
    )
    messages.success(request, "任务已停止。")
    return redirect("runs:run", pk=pk)


@keeper.keep(admissions.AGAIN, state_of=_state_of)
@require_POST
def again(request: DeskRequest, pk: str) -> HttpResponse:
    """Asks for the same work once more."""
    made = actions.again(run=get_object_or_404(Run.objects.visible_to(request.hats), pk=pk), **doing(request))
    messages.success(request, "已重新提交。")
    return redirect("runs:run", pk=made.pk)
