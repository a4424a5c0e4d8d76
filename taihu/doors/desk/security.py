"""Pages of the security officer: rights of the roles, labels and masks in force with where they stand, alarms."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import yaml
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_POST

from taihu.control.accounts import alarming, keeper
from taihu.control.accounts.alarm import Alarm
from taihu.control.accounts.keeper import Admission
from taihu.control.accounts.models import Department
from taihu.control.accounts.requests import DeskRequest, doing
from taihu.control.accounts.roles import Role
from taihu.control.flows import registry
from taihu.data.ledger.abnormal import Sign
from taihu.doors.desk import admissions

PAGE_ROWS = 50


@keeper.keep(admissions.RIGHTS)
def rights(request: DeskRequest) -> HttpResponse:
    """Which role enters which route and makes which move; read from what the door-keeper and the flows go by."""
    roles = sorted(Role)
    titles = route_titles()
    guarded = sorted({a.route: a for a in all_admissions() if not a.is_public}.values(), key=lambda a: a.route)
    routes = [(titles.get(a.route, a.route), a.roles()) for a in guarded]
    moves = [
        (f"{flow.title}：{move.title}", frozenset(who.role for who in move.who))
        for flow in registry.all_flows()
        for move in flow.moves
    ]
    tables = [
        {"title": title, "rows": [(name, [role in allowed for role in roles]) for name, allowed in rows]}
        for title, rows in (("页面", routes), ("事项环节", moves))
    ]
    return render(request, "desk/rights.html", {"tables": tables, "roles": roles})


@functools.cache
def route_titles() -> dict[str, str]:
    """What officials call each guarded route: `人员与账号：授予角色`."""
    rooms = yaml.safe_load((Path(__file__).parent / "routes.yaml").read_text(encoding="utf-8"))
    return {
        f"{room}:{route}": f"{said['label']}：{title}"
        for room, said in rooms.items()
        for route, title in said["routes"].items()
    }


def all_admissions(resolver: URLResolver | None = None) -> Iterator[Admission]:
    """The admission of every route that has one, whichever room it belongs to."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from all_admissions(pattern)
        elif isinstance(pattern, URLPattern) and (found := keeper.admission_of(pattern.callback)):
            yield found


@keeper.keep(admissions.LABELS)
def labels(request: DeskRequest) -> HttpResponse:
    """Label, share, openness and mask of each column, and the file that declares them: they change only there."""
    shelf = request.stores.shelf
    wanted = request.GET.get("dataset", "")
    titles = dict(Department.objects.values_list("pk", "title"))
    datasets = sorted(shelf.datasets(), key=lambda dataset: dataset.id)
    chosen = next((dataset for dataset in datasets if dataset.id == wanted), None)
    return render(
        request,
        "desk/labels.html",
        {
            "datasets": [
                {
                    "dataset": dataset,
                    "department": titles.get(dataset.department, dataset.department),
                    "highest": max(column.label.level for column in dataset.columns),
                    "identifiers": sum(column.is_vaulted for column in dataset.columns),
                    "declared": dataset.source,
                }
                for dataset in datasets
            ],
            "chosen": chosen,
        },
    )


@keeper.keep(admissions.ALARMS)
def alarms(request: DeskRequest) -> HttpResponse:
    """Abnormal use, the open ones first."""
    is_open = request.GET.get("state", "open") == "open"
    found = Alarm.objects.open() if is_open else Alarm.objects.filter(settled_at__isnull=False)
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    titles = dict(Department.objects.values_list("pk", "title"))
    rows = [
        {"alarm": one, "sign": Sign(one.sign).title, "department": titles.get(one.department, one.department)}
        for one in page
    ]
    may_settle = any(hat.role is Role.SECADMIN for hat in request.hats)
    told = {"rows": rows, "page": page, "is_open": is_open, "may_settle": may_settle}
    return render(request, "desk/alarms.html", told)


@keeper.keep(admissions.SETTLE)
@require_POST
def settle(request: DeskRequest, pk: int) -> HttpResponse:
    """Settles an alarm with a finding."""
    alarming.settle(alarm=get_object_or_404(Alarm, pk=pk), finding=request.POST.get("finding", ""), **doing(request))
    return redirect("desk:alarms")
