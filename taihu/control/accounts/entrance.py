"""Pages of the entrance: name and password, then the second factor where there is one; the way out."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from taihu.control.accounts import admissions, attempts, forms, keeper, passwords, second, sessions
from taihu.control.accounts.attempts import Attempt
from taihu.control.accounts.models import Person
from taihu.control.accounts.requests import DeskRequest

# What the session holds between the two steps, and for how long.
HALF_WAY = "half_way"
HALF_WAY_FOR = datetime.timedelta(minutes=5)
STEPS = 2


@sensitive_post_parameters("password")
@keeper.keep(admissions.SIGN_IN)
def sign_in(request: DeskRequest) -> HttpResponseBase:
    """Asks for name and password. A wrong one is answered alike for known and unknown names, in text and in time."""
    form = forms.SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            attempt = attempts.begin(request, form.cleaned_data["username"], at=request.at)
        except attempts.Paused as paused:
            return _paused(request, paused)
        person = auth.authenticate(request, **form.cleaned_data)
        if isinstance(person, Person) and (settings.TAIHU_DEMO or not person.is_demo):
            if second.is_enrolled(person):
                return _go_half_way(request, person)
            return _enter(request, person, attempt, _next(request))
        form.add_error(None, "登录名或密码不正确")
    demo = (
        Person.objects.filter(is_demo=True, is_active=True).select_related("department") if settings.TAIHU_DEMO else ()
    )
    return render(request, "accounts/sign_in.html", {"form": form, "demo": demo, "next": request.GET.get("next", "")})


@sensitive_post_parameters("code")
@keeper.keep(admissions.SECOND_STEP)
def second_step(request: DeskRequest) -> HttpResponseBase:
    """Asks for the code of the application, of who gave name and password a moment ago."""
    person = _half_way(request)
    if person is None:
        messages.info(request, "请重新输入登录名与密码。")
        return redirect("accounts:sign_in")
    form = forms.Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            attempt = attempts.begin(request, person.username, at=request.at)
            second.prove(person=person, code=form.cleaned_data["code"], at=request.at, stores=request.stores)
        except attempts.Paused as paused:
            return _paused(request, paused)
        except (second.WrongCode, second.NoAuthenticator) as wrong:
            form.add_error("code", f"{wrong.message}。{wrong.help}")
        else:
            return _enter(request, person, attempt, request.session[HALF_WAY]["next"], steps=STEPS)
    return render(request, "accounts/second_step.html", {"form": form})


@keeper.keep(admissions.DEMO)
@require_POST
def demo(request: DeskRequest) -> HttpResponseBase:
    """Signs in as another demo person; exists only while the house runs as a demo, and only for demo accounts."""
    if not settings.TAIHU_DEMO:
        raise Http404
    person = get_object_or_404(Person, username=request.POST.get("username", ""), is_demo=True, is_active=True)
    if isinstance(request.user, Person):
        sessions.sign_out(request, request.user, at=request.at, stores=request.stores, reason="切换演示身份")
    sessions.sign_in(request, person, at=request.at, stores=request.stores)
    return redirect(_next(request))


@keeper.keep(admissions.SIGN_OUT)
@require_POST
def sign_out(request: DeskRequest) -> HttpResponseBase:
    """Ends the session."""
    sessions.sign_out(request, request.user, at=request.at, stores=request.stores)
    return redirect(settings.LOGOUT_REDIRECT_URL or "/")


def _enter(request: DeskRequest, person: Person, attempt: Attempt, where: str, *, steps: int = 1) -> HttpResponse:
    """Begins the session, and knows the browser from now on."""
    attempts.succeed(attempt, steps=steps)
    sessions.sign_in(request, person, at=request.at, stores=request.stores)
    response = redirect("accounts:password" if passwords.is_stale(person, at=request.at) else where)
    attempts.remember(request, response, person, at=request.at)
    return response


def _go_half_way(request: DeskRequest, person: Person) -> HttpResponse:
    request.session.flush()
    request.session[HALF_WAY] = {
        "person": person.pk,
        "proof": person.get_session_auth_hash(),
        "at": request.at.timestamp(),
        "next": _next(request),
    }
    return redirect("accounts:second_step")


def _half_way(request: DeskRequest) -> Person | None:
    """Who gave her password a moment ago; nobody where it has changed since, or the account was stopped."""
    said: dict[str, Any] = request.session.get(HALF_WAY) or {}
    if not said or request.at.timestamp() - said["at"] > HALF_WAY_FOR.total_seconds():
        return None
    person = Person.objects.filter(pk=said["person"], is_active=True).first()
    return person if person is not None and person.get_session_auth_hash() == said["proof"] else None


def _paused(request: DeskRequest, paused: attempts.Paused) -> HttpResponse:
    response = render(request, "registration/locked.html", {"problem": paused.to_shape()}, status=paused.status)
    response["Retry-After"] = str(paused.seconds)
    return response


def _next(request: DeskRequest) -> str:
    """Where to go after signing in: only within the house."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else settings.LOGIN_REDIRECT_URL
