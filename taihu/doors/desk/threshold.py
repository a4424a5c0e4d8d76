"""The threshold: reads the clock once per request, opens the stores, ends stale sessions, and answers problems."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject

from taihu.control.accounts import sessions
from taihu.control.accounts.models import Person
from taihu.control.accounts.requests import DeskRequest
from taihu.control.accounts.roles import Role
from taihu.control.flows import clock
from taihu.data.engines.stores import Stores
from taihu.data.ledger import state
from taihu.doors.desk import stores
from taihu.terms.problem import Problem

log = logging.getLogger(__name__)


KEEPERS = frozenset({Role.OFFICER, Role.SYSADMIN})


def _warning(request: DeskRequest) -> str:
    """What the bureau and the system administrator must know on every page: that the ledger cannot write."""
    if not any(hat.role in KEEPERS for hat in request.hats):
        return ""
    return state.why_read_only(request.stores.ledger)


class Threshold:
    """Middleware: `request.at`, `request.on`, `request.hats`, `request.stores`; a Problem becomes a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Prepares the request and passes it on; a session that is over is ended first."""
        desk = cast(DeskRequest, request)
        desk.at = getattr(request, "at", None) or datetime.datetime.now(datetime.UTC)
        desk.on = clock.day_of(desk.at)
        desk.stores = cast(Stores, SimpleLazyObject(stores.opened))
        desk.hats = ()
        desk.warning = ""
        if (
            isinstance(person := getattr(request, "user", None), SimpleLazyObject | Person)
            and request.user.is_authenticated
        ):
            why = sessions.why_over(request, at=desk.at)
            if why:
                sessions.sign_out(request, cast(Person, person), at=desk.at, stores=desk.stores, reason=why)
                messages.info(request, f"{why}，请重新登录。")
                return redirect(f"/login?next={request.path}" if request.method == "GET" else "/login")
            sessions.touch(request, at=desk.at)
            desk.hats = cast(Person, person).hats(on=desk.on)
            desk.warning = _warning(desk)
        response = self._get_response(request)
        if desk.hats:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answers a Problem in the one shape: a page for people, JSON for programs."""
        if not isinstance(exception, Problem):
            return None
        log.info("%s at %s", exception.code, request.path)
        shape = exception.to_shape()
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse(shape, status=exception.status)
        return render(
            request, "desk/problem.html", {"problem": shape, "status": exception.status}, status=exception.status
        )
