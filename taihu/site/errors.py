"""Pages for what went wrong: they say what happened, why, and where to go on."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django import http, shortcuts
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from taihu.terms.problem import Problem

log = logging.getLogger(__name__)

CODES = {400: "D-400", 403: "D-403", 404: "D-404", 429: "D-429", 500: "D-500", 503: "D-503"}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request could not be read."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The visitor may not do this; the page says in which role he is here."""
    return _page(request, 403, str(exception) if isinstance(exception, Problem) else "")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is at that address, or nothing that this visitor may know of."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """We failed. The page needs no database: it knows no person and shows no messages."""
    request.user = AnonymousUser()
    return _page(request, 500)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was missing or old."""
    log.warning("form refused: %s", reason)
    return _page(request, 403, kind="forged")


def _page(request: HttpRequest, status: int, detail: str = "", kind: str = "") -> HttpResponse:
    key = kind or str(status)
    if not request.accepts("text/html") and request.accepts("application/json"):
        shape = {"code": CODES[status], "message": HTTPStatus(status).phrase, "where": request.path, "help": ""}
        return http.JsonResponse(shape, status=status)
    words: dict[str, object] = {part: f"errors.{key}.{part}" for part in ("title", "why", "help")}
    words |= {"code": CODES[status], "detail": detail}
    if status == 500:
        words["messages"] = ()
    return shortcuts.render(request, "site/error.html", words, status=status)
