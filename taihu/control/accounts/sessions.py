"""Sessions: how long idle, how long in all, how many browsers at once; each sign-in and sign-out is in the ledger."""

from __future__ import annotations

import datetime

from django.contrib import auth
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from taihu.control.accounts import rules, trace
from taihu.control.accounts.models import Person, SignIn
from taihu.data.engines.stores import Stores
from taihu.terms import fault

BEGUN, SEEN = "begun_at", "seen_at"


def sign_in(request: HttpRequest, person: Person, *, at: datetime.datetime, stores: Stores) -> None:
    """Begins a session with a new key; the oldest ones over the limit end."""
    with transaction.atomic():
        fault.point("accounts.session.begin")
        request.session.flush()
        auth.login(request, person, backend="django.contrib.auth.backends.ModelBackend")
        request.session[BEGUN] = request.session[SEEN] = at.timestamp()
        if request.session.session_key is None:
            request.session.create()
        SignIn.objects.create(person=person, session_key=request.session.session_key or "", at=at)
        Person.objects.filter(pk=person.pk).update(last_login=at)
        live = SignIn.objects.filter(person=person, ended_at=None).order_by("-at", "-pk")
        for older in live[rules.rules_at(at).sessions_at_once :]:
            _end(older, at=at, reason="在其他设备登录")
        trace.leave(stores=stores, act="accounts.sign-in", by=person, at=at, where="desk")


def sign_out(
    request: HttpRequest, person: Person, *, at: datetime.datetime, stores: Stores, reason: str = "本人退出"
) -> None:
    """Ends the session of this browser."""
    with transaction.atomic():
        fault.point("accounts.session.end")
        for one in SignIn.objects.filter(session_key=request.session.session_key, ended_at=None):
            _end(one, at=at, reason=reason)
        trace.leave(stores=stores, act="accounts.sign-out", by=person, at=at, where="desk")
    auth.logout(request)


def why_over(request: HttpRequest, *, at: datetime.datetime) -> str:
    """Why a session is over at this moment; empty while it holds."""
    begun, seen = request.session.get(BEGUN), request.session.get(SEEN)
    if begun is None or seen is None:
        return "会话无效"
    now, allowed = at.timestamp(), rules.rules_at(at)
    if now - begun > allowed.whole.total_seconds():
        return f"登录已满 {allowed.session_hours} 小时"
    if now - seen > allowed.idle.total_seconds():
        return f"{allowed.idle_minutes} 分钟未操作"
    return ""


def touch(request: HttpRequest, *, at: datetime.datetime) -> None:
    """Notes that the person is there, at most once a minute, so that not every page writes a session."""
    if at.timestamp() - request.session.get(SEEN, 0) > 60:
        request.session[SEEN] = at.timestamp()


def end_all(person: Person, *, at: datetime.datetime, reason: str, keep: str = "") -> None:
    """Ends all sessions of a person but the one to keep; the caller enters why in the ledger."""
    for one in SignIn.objects.filter(person=person, ended_at=None).exclude(session_key=keep):
        _end(one, at=at, reason=reason)


def _end(one: SignIn, *, at: datetime.datetime, reason: str) -> None:
    fault.point("accounts.session.remove")
    Session.objects.filter(session_key=one.session_key).delete()
    one.ended_at, one.end_reason = at, reason
    one.save(update_fields=["ended_at", "end_reason"])
