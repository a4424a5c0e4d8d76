"""The site's own pages: the component page, the choice of language and theme, and the health check."""

from __future__ import annotations

from django import http, shortcuts
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators import http as methods

from taihu.control.accounts import keeper
from taihu.data.ledger import state as ledger_state
from taihu.site import look, showcase


@methods.require_safe
@keeper.keep(keeper.admit_public("components"))
def components(request: HttpRequest) -> HttpResponse:
    """Shows each component in each of its states."""
    return shortcuts.render(request, "site/components.html", showcase.describe(request.at))  # type: ignore[attr-defined]


@methods.require_POST
@keeper.keep(keeper.admit_public("look"))
def choose(request: HttpRequest) -> HttpResponse:
    """Keeps the visitor's language or theme and goes back to where he was."""
    back = request.POST.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = http.HttpResponseRedirect(back)
    for name, allowed in (("language", tuple(look.LANGUAGES)), ("theme", look.THEMES)):
        value = request.POST.get(name)
        if value in allowed:
            secure = request.is_secure()
            response.set_cookie(name, value, max_age=look.YEAR_SECONDS, samesite="Lax", httponly=True, secure=secure)
    return response


@methods.require_safe
@keeper.keep(keeper.admit_public("healthz"))
def healthz(request: HttpRequest) -> HttpResponse:
    """Says that the process answers and its database too; and where the ledger cannot write, that only L1 leaves.

    That is no failure of the process: it goes on serving open data, so the status stays 200.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    why = ledger_state.why_read_only(request.stores.ledger)  # type: ignore[attr-defined]
    text = f"degraded: ledger read-only, L1 only ({why})\n" if why else "ok\n"
    return http.HttpResponse(text, content_type="text/plain; charset=utf-8")
