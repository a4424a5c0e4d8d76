"""Pages of a citizen's own data: uses, proofs, objections, corrections. Each shows what is theirs, or nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django import shortcuts
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators import http as methods

from taihu.control.flows import clock
from taihu.data.ledger import node
from taihu.data.ledger import proof as proofs
from taihu.doors.portal.mine import actions, forms, identity, uses
from taihu.doors.portal.mine.identity import Citizen
from taihu.doors.portal.models import Appeal
from taihu.doors.portal.views import for_everybody
from taihu.terms.dataset import Dataset


def for_citizen(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Asks who is here, and tells the view; nobody is sent to the entrance. No copy of the page is kept anywhere."""

    @functools.wraps(view)
    def open_view(request: Any, *args: Any, **named: Any) -> HttpResponseBase:
        citizen = identity.citizen_of(request)
        if citizen is None:
            return shortcuts.redirect("portal:mine")
        return _private(view(request, citizen, *args, **named))

    return for_everybody(open_view)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "private, no-store"
    return response


@methods.require_safe
@for_everybody
def mine(request: Any) -> HttpResponseBase:
    """The uses of the citizen's data; for nobody yet, the entrance."""
    citizen = identity.citizen_of(request)
    if citizen is None:
        people = identity.demo_citizens(request.stores, request.at)
        words = {"people": people, "is_demo": identity.is_demo()}
        return _private(shortcuts.render(request, "mine/entrance.html", words))
    found = uses.list_uses(citizen, request.stores, request.at)
    page = Paginator(found, uses.PAGE).get_page(request.GET.get("page"))
    words = {
        "citizen": citizen,
        "page": page,
        "total": len(found),
        "departments": len({use.department_id for use in found}),
        "delays": uses.delays_of(request.stores),
        "appeals": Appeal.objects.filter(subject=citizen.subject).select_related("matter"),
    }
    return _private(shortcuts.render(request, "mine/uses.html", words))


@methods.require_POST
@for_everybody
def mine_enter(request: Any) -> HttpResponseBase:
    """Takes the invented citizen whom a visitor of the demo chose; outside a demo there is none to choose."""
    people = identity.demo_citizens(request.stores, request.at)
    wanted = request.POST.get("person", "")
    if not (wanted.isascii() and wanted.isdigit() and int(wanted) < len(people)):
        raise Http404
    identity.enter(request, people[int(wanted)])
    return shortcuts.redirect("portal:mine")


@methods.require_POST
@for_everybody
def mine_leave(request: Any) -> HttpResponseBase:
    """Ends the visit."""
    identity.leave(request)
    return shortcuts.redirect("portal:mine")


@methods.require_safe
@for_citizen
def mine_use(request: Any, citizen: Citizen, segment: str, number: int) -> HttpResponseBase:
    """One use, whether its proof holds now, and what can be done about it."""
    found = uses.find_use(citizen, segment, number, request.stores, request.at)
    verdict = proofs.verify(node.prove(request.stores.ledger, found.id).to_json())
    before = Appeal.objects.filter(subject=citizen.subject, entry=found.id).select_related("matter")
    words = {"citizen": citizen, "use": found, "verdict": verdict, "appeals": before, "form": forms.Objection()}
    return shortcuts.render(request, "mine/use.html", words)


@methods.require_safe
@for_citizen
def mine_proof(request: Any, citizen: Citizen, segment: str, number: int) -> HttpResponseBase:
    """The proof as a file: the public part of the entry, without the tokens of anybody."""
    found = uses.find_use(citizen, segment, number, request.stores, request.at)
    body = node.prove(request.stores.ledger, found.id).to_json()
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="proof-{segment}-{number}.json"'
    return response


@methods.require_POST
@for_citizen
def mine_object(request: Any, citizen: Citizen, segment: str, number: int) -> HttpResponseBase:
    """Files an objection to a use."""
    found = uses.find_use(citizen, segment, number, request.stores, request.at)
    form = forms.Objection(request.POST)
    if not form.is_valid():
        words = {"citizen": citizen, "use": found, "form": form, "appeals": ()}
        return shortcuts.render(request, "mine/use.html", words, status=422)
    made = actions.object_to(
        use=found, citizen=citizen, words=form.cleaned_data["words"], at=request.at, stores=request.stores
    )
    return shortcuts.redirect("portal:mine_appeal", reference=made.reference)


@for_citizen
def mine_correct(request: Any, citizen: Citizen) -> HttpResponseBase:
    """Asks the sole source of a data item to correct it."""
    form = forms.Correction(request.POST or None, datasets=_about_people(request))
    if request.method == "POST" and form.is_valid():
        dataset, column = form.chosen(request.stores.shelf)
        said = form.cleaned_data["words"]
        made = actions.ask_correction(
            dataset=dataset, column=column, citizen=citizen, words=said, at=request.at, stores=request.stores
        )
        return shortcuts.redirect("portal:mine_appeal", reference=made.reference)
    words = {"citizen": citizen, "form": form}
    return shortcuts.render(request, "mine/correct.html", words, status=422 if form.errors else 200)


@methods.require_safe
@for_citizen
def mine_appeal(request: Any, citizen: Citizen, reference: str) -> HttpResponseBase:
    """One objection or correction: where it stands, until when, and the answer."""
    mine = Appeal.objects.filter(subject=citizen.subject).select_related("matter")
    found = shortcuts.get_object_or_404(mine, reference=reference)
    on, calendar = clock.day_of(request.at), clock.calendar_of(request.stores)
    words = {"citizen": citizen, "appeal": found, "remaining": found.matter.remaining(on=on, calendar=calendar)}
    return shortcuts.render(request, "mine/appeal.html", words)


def _about_people(request: Any) -> list[Dataset]:
    """The datasets whose rows are about persons: which of them hold somebody is not told here."""
    found = [one for one in request.stores.shelf.datasets() if any(c.is_vaulted for c in one.columns)]
    return [one for one in found if any("person" in column.label.kinds for column in one.columns)]
