"""The page for leaks: a file that turned up somewhere goes in, the delivery that it comes from comes out."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms import DateField
from django.http import HttpResponse
from django.shortcuts import render

from taihu.control.accounts import keeper
from taihu.control.accounts.models import Department, Person
from taihu.control.accounts.requests import DeskRequest
from taihu.data.guard import deliver
from taihu.data.guard.imprint import apart
from taihu.data.guard.imprint.leak import NotALeak
from taihu.data.guard.imprint.recognise import Suspect
from taihu.doors.desk import admissions
from taihu.terms import fault

MOST_BYTES = 50_000_000
SHOWN = 5


@keeper.keep(admissions.LEAK)
def leak(request: DeskRequest) -> HttpResponse:
    """The form; after it whom the marks name. The file is looked at and kept nowhere."""
    words: dict[str, object] = {
        "dataset": request.POST.get("dataset", "").strip(),
        "since": request.POST.get("since", ""),
    }
    given = request.FILES.get("file")
    if request.method == "POST":
        try:
            found = _trace(request, given)
        except NotALeak as problem:
            return render(request, "desk/leak.html", {**words, "problem": problem}, status=422)
        words |= {"is_asked": True, "rows": _tell(found), "count": len(found)}
        words["is_named"] = any(suspect.is_named for suspect in found)
    return render(request, "desk/leak.html", words)


def _trace(request: DeskRequest, given: UploadedFile[Any] | None) -> list[Suspect]:
    if given is None or not given.size or given.size > MOST_BYTES:
        limit = f"请选择不超过 {MOST_BYTES // 1_000_000} MB 的 CSV 或 xlsx 文件"
        raise NotALeak("没有文件，或文件过大", where="file", help=limit)
    with tempfile.TemporaryDirectory(dir=request.stores.root) as folder:
        path = Path(folder) / "leak"
        fault.point("desk.leak.write")
        with path.open("wb") as file:
            for chunk in given.chunks():
                file.write(chunk)
        table = apart.read_apart(path)
    return deliver.trace(
        table,
        stores=request.stores,
        by=request.user.username,
        at=request.at,
        dataset=request.POST.get("dataset", "").strip()[:200],
        since=_day(request.POST.get("since", "")),
    )


def _day(text: str) -> datetime.date | None:
    field = DateField(required=False)
    try:
        found: datetime.date | None = field.clean(text)
    except ValidationError:
        return None
    return found


def _tell(found: list[Suspect]) -> list[dict[str, object]]:
    """The named ones, else the likeliest; people and departments by their names."""
    shown = ([suspect for suspect in found if suspect.is_named] or found)[:SHOWN]
    titles = dict(Department.objects.values_list("pk", "title"))
    names = dict(Person.objects.values_list("username", "name"))
    return [
        {
            "suspect": suspect,
            "department": titles.get(suspect.delivery.department, suspect.delivery.department),
            "person": names.get(suspect.delivery.by, suspect.delivery.by),
            "probability": f"{suspect.probability:.2%}",
            "wrong": f"{suspect.wrong_at_most:.1e}",
        }
        for suspect in shown
    ]
