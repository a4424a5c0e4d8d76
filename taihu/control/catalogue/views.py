"""Pages of the catalogue: the list, an entry with columns, labels and editions, and the moves of its flow."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper
from taihu.control.accounts.requests import DeskRequest, doing
from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions, admissions, content, forms, permissions
from taihu.control.catalogue.models import Entry
from taihu.control.flows import clock, seeing
from taihu.control.flows import permissions as flows
from taihu.terms.dataset import Share

SHARES = {Share.UNCONDITIONAL: "无条件共享", Share.CONDITIONAL: "受限共享", Share.NONE: "不予共享"}


@keeper.keep(admissions.LIST)
def entries(request: DeskRequest) -> HttpResponse:
    """Entries that she may see, filtered by words, department, sharing and state in the URL."""
    wanted = {name: request.GET.get(name, "").strip() for name in ("q", "department", "share", "state")}
    visible = Entry.objects.visible_to(request.hats).select_related("department", "matter", "edition")
    found = visible
    if wanted["q"]:
        found = found.filter(
            Q(title__icontains=wanted["q"]) | Q(dataset__icontains=wanted["q"]) | Q(summary__icontains=wanted["q"])
        )
    if wanted["department"]:
        found = found.filter(department=wanted["department"])
    if wanted["state"]:
        found = found.filter(matter__state=wanted["state"])
    known = {dataset.id: dataset for dataset in request.stores.shelf.datasets()}
    rows = [{"entry": entry, "dataset": known[entry.dataset]} for entry in found if entry.dataset in known]
    if wanted["share"]:
        rows = [row for row in rows if row["dataset"].share == wanted["share"]]  # type: ignore[attr-defined]
    departments = {entry.department_id: entry.department.title for entry in visible}
    states = {entry.matter.state: entry.matter.place.title for entry in visible}
    return render(
        request,
        "catalogue/list.html",
        {
            "rows": rows,
            "wanted": wanted,
            "departments": departments,
            "states": states,
            "shares": SHARES,
            "total": len(visible),
        },
    )


@keeper.keep(admissions.PAGE)
def page(request: DeskRequest, dataset: str) -> HttpResponse:
    """One entry: what it is, its columns, what would change by publishing, its editions and history."""
    entry = _find(request, dataset)
    declared = request.stores.shelf.dataset(dataset)
    now = content.describe(entry, declared)
    before = entry.edition.content if entry.edition else {}
    return render(
        request,
        "catalogue/page.html",
        {
            "entry": entry,
            "dataset": declared,
            "columns": declared.columns,
            "differences": content.differences(before, now) if entry.matter.state != "published" and before else [],
            "moves": flows.moves_for(entry.matter, request.user, on=request.on),
            "can_write": permissions.can_write(request.user, entry, on=request.on),
            "can_ask": entry.is_published and any(hat.role in (Role.STEWARD, Role.DEVELOPER) for hat in request.hats),
            "remaining": entry.matter.remaining(on=request.on, calendar=clock.calendar_of(request.stores)),
            "steps": seeing.list_lines(entry.matter, request.user, on=request.on),
            "editions": entry.editions.all()[:20],
            "shares": SHARES,
        },
    )


def _state_of(request: DeskRequest, dataset: str, to: str = "") -> str:
    return _find(request, dataset).matter.state


@keeper.keep(admissions.WRITE, state_of=_state_of)
def write(request: DeskRequest, dataset: str) -> HttpResponse:
    """The words of a draft."""
    entry = _find(request, dataset)
    permissions.check_can_write(request.user, entry, on=request.on)
    form = forms.Words(request.POST or None, initial={word: getattr(entry, word) for word in content.WORDS})
    if request.method == "POST" and form.is_valid():
        actions.write(entry=entry, words=form.cleaned_data, **doing(request))
        messages.success(request, "草稿已保存。")
        return redirect("catalogue:page", dataset=dataset)
    return render(request, "catalogue/write.html", {"entry": entry, "form": form})


@keeper.keep(admissions.MOVE, state_of=_state_of)
@require_POST
def move(request: DeskRequest, dataset: str, to: str) -> HttpResponse:
    """One move of the flow, by the action that belongs to it."""
    entry = _find(request, dataset)
    way = flows.check_move(entry.matter, to)
    said = doing(request)
    reason = request.POST.get("reason", "")
    if to == "department":
        actions.submit(entry=entry, **said)
    elif to == "bureau":
        actions.approve(entry=entry, **said)
    elif to == "published":
        actions.publish(entry=entry, **said)
    elif to == "withdrawn":
        actions.withdraw(entry=entry, reason=reason, **said)
    elif way.is_return:
        actions.send_back(entry=entry, reason=reason, **said)
    else:
        actions.change(entry=entry, reason=reason, **said)
    messages.success(request, f"已办理：{way.title}。")
    return redirect("catalogue:page", dataset=dataset)


def _find(request: DeskRequest, dataset: str) -> Entry:
    visible = Entry.objects.visible_to(request.hats).select_related("department", "matter", "edition")
    entry = get_object_or_404(visible, dataset=dataset)
    if dataset not in {known.id for known in request.stores.shelf.datasets()}:
        raise Http404
    return entry
