"""Attempts to sign in: counted by name and address, paused for ever longer, and never so that a stranger locks you out.

A browser from which the person has signed in before is counted by itself: whatever strangers do, it still gets in.
An attempt is counted before its password is checked, so that many at once are not more than one after the other.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from taihu.control.accounts import rules
from taihu.control.accounts.factor import Failures, KnownBrowser
from taihu.control.accounts.models import Person
from taihu.terms import fault
from taihu.terms.problem import Problem

COOKIE = "known"
NEIGHBOURHOOD = 64


class Paused(Problem):
    """Too many wrong attempts: the next one waits."""

    code = "A-PAUSE-01"
    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__("登录已暂停", help=f"请在 {_say(seconds)}后再试；忘记密码请联系系统管理员")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Attempt:
    """The keys under which one attempt is counted; the first is forgotten when it succeeds."""

    own: str
    address: str


def begin(request: HttpRequest, name: str, *, at: datetime.datetime) -> Attempt:
    """Counts an attempt by a name, known or not; raises Paused."""
    allowed = rules.rules_at(at)
    browser = find_browser(request, name, at=at)
    address = address_of(request)
    if browser is not None:
        attempt = Attempt(_key("browser", str(browser.pk)), "")
    else:
        attempt = Attempt(_key("name", name.strip().lower(), address), _key("address", address))
    with transaction.atomic():
        pauses = [_pause(attempt.own, at=at)]
        if attempt.address:
            pauses.append(_pause(attempt.address, at=at))
        if any(pauses):
            raise Paused(max(pauses))
        _count(attempt.own, allowed.failures, allowed, at=at)
        if attempt.address:
            _count(attempt.address, allowed.failures_of_address, allowed, at=at)
    return attempt


def succeed(attempt: Attempt, *, steps: int = 1) -> None:
    """Forgets the failures of this name from here; those of the address fade by themselves, but for these steps."""
    with transaction.atomic():
        fault.point("accounts.attempt.forget")
        Failures.objects.filter(key=attempt.own).delete()
        one = Failures.objects.filter(key=attempt.address).first()
        if one is not None:
            one.count = max(0, one.count - steps)
            one.save(update_fields=["count"])


def remember(request: HttpRequest, response: HttpResponse, person: Person, *, at: datetime.datetime) -> None:
    """Makes this browser a known one of the person; its cookie holds a random number and nothing else."""
    days = rules.rules_at(at).known_browser_days
    browser = find_browser(request, person.username, at=at)
    token = request.COOKIES.get(COOKIE, "") if browser else secrets.token_urlsafe(32)
    fault.point("accounts.browser.know")
    if browser is None:
        KnownBrowser.objects.create(person=person, hashed=_key(token), known_at=at, seen_at=at)
    else:
        KnownBrowser.objects.filter(pk=browser.pk).update(seen_at=at)
    response.set_cookie(
        COOKIE, token, max_age=days * 86_400, path="/login", httponly=True, secure=settings.TAIHU_TLS, samesite="Lax"
    )


def find_browser(request: HttpRequest, name: str, *, at: datetime.datetime) -> KnownBrowser | None:
    """The known browser of that name that asks, if it is one and was seen lately."""
    token = request.COOKIES.get(COOKIE, "")
    since = at - datetime.timedelta(days=rules.rules_at(at).known_browser_days)
    asked = KnownBrowser.objects.filter(hashed=_key(token), person__username=name, seen_at__gte=since)
    return asked.first()


def address_of(request: HttpRequest) -> str:
    """Who asks. Our gateway, on this machine, says for whom it asks; nobody else is believed. Of IPv6 the network."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        found = ipaddress.ip_address(peer)
        if found.is_loopback and told:
            found = ipaddress.ip_address(told)
    except ValueError:
        return peer
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, NEIGHBOURHOOD), strict=False))


def _key(*parts: str) -> str:
    """A keyed hash: what people type by mistake where the name belongs may be a password."""
    return hmac.new(settings.SECRET_KEY.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def _pause(key: str, *, at: datetime.datetime) -> int:
    """How many seconds the key has to wait."""
    found = Failures.objects.filter(key=key, paused_until__gt=at).first()
    return 1 + int((found.paused_until - at).total_seconds()) if found and found.paused_until else 0


def _count(key: str, most: int, allowed: rules.Rules, *, at: datetime.datetime) -> None:
    fault.point("accounts.attempt.count")
    one, _ = Failures.objects.get_or_create(key=key, defaults={"last_at": at})
    forgotten = at - one.last_at > datetime.timedelta(hours=allowed.failures_forgotten_hours)
    one.count = 1 if forgotten else one.count + 1
    one.last_at = at
    over = one.count - most
    seconds = min(allowed.pause_seconds * 2 ** min(over, 20), allowed.longest_pause_seconds) if over >= 0 else 0
    one.paused_until = at + datetime.timedelta(seconds=seconds) if seconds else None
    one.save()


def _say(seconds: int) -> str:
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"
