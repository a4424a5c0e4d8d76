"""Pages of cases: the list, one record with its timeline and clock, a report by a person."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.db.models.expressions import OrderBy
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper
from taihu.control.accounts.models import Department
from taihu.control.accounts.requests import DeskRequest
from taihu.control.accounts.roles import Role
from taihu.control.flows import clock, seeing
from taihu.control.flows import permissions as flows
from taihu.control.flows.clock import Remaining
from taihu.data.guard import typed
from taihu.patterns import access
from taihu.patterns.cases import actions, admissions, forms, kinds
from taihu.patterns.cases.models import Case, CaseQuerySet
from taihu.terms.pack import CaseKind, Pack, UnknownName

ROWS_A_PAGE = 50
SORTS: dict[str, tuple[str | OrderBy, ...]] = {
    "due": (F("matter__due_on").asc(nulls_last=True), "-id"),
    "opened": ("-matter__opened_at", "-id"),
    "heading": ("heading", "-id"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list: the case, how its kind and state are called, and what is left of its clock."""

    case: Case
    kind: str
    remaining: Remaining

    @property
    def words(self) -> str:
        """What is left of the clock, where there is one."""
        return self.remaining.words

    @property
    def source(self) -> str:
        """Who found it: a watch or a person."""
        return "监测" if self.case.source.startswith("watch:") else "人工上报"


@keeper.keep(admissions.LIST)
def cases(request: DeskRequest) -> HttpResponse:
    """The cases that she may see, filtered by what stands in the URL, the most urgent first."""
    wanted = {name: request.GET.get(name, "").strip()[:120] for name in ("kind", "state", "late", "q", "sort", "topic")}
    visible = Case.objects.seen_by(request.hats).select_related("matter")
    found = _filter(visible, wanted, request)
    found = found.order_by(*SORTS.get(wanted["sort"], SORTS["due"]))
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    titles = _titles(request)
    calendar = clock.calendar_of(request.stores)
    lines = [
        Line(case, titles.get(case.kind, case.kind), case.matter.remaining(on=request.on, calendar=calendar))
        for case in page
    ]
    counts = visible.aggregate(
        open=Count("id", filter=Q(matter__ended_at__isnull=True)),
        late=Count("id", filter=Q(matter__ended_at__isnull=True, matter__due_on__lt=request.on)),
        closed=Count("id", filter=Q(matter__ended_at__isnull=False)),
    )
    known = {kind.id: kind.title for pack in request.stores.shelf.packs.values() for kind in pack.cases}
    shown = {
        "page": page,
        "lines": lines,
        "wanted": wanted,
        "counts": counts,
        "kinds": known,
        "states": _states(request),
    }
    return render(request, "cases/list.html", shown)


def _filter(found: CaseQuerySet, wanted: dict[str, str], request: DeskRequest) -> CaseQuerySet:
    if wanted["kind"]:
        found = found.filter(kind=wanted["kind"])
    if wanted["topic"]:
        found = found.filter(kind__startswith=f"{wanted['topic']}.")
    if wanted["state"] == "open" or not wanted["state"]:
        found = found.filter(matter__ended_at__isnull=True)
    elif wanted["state"] != "all":
        found = found.filter(matter__state=wanted["state"])
    if wanted["late"]:
        found = found.filter(matter__ended_at__isnull=True, matter__due_on__lt=request.on)
    if wanted["q"]:
        found = found.filter(Q(heading__icontains=wanted["q"]) | Q(key__icontains=wanted["q"]))
    return found


def _titles(request: DeskRequest) -> dict[str, str]:
    return {kind.id: kind.title for pack in request.stores.shelf.packs.values() for kind in pack.cases}


def _states(request: DeskRequest) -> dict[str, str]:
    flow_kinds = [kind for pack in request.stores.shelf.packs.values() for kind in pack.cases]
    return {state.name: state.title for kind in flow_kinds[:1] for state in kinds.make_flow(kind).states}


@keeper.keep(admissions.RECORD)
def record(request: DeskRequest, pk: int) -> HttpResponse:
    """One case: state with clock, who must act, the facts, the history, related things both ways."""
    case = _find(request, pk)
    pack, kind = _kind_of(request, case)
    departments = dict(Department.objects.filter(pk__in={case.host, case.handler}).values_list("pk", "title"))
    remaining = case.matter.remaining(on=request.on, calendar=clock.calendar_of(request.stores))
    ceiling = seeing.find_ceiling(case.matter, request.user, on=request.on)
    others = Case.objects.seen_by(request.hats).filter(kind=case.kind, key=case.key).exclude(pk=pk)
    shown = {
        "case": case,
        "kind": kind,
        "pack": pack,
        "watch": _watch_of(pack, case),
        "host": departments.get(case.host, case.host),
        "handler": departments.get(case.handler, case.handler),
        "place": case.place.removeprefix("POINT(").removesuffix(")").replace(" ", ", "),
        "loop": _loop_of(case),
        "moves": flows.moves_for(case.matter, request.user, on=request.on),
        "waits": _waits_for(case, departments),
        "can_urge": case.matter.ended_at is None,
        "remaining": remaining,
        "clock": remaining.words,
        "steps": seeing.list_lines(case.matter, request.user, on=request.on),
        "typed": {name: typed.show(getattr(case, name), Case.labels[name], ceiling) for name in ("text", "result")},
        "others": others.select_related("matter")[:20],
        "pages": [page for page in pack.pages if kind.name in page.cases and access.can_see(pack, request.hats)],
    }
    return render(request, "cases/record.html", shown)


def _loop_of(case: Case) -> list[tuple[str, str]]:
    """The steps of the loop with where the case stands: done, now or next; a refused case stops where it was."""
    states = [state for state in case.matter.definition.states if state.name != "void"]
    if case.matter.state == "void":
        return [(states[0].title, "done"), (case.matter.place.title, "wrong")]
    here = [state.name for state in states].index(case.matter.state)
    marks = [
        "done" if place < here or case.matter.ended_at else "now" if place == here else "next"
        for place in range(len(states))
    ]
    return [(state.title, mark) for state, mark in zip(states, marks, strict=True)]


def _waits_for(case: Case, departments: dict[str, str]) -> str:
    role = case.matter.waits_role
    department = case.matter.waits_department
    return f"{departments.get(department, '')}{Role(role).title}" if role else "平台"


def _watch_of(pack: Pack, case: Case) -> object:
    return next((watch for watch in pack.watches if case.source == f"watch:{watch.id}"), None)


@keeper.keep(admissions.ABOUT)
def about(request: DeskRequest, subject: str) -> HttpResponse:
    """Leads from what a matter is about to its latest case."""
    kind, _, key = subject.partition(":")
    case = Case.objects.seen_by(request.hats).filter(kind=kind, key=key).order_by("-id").first()
    if case is None:
        raise Http404
    return redirect("cases:record", pk=case.pk)


@require_POST
@keeper.keep(admissions.MOVE)
def move(request: DeskRequest, pk: int, to: str) -> HttpResponse:
    """One move along the loop."""
    case = _find(request, pk)
    step = actions.move(
        case=case, to=to, by=request.user, at=request.at, stores=request.stores, reason=request.POST.get("reason", "")
    )
    messages.success(request, f"已办理：{step.title}。")
    return redirect("cases:record", pk=pk)


@keeper.keep(admissions.REPORT)
def report(request: DeskRequest, kind: str) -> HttpResponse:
    """A person reports a case of a kind."""
    try:
        pack, declared = kinds.find_kind(request.stores.shelf, kind)
    except UnknownName:
        raise Http404 from None
    form = forms.Report(request.POST or None, pack=pack, kind=declared)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        key = actions.make_key(declared.about, form.values(), where=declared.id)
        told = actions.Report(key, said["heading"], "person", form.facts(), said["level"], text=said["text"])
        case = actions.open_case(
            pack=pack, kind=declared, report=told, by=request.user, at=request.at, stores=request.stores
        )
        messages.success(request, f"已上报「{case.heading}」，等待受理。")
        return redirect("cases:record", pk=case.pk)
    return render(request, "cases/report.html", {"form": form, "pack": pack, "kind": declared})


def _find(request: DeskRequest, pk: int) -> Case:
    return get_object_or_404(Case.objects.seen_by(request.hats).select_related("matter"), pk=pk)


def _kind_of(request: DeskRequest, case: Case) -> tuple[Pack, CaseKind]:
    try:
        return kinds.find_kind(request.stores.shelf, case.kind)
    except UnknownName:
        raise Http404 from None
