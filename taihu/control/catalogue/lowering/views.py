"""Pages of lowering: all declassifiers, one with labels before and after, its figures, moves and history."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper
from taihu.control.accounts.models import Department
from taihu.control.accounts.requests import DeskRequest, doing
from taihu.control.accounts.roles import Role
from taihu.control.catalogue.lowering import actions, admissions, forms, permissions, words
from taihu.control.catalogue.lowering.models import Approval, Attempt
from taihu.control.flows import permissions as flows
from taihu.data.guard.lowering import falling
from taihu.terms.declassifier import MANUAL
from taihu.terms.pack import UnknownName

ATTEMPTS = 20


@keeper.keep(admissions.LIST)
def declassifiers(request: DeskRequest) -> HttpResponse:
    """All declassifiers that she may see, each with its method, labels, state and last run."""
    visible = list(Approval.objects.visible_to(request.hats).select_related("matter", "provider"))
    told = []
    for down in falling.list_declassifiers(request.stores.shelf):
        approvals = [approval for approval in visible if approval.declassifier == down.id]
        if approvals or _sees_plain(request, down.id):
            last = Attempt.objects.filter(declassifier=down.id).first()
            told.append(words.tell(falling.read_falling(down.id, request.stores.shelf), approvals, last))
    outcomes = [words.tell_outcome(one.last) if one.last else "" for one in told]
    return render(request, "lowering/list.html", {"rows": list(zip(told, outcomes, strict=True))})


@keeper.keep(admissions.PAGE)
def page(request: DeskRequest, declassifier: str) -> HttpResponse:
    """One declassifier; `name:provider` leads to the same page."""
    name = declassifier.partition(":")[0]
    found, approvals = _find(request, name)
    titles = dict(Department.objects.values_list("pk", "title"))
    attempts = list(Attempt.objects.filter(declassifier=name)[:ATTEMPTS])
    last = next((one for one in attempts if one.digest == found.digest and one.figures), None)
    shown = {
        "told": words.tell(found, approvals, attempts[0] if attempts else None),
        "dataset": found.dataset,
        "sources": [(source.title, titles.get(source.department, source.department)) for source in found.sources],
        "query": request.stores.shelf.query(f"{found.pack.id}.{found.declassifier.query}"),
        "approvals": [_tell(request, approval, found) for approval in approvals],
        "figures": words.tell_figures(last.figures) if last else [],
        "figures_of": last,
        "reasons": last.reasons if last else [],
        "attempts": [(one, words.tell_outcome(one)) for one in attempts],
        "can_try": any(hat.role in admissions.TRY.roles() for hat in request.hats),
    }
    return render(request, "lowering/page.html", shown)


def _tell(request: DeskRequest, approval: Approval, found: falling.Falling) -> dict[str, object]:
    moves = flows.moves_for(approval.matter, request.user, on=request.on)
    return {
        "approval": approval,
        "is_approved": words.is_approved(approval, found),
        "is_manual": found.declassifier.method == MANUAL,
        "can_ask": any(move.source == "draft" for move in moves),
        "moves": [move for move in moves if move.source != "draft"],
        "steps": approval.matter.steps.select_related("on_behalf_of").order_by("-number"),
    }


@keeper.keep(admissions.TRY)
@require_POST
def try_out(request: DeskRequest, declassifier: str) -> HttpResponse:
    """Asks the worker for a try; its figures appear on the page."""
    found, _ = _find(request, declassifier)
    actions.ask_run(declassifier, found.dataset.title, by=request.user.username, at=request.at, is_try=True)
    messages.success(request, "已安排试算，完成后数字显示在本页；试算不发布任何数据。")
    return redirect("lowering:page", declassifier=declassifier)


def _state_of(request: DeskRequest, declassifier: str, to: str = "") -> str:
    return _find_approval(request, declassifier).matter.state


@keeper.keep(admissions.ASK, state_of=_state_of)
@require_POST
def ask(request: DeskRequest, declassifier: str) -> HttpResponse:
    """Hands the declaration in, as it was shown."""
    approval = _find_approval(request, declassifier)
    form = forms.Asked(request.POST)
    if not form.is_valid():
        raise permissions.NotSeen("提交的内容不完整", where=approval.declassifier, help="请刷新页面后重新提交")
    said = form.cleaned_data
    actions.ask(approval=approval, seen=said["seen"], reason=said["reason"], until=said["until"], **doing(request))
    messages.success(request, "已提交数源单位审核。")
    return redirect("lowering:page", declassifier=approval.declassifier)


@keeper.keep(admissions.MOVE, state_of=_state_of)
@require_POST
def move(request: DeskRequest, declassifier: str, to: str) -> HttpResponse:
    """One move of the flow, by the action that belongs to it."""
    approval = _find_approval(request, declassifier)
    way = flows.check_move(approval.matter, to)
    said, reason, seen = doing(request), request.POST.get("reason", ""), request.POST.get("seen", "")
    if to == "bureau":
        actions.approve(approval=approval, seen=seen, **said)
    elif to == "approved":
        actions.allow(approval=approval, seen=seen, **said)
    elif to == "stopped":
        actions.stop(approval=approval, reason=reason, **said)
    elif way.is_return:
        actions.send_back(approval=approval, reason=reason, **said)
    else:
        actions.reopen(approval=approval, reason=reason, **said)
    messages.success(request, f"已办理：{way.title}。")
    return redirect("lowering:page", declassifier=approval.declassifier)


def _find(request: DeskRequest, name: str) -> tuple[falling.Falling, list[Approval]]:
    try:
        found = falling.read_falling(name, request.stores.shelf)
    except UnknownName as unknown:
        raise Http404 from unknown
    visible = Approval.objects.visible_to(request.hats).select_related("matter", "provider", "owner")
    approvals = list(visible.filter(declassifier=name))
    if not approvals and not _sees_plain(request, name):
        raise Http404
    return found, approvals


def _sees_plain(request: DeskRequest, name: str) -> bool:
    """Where nothing falls there is nothing to approve: those of its department and the bureau see it."""
    pack, down = falling.find_declassifier(name, request.stores.shelf)
    return down.is_plain and any(h.role is Role.OFFICER or h.department == pack.department for h in request.hats)


def _find_approval(request: DeskRequest, key: str) -> Approval:
    name, _, provider = key.partition(":")
    visible = Approval.objects.visible_to(request.hats).select_related("matter")
    found = visible.filter(declassifier=name, provider=provider).first()
    if found is None:
        raise Http404
    return found
