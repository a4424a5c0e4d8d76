"""Pages of citizens' objections and corrections for the department that must answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper
from taihu.control.accounts.requests import DeskRequest, doing
from taihu.control.flows import actions, clock
from taihu.control.flows import permissions as flows
from taihu.data.ledger.ledger import Found
from taihu.doors.desk import admissions
from taihu.doors.portal.models import Appeal
from taihu.terms.problem import Problem


@keeper.keep(admissions.APPEAL)
def page(request: DeskRequest, reference: str) -> HttpResponse:
    """What a citizen says, the use that it is about, and the answers that she may give."""
    appeal = _find(request, reference)
    shelf = request.stores.shelf
    return render(
        request,
        "desk/appeal.html",
        {
            "appeal": appeal,
            "found": _use(request, appeal),
            "column": shelf.dataset(appeal.dataset).column(appeal.column).title if appeal.column else "",
            "moves": flows.moves_for(appeal.matter, request.user, on=request.on),
            "remaining": appeal.matter.remaining(on=request.on, calendar=clock.calendar_of(request.stores)),
            "steps": appeal.matter.steps.select_related("on_behalf_of").order_by("-number"),
        },
    )


@keeper.keep(admissions.APPEAL_MOVE)
@require_POST
def move(request: DeskRequest, reference: str, to: str) -> HttpResponse:
    """Answers; the citizen reads the reason."""
    appeal = _find(request, reference)
    actions.move(matter=appeal.matter, to=to, reason=request.POST.get("reason", ""), **doing(request))
    messages.success(request, "已答复，本人可在「我的数据」中看到。")
    return redirect("desk:appeal", reference=reference)


def _find(request: DeskRequest, reference: str) -> Appeal:
    found = Appeal.objects.filter(reference=reference).select_related("matter").first()
    if found is None or not flows.can_see(found.matter, request.user, on=request.on):
        raise Http404
    return found


def _use(request: DeskRequest, appeal: Appeal) -> Found | None:
    """The entry, where it is still kept."""
    if not appeal.entry:
        return None
    try:
        return request.stores.ledger.find(appeal.entry)
    except Problem:
        return None
