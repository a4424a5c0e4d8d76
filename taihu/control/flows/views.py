"""What can be done with any matter, whatever it is about: urge it, hand it over to a colleague."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper
from taihu.control.accounts.models import Person
from taihu.control.accounts.requests import DeskRequest, doing
from taihu.control.flows import actions, admissions, permissions, registry
from taihu.control.flows.models import Matter


@keeper.keep(admissions.URGE)
@require_POST
def urge(request: DeskRequest, pk: int) -> HttpResponse:
    """Urges whoever the matter waits for."""
    matter = _find(request, pk)
    actions.urge(matter=matter, **doing(request), reason=request.POST.get("reason", ""))
    messages.success(request, "已催办，对方的待办中会置顶显示。")
    return redirect(registry.address(matter.subject) or "desk:inbox")


@keeper.keep(admissions.HAND_OVER)
def hand_over(request: DeskRequest, pk: int) -> HttpResponse:
    """Gives the next step to a colleague by name."""
    matter = _find(request, pk)
    if not permissions.moves_for(matter, request.user, on=request.on):
        raise permissions.NotAllowed("该事项现在不由您办理", help="只有当前经办人可以转交")
    mates = [mate for mate in _colleagues(request) if permissions.moves_for(matter, mate, on=request.on)]
    if request.method == "POST":
        to = next((mate for mate in mates if str(mate.pk) == request.POST.get("to")), None)
        if to is None:
            raise actions.CannotHandOver("请选择一位可以办理此环节的同事", help="名单只列出同部门、同角色的在岗同事")
        reason = request.POST.get("reason", "")
        actions.hand_over(matter=matter, to=to, **doing(request), reason=reason)
        messages.success(request, f"已转交给{to.name}。")
        return redirect("desk:inbox")
    return render(request, "flows/hand_over.html", {"matter": matter, "mates": mates})


def _find(request: DeskRequest, pk: int) -> Matter:
    matter = get_object_or_404(Matter, pk=pk)
    if not permissions.can_see(matter, request.user, on=request.on):
        raise Http404
    return matter


def _colleagues(request: DeskRequest) -> list[Person]:
    departments = {hat.department for hat in request.hats}
    found = Person.objects.filter(department__in=departments, is_active=True).exclude(pk=request.user.pk)
    return [mate for mate in found if not mate.is_away(on=request.on)]
