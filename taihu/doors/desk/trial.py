"""Trial: a query laid against a permit before anybody runs it: what would leave, what not, by which path, what would do."""

from __future__ import annotations

import dataclasses

from django.http import HttpResponse
from django.shortcuts import render

from taihu.control.accounts import keeper
from taihu.control.accounts.models import Department
from taihu.control.accounts.requests import DeskRequest
from taihu.control.accounts.roles import Role
from taihu.data.guard import examine, remedies, standing
from taihu.data.guard.permits import Permits
from taihu.data.guard.question import Ask
from taihu.doors.desk import admissions, lineage
from taihu.terms.label import PUBLIC, Label, Level
from taihu.terms.permit import Permit
from taihu.terms.problem import Problem

LONGEST_TEXT = 20_000
# What her permit would let through if it reached less far: how she sees whether something could be shared or opened.
CEILINGS = {
    "L1": "向社会开放（L1，不含个人信息）",
    "L2": "至 L2",
    "L3": "至 L3",
}


@keeper.keep(admissions.TRIAL)
def trial(request: DeskRequest) -> HttpResponse:
    """The verdict on a query under one of her permits; no row is read, nothing is entered."""
    permits = _permits(request)
    chosen = request.POST.get("permit", "")
    text = request.POST.get("text", "")[:LONGEST_TEXT]
    shown: dict[str, object] = {
        "permits": permits,
        "chosen": chosen,
        "ceilings": CEILINGS,
        "ceiling": request.POST.get("ceiling", ""),
        "text": text,
        "queries": _queries(request),
    }
    permit = _lower(permits.get(chosen), request.POST.get("ceiling", ""))
    if request.method == "POST" and permit is not None and text.strip():
        shown |= _examine(request, text.strip(), permit)
    return render(request, "desk/trial.html", shown)


def _examine(request: DeskRequest, text: str, permit: Permit) -> dict[str, object]:
    question = Ask(query=text) if " " not in text else Ask(text=text)
    try:
        found = examine.examine(question, permit, stores=request.stores)
    except Problem as problem:
        return {"problem": problem, "permit": permit}
    titles = dict(Department.objects.values_list("pk", "title"))
    return {
        "found": found,
        "permit": permit,
        "verdicts": (found.rows, *found.outputs),
        "ways": [(way.chinese, way.english) for way in found.remedies],
        "english": remedies.say(found.remedies, "en") if found.remedies else "",
        "drawing": lineage.draw(found, titles),
    }


def _lower(permit: Permit | None, ceiling: str) -> Permit | None:
    """The permit, cut to a lower level where one is chosen; what is open to all holds no kinds."""
    if permit is None or ceiling not in CEILINGS:
        return permit
    level = min(Level[ceiling], permit.label.level)
    return dataclasses.replace(permit, label=PUBLIC if level is Level.L1 else Label(level, permit.label.kinds))


def _permits(request: DeskRequest) -> dict[str, Permit]:
    """The permits of her departments, all of them for the bureau; and what each department has of its own data."""
    departments = {hat.department for hat in request.hats}
    sees_all = any(hat.role is Role.OFFICER for hat in request.hats)
    permits = Permits(request.stores.root / "guard" / "permits.sqlite3")
    try:
        granted = permits.list()
    finally:
        permits.close()
    found = {permit.grant: permit for permit in granted if sees_all or permit.department in departments}
    for department in sorted(departments):
        owned = [one for one in request.stores.shelf.datasets() if one.department == department]
        if owned:
            own = standing.standing_permit(department, owned)
            found[own.grant] = own
    return found


def _queries(request: DeskRequest) -> list[str]:
    return sorted(query.id for pack in request.stores.shelf.packs.values() for query in pack.queries)
