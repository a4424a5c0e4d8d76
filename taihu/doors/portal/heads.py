"""Pages of the published heads (台账公示): what everybody can compare a proof with."""

from __future__ import annotations

import re
from typing import Any

from django import shortcuts
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators import http as methods

from taihu.data.ledger import history, node
from taihu.doors.portal.views import for_everybody

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
SHOWN = 24


@methods.require_safe
@for_everybody
def heads(request: Any) -> HttpResponse:
    """The latest heads, and whether the whole month is one unbroken history."""
    told = node.tell(request.stores.ledger, month=_month(request))
    shown = [node.read_one(one) for one in reversed(told["heads"][-SHOWN:])]
    verdict = history.verify_history(told)
    latest = node.last_published(request.stores.ledger.root)
    words = {"told": told, "heads": shown, "verdict": verdict, "latest": latest}
    return shortcuts.render(request, "portal/heads.html", words)


@methods.require_safe
@for_everybody
def heads_json(request: Any) -> HttpResponse:
    """The same for programs, with the proofs between the heads: what `taihu verify --published` takes."""
    response = JsonResponse(node.tell(request.stores.ledger, month=_month(request)))
    response["Content-Disposition"] = 'attachment; filename="heads.json"'
    return response


def _month(request: HttpRequest) -> str:
    wanted = request.GET.get("month", "")
    return wanted if MONTH.fullmatch(wanted) else ""
