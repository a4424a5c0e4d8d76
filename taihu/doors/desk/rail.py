"""The desk's rail and top bar: seven words at most by role, who is here and as what, and how much waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from taihu.control.accounts import admissions as accounts
from taihu.control.accounts.models import Department, Person
from taihu.control.accounts.requests import DeskRequest
from taihu.control.accounts.roles import Hat, Role
from taihu.control.catalogue import admissions as catalogue
from taihu.control.flows.models import Matter
from taihu.control.grants import admissions as grants
from taihu.control.runs import admissions as runs
from taihu.doors.desk import admissions


@dataclass(frozen=True, slots=True)
class Link:
    """One word, as the shell reads it."""

    title: str
    url: str
    icon: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody whom a visitor of the demo may become."""

    username: str
    title: str


@dataclass(frozen=True, slots=True)
class Wearing:
    """Who is here, as the shell reads it."""

    name: str
    role: str
    department: str
    inbox_url: str
    inbox_count: int
    links: tuple[Link, ...]
    sign_out_url: str
    is_demo: bool
    others: tuple[Other, ...]
    switch_url: str


WORDS = (
    ("待办", "desk:inbox", "inbox", admissions.INBOX),
    ("批次", "desk:batches", "batch", admissions.BATCHES),
    ("目录", "catalogue:list", "catalogue", catalogue.LIST),
    ("申请与授权", "grants:list", "grant", grants.LIST),
    ("任务", "runs:list", "run", runs.LIST),
    ("人员", "accounts:people", "people", accounts.PEOPLE),
    ("角色权限", "desk:rights", "settings", admissions.RIGHTS),
    ("标签与脱敏", "desk:labels", "shield", admissions.LABELS),
    ("异常使用", "desk:alarms", "warn", admissions.ALARMS),
    ("泄露追溯", "desk:leak", "search", admissions.LEAK),
    ("依法删除", "desk:erasures", "close", admissions.ERASURES),
    ("留痕台账", "desk:ledger", "ledger", admissions.LEDGER),
)
WORKERS = frozenset({Role.STEWARD, Role.APPROVER, Role.OFFICER})
PATTERNS = (
    ("专题", "pages:topics", "topic", "taihu.patterns.pages"),
    ("事件", "cases:list", "case", "taihu.patterns.cases"),
)
DEMO_PEOPLE = 20


def words(request: HttpRequest) -> Iterator[Link]:
    """The words that her hats open."""
    desk = cast(DeskRequest, request)
    roles = {hat.role for hat in getattr(desk, "hats", ())}
    for title, route, icon, admission in WORDS:
        if roles & admission.roles():
            count = waiting(desk) if route == "desk:inbox" else None
            yield Link(title, reverse(route), icon, count)
        if route == "grants:list" and roles & WORKERS:
            yield from _pattern_words()


def _pattern_words() -> Iterator[Link]:
    for title, route, icon, app in PATTERNS:
        url = _reverse(route) if apps.is_installed(app) else ""
        if url:
            yield Link(title, url, icon)


def wearing(request: HttpRequest) -> Wearing | None:
    """The person and the hats that she wears, for the top bar."""
    desk = cast(DeskRequest, request)
    person = desk.user
    if not isinstance(person, Person):
        person = Person.objects.get(pk=person.pk)
    hats = tuple(getattr(desk, "hats", ()))
    links = [
        Link("修改密码", reverse("accounts:password"), "lock"),
        Link("身份验证器", reverse("accounts:second_factor"), "shield"),
    ]
    if any(hat.role in accounts.STAND_IN.roles() for hat in hats):
        links.insert(0, Link("委托与休假", reverse("accounts:stand_in"), "people"))
    return Wearing(
        name=person.name,
        role="、".join(_title(hat) for hat in hats) or "无角色",
        department=person.department.title if person.department else "",
        inbox_url=reverse("desk:inbox"),
        inbox_count=waiting(desk),
        links=tuple(links),
        sign_out_url=reverse("accounts:sign_out"),
        is_demo=bool(settings.TAIHU_DEMO),
        others=_others(person) if settings.TAIHU_DEMO else (),
        switch_url=reverse("accounts:demo"),
    )


def waiting(request: DeskRequest) -> int:
    """How many matters wait for her; counted once per request."""
    counted: int | None = getattr(request, "_waiting", None)
    if counted is None:
        counted = Matter.objects.waiting_for(request.user, getattr(request, "hats", ())).count()
        request._waiting = counted  # type: ignore[attr-defined]
    return counted


def _title(hat: Hat) -> str:
    return hat.role.title if hat.is_own else f"{hat.role.title}（代办）"


def _others(person: Person) -> tuple[Other, ...]:
    found = Person.objects.filter(is_demo=True, is_active=True).exclude(pk=person.pk).select_related("department")
    titles = dict(Department.objects.values_list("pk", "title"))
    return tuple(
        Other(other.username, f"{other.name} · {titles.get(other.department_id or '', '')}")
        for other in found[:DEMO_PEOPLE]
    )


def _reverse(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""
