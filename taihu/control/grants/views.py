"""Pages of grants: the list, a request being written with what the guard would say, signing over shown rows, the key."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper
from taihu.control.accounts.requests import DeskRequest, doing
from taihu.control.catalogue.models import Entry
from taihu.control.flows import clock, seeing
from taihu.control.flows import permissions as flows
from taihu.control.grants import actions, admissions, forms, looking, permissions
from taihu.control.grants.flow import FLOW
from taihu.control.grants.models import Grant
from taihu.control.grants.request import is_unconditional
from taihu.terms.dataset import Dataset
from taihu.terms.problem import Problem

RECENT = 200
BY_REASON: dict[str, Callable[..., None]] = {
    "returned": actions.send_back,
    "refused": actions.refuse,
    "suspended": actions.suspend,
    "ended": actions.end,
    "provider": actions.pass_on,
}


@keeper.keep(admissions.LIST)
def grants(request: DeskRequest) -> HttpResponse:
    """Requests and grants of either side that she may see, filtered by state in the URL."""
    visible = Grant.objects.visible_to(request.hats).select_related("matter", "system__department", "provider")
    counts = dict(visible.order_by().values_list("matter__state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    found = visible.filter(matter__state=state) if state in counts else visible
    return render(
        request,
        "grants/list.html",
        {
            "grants": found[:RECENT],
            "states": [(place, counts[place.name]) for place in FLOW.states if place.name in counts],
            "state": state,
            "total": sum(counts.values()),
            "calendar": clock.calendar_of(request.stores),
        },
    )


@keeper.keep(admissions.ASK)
def ask(request: DeskRequest, dataset: str) -> HttpResponse:
    """A request: first looked at through the guard, then filed; nothing typed is lost in between."""
    entry = get_object_or_404(Entry.objects.published(), dataset=dataset)
    declared = request.stores.shelf.dataset(entry.dataset)
    form = _form(request, declared, {"until": request.on + datetime.timedelta(days=365)})
    found = None
    if request.method == "POST" and form.is_valid():
        asked, system = form.to_request(), form.cleaned_data["system"]
        said = doing(request)
        try:
            if request.POST.get("do") == "file":
                grant = actions.ask(asked=asked, system=system, dataset=declared, **said)
                messages.success(request, f"申请 {grant.code} 已提交，等待主管部门符合性审查。")
                return redirect("grants:page", reference=grant.reference)
            draft = actions.draft(asked=asked, system=system, dataset=declared, by=request.user, at=request.at)
            found = looking.explain(draft, stores=request.stores)
        except Problem as problem:
            form.add_error(None, f"{problem.message}\n{problem.help}")
    return _render_form(request, form, declared, {"entry": entry, "found": found})


@keeper.keep(admissions.PAGE)
def page(request: DeskRequest, reference: str) -> HttpResponse:
    """One grant: what is asked, what would leave, its state with clock, who must act, and its history."""
    grant = _find(request, reference)
    moves = flows.moves_for(grant.matter, request.user, on=request.on)
    dataset = request.stores.shelf.dataset(grant.dataset)
    by_hand = [move for move in moves if move.to not in ("granted", "asked")]
    return render(
        request,
        "grants/page.html",
        {
            "grant": grant,
            "dataset": dataset,
            "columns": [dataset.column(name) for name in grant.columns],
            "forms": [forms.FORMS[form] for form in forms.FORMS if form.value in grant.forms],
            "found": looking.explain(grant, stores=request.stores),
            "remaining": grant.matter.remaining(on=request.on, calendar=clock.calendar_of(request.stores)),
            "moves": by_hand,
            "can_sign": _can_sign(request, grant, dataset),
            "can_resume": grant.state == "suspended" and any(move.to == "granted" for move in moves),
            "can_amend": any(move.to == "asked" for move in moves),
            "can_take_key": permissions.can_take_key(request.user, grant, on=request.on),
            "can_urge": grant.matter.ended_at is None
            and bool(grant.matter.waits_role)
            and not _is_hers(request, grant),
            "steps": seeing.list_lines(grant.matter, request.user, on=request.on),
        },
    )


def _state_of(request: DeskRequest, reference: str, to: str = "") -> str:
    return _find(request, reference).state


@keeper.keep(admissions.AMEND, state_of=_state_of)
def amend(request: DeskRequest, reference: str) -> HttpResponse:
    """Mends a returned request."""
    grant = _find(request, reference)
    declared = request.stores.shelf.dataset(grant.dataset)
    form = _form(request, declared, forms.initial(grant))
    if request.method == "POST" and form.is_valid():
        said = doing(request)
        try:
            actions.amend(grant=grant, asked=form.to_request(), dataset=declared, **said)
        except Problem as problem:
            form.add_error(None, f"{problem.message}\n{problem.help}")
        else:
            messages.success(request, "已补正并重新提交。")
            return redirect("grants:page", reference=reference)
    reason = grant.matter.steps.filter(act="return").order_by("-number").first()
    return _render_form(request, form, declared, {"grant": grant, "returned": reason})


@keeper.keep(admissions.SIGN, state_of=_state_of)
def sign(request: DeskRequest, reference: str) -> HttpResponse:
    """Shows the approver exactly the masked rows that the consumer will get; what she signs is bound to them."""
    grant = _find(request, reference)
    dataset = request.stores.shelf.dataset(grant.dataset)
    flows.check_can_move(grant.matter, flows.check_move(grant.matter, "granted"), request.user, on=request.on)
    if grant.state == "asked":
        permissions.check_can_grant_directly(grant, dataset)
    if request.method == "POST":
        said = doing(request)
        seen, reason = request.POST.get("seen", ""), request.POST.get("reason", "")
        actions.approve(grant=grant, dataset=dataset, seen=seen, reason=reason, **said)
        messages.success(request, f"已签批，授权 {grant.code} 即时生效；使用单位可领取密钥。")
        return redirect("grants:page", reference=reference)
    shown = looking.preview(grant, **doing(request))
    return render(request, "grants/sign.html", {"grant": grant, "dataset": dataset, "shown": shown})


@keeper.keep(admissions.KEY, state_of=_state_of)
@require_POST
@never_cache
def key(request: DeskRequest, reference: str) -> HttpResponse:
    """Makes the key and shows it, once."""
    grant = _find(request, reference)
    made = actions.issue_key(grant=grant, **doing(request))
    dataset = request.stores.shelf.dataset(grant.dataset)
    return render(
        request, "grants/key.html", {"grant": grant, "key": made, "dataset": dataset, "host": request.get_host()}
    )


@keeper.keep(admissions.MOVE, state_of=_state_of)
@require_POST
def move(request: DeskRequest, reference: str, to: str) -> HttpResponse:
    """One move of the flow, by the action that belongs to it."""
    grant = _find(request, reference)
    way = flows.check_move(grant.matter, to)
    said = doing(request)
    reason = request.POST.get("reason", "")
    if to in BY_REASON:
        BY_REASON[to](grant=grant, reason=reason, **said)
    elif to == "withdrawn":
        actions.withdraw(grant=grant, **said)
    elif grant.state == "suspended":
        actions.resume(grant=grant, reason=reason, **said)
    else:
        raise flows.NotAllowed(f"「{way.title}」须在专门页面办理", where=grant.code, help="请返回申请页面办理")
    messages.success(request, f"已办理：{way.title}。")
    return redirect("grants:page", reference=reference)


def _find(request: DeskRequest, reference: str) -> Grant:
    visible = Grant.objects.visible_to(request.hats).select_related(
        "matter", "system__department", "provider", "granted_by"
    )
    return get_object_or_404(visible, reference=reference)


def _is_hers(request: DeskRequest, grant: Grant) -> bool:
    """True where the matter waits for her: nobody urges herself."""
    return type(grant.matter).objects.waiting_for(request.user, request.hats).filter(pk=grant.matter_id).exists()


def _can_sign(request: DeskRequest, grant: Grant, dataset: Dataset) -> bool:
    if grant.state not in ("asked", "provider"):
        return False
    is_direct = grant.state == "asked"
    signs = flows.can_move(grant.matter, flows.check_move(grant.matter, "granted"), request.user, on=request.on)
    return signs and (not is_direct or is_unconditional(grant.columns, dataset))


def _form(request: DeskRequest, dataset: Dataset, initial: dict[str, Any]) -> forms.Ask:
    departments = {hat.department for hat in request.hats if hat.role in permissions.ASKING}
    return forms.Ask(request.POST or None, initial=initial, dataset=dataset, departments=departments)


def _render_form(request: DeskRequest, form: forms.Ask, dataset: Dataset, more: dict[str, Any]) -> HttpResponse:
    chosen = set(form["columns"].value() or ())
    columns = [{"column": column, "is_chosen": column.name in chosen} for column in dataset.columns]
    return render(request, "grants/ask.html", {"form": form, "dataset": dataset, "columns": columns, **more})
