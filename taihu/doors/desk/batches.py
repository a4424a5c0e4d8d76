"""Pages of deliveries: the list, one batch with its row equation and reasons, the rows that went back, an upload."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from taihu.control.accounts import keeper
from taihu.control.accounts.models import Department
from taihu.control.accounts.requests import DeskRequest
from taihu.control.accounts.roles import Role
from taihu.control.runs import actions as runs
from taihu.control.runs.models import UNFINISHED, Run
from taihu.data.collect import batches, receive
from taihu.data.refine import report, still_open
from taihu.data.refine import workbook as marking
from taihu.doors.desk import admissions, returned
from taihu.terms.dataset import Dataset
from taihu.terms.problem import Problem

PAGE_ROWS = 50
STATES = {"received": "已接收，待治理", "refined": "已治理", "refused": "整批退回"}
TONES = {"received": "info", "refined": "ok", "refused": "bad"}


@keeper.keep(admissions.BATCHES)
def listing(request: DeskRequest) -> HttpResponse:
    """Deliveries of her department (all for the bureau), newest first, filtered by dataset and state in the URL."""
    dataset, state = request.GET.get("dataset", ""), request.GET.get("state", "")
    found = visible(request)
    waiting = count_open(request, found)
    shown = [
        batch
        for batch in found
        if (not dataset or batch.dataset == dataset) and (not state or state in _states(batch, waiting))
    ]
    known = {one.id: one for one in request.stores.shelf.datasets()}
    page = Paginator([describe(batch, known, waiting) for batch in shown], PAGE_ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "desk/batches.html",
        {
            "page": page,
            "datasets": {batch.dataset: known[batch.dataset].title for batch in found if batch.dataset in known},
            "dataset": dataset,
            "state": state,
            "states": {"open": "有待改正行", "returned": "有退回行", **STATES},
            "departments": dict(Department.objects.values_list("pk", "title")),
            "total": len(found),
            "open_batches": sum(bool(waiting.get(batch.id)) for batch in found),
            "open_rows": sum(waiting.get(batch.id, 0) for batch in found),
            "can_upload": bool(uploadable(request)),
        },
    )


@keeper.keep(admissions.BATCH)
def batch(request: DeskRequest, batch_id: str) -> HttpResponse:
    """One delivery: receipt, what was detected, rows in = accepted + returned, the reasons, the score."""
    found = find(request, batch_id)
    dataset = request.stores.shelf.dataset(found.dataset)
    refined = report.find(request.stores.root, found.id)
    columns = {column.name: column.title for column in dataset.columns}
    reasons = sorted(refined.reasons, key=lambda reason: -reason.rows) if refined else []
    is_own = any(h.role in admissions.DEPARTMENT and h.department == found.department for h in request.hats)
    run = Run.objects.filter(job="refine", key=found.id).order_by("-asked_at").first()
    return render(
        request,
        "desk/batch.html",
        {
            **describe(found, {dataset.id: dataset}, count_open(request, [found])),
            "dataset": dataset,
            "department": Department.objects.filter(pk=found.department).first(),
            "refined": refined,
            "reasons": [{"reason": reason, "column": columns.get(reason.column, reason.column)} for reason in reasons],
            "most": max((reason.rows for reason in reasons), default=0),
            "rows": returned.read(request, found, dataset) if is_own and found.returned else None,
            "is_own": is_own,
            "may_mend": is_own and any(hat.role is Role.STEWARD for hat in request.hats) and bool(found.returned),
            "run": run if run and run.state in UNFINISHED else None,
            "failed": run if run and run.problem_code else None,
            "mended_by": [one for one in visible(request) if one.replaces == found.id],
        },
    )


@keeper.keep(admissions.WORKBOOK)
def workbook(request: DeskRequest, batch_id: str) -> HttpResponse:
    """Her own workbook, same layout, the returned cells red with the reason as a comment."""
    found = find(request, batch_id)
    permit = returned.permit_for(request.stores.shelf.dataset(found.dataset))
    body = marking.mark_workbook(
        batch=found, stores=request.stores, permit=permit, by=request.user.username, at=request.at
    )
    response = HttpResponse(body, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    name = f"{found.filename.rpartition('.')[0] or found.filename}-标注.xlsx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


@keeper.keep(admissions.UPLOAD)
def upload(request: DeskRequest) -> HttpResponse:
    """Takes a delivery, or a mended workbook, and shows its receipt at once; refining is a run of its own."""
    known = uploadable(request)
    chosen = request.POST.get("dataset") or request.GET.get("dataset") or ""
    replaces = request.POST.get("replaces") or request.GET.get("replaces") or ""
    problem = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if chosen not in known:
            problem = "请选择报送的数据资源。"
        elif file is None or not file.name:
            problem = "请选择要报送的文件。"
        else:
            if replaces:
                find(request, replaces)
            delivery = receive.Delivered(file.file, file.name, replaces=replaces)  # type: ignore[arg-type]
            receipt = receive.receive(
                delivery=delivery, dataset=known[chosen], stores=request.stores, by=request.user.username, at=request.at
            )
            ask_refining(request, receipt)
            return redirect("desk:batch", batch_id=receipt.id)
    words = {"datasets": known, "chosen": chosen, "replaces": replaces, "problem": problem}
    return render(request, "desk/upload.html", words, status=400 if problem else 200)


def ask_refining(request: DeskRequest, receipt: receive.Receipt) -> None:
    """Asks for the run that refines a received batch, and tells her what came of the delivery."""
    if not receipt.is_new:
        messages.info(request, "这份文件此前已报送过，内容完全相同，未重复登记。以下是原批次。")
        return
    if receipt.problem:
        messages.error(request, f"文件未能读取：{receipt.problem['message']}")
        return
    title = f"治理 {receipt.batch.filename}"
    by = request.user.username
    args, department = {"batch": receipt.id}, receipt.batch.department
    runs.ask(job="refine", args=args, key=receipt.id, title=title, department=department, at=request.at, by=by)
    messages.success(request, "文件已接收，正在治理。")


def visible(request: DeskRequest) -> list[Any]:
    """The deliveries that she may know of."""
    if any(hat.role is Role.OFFICER for hat in request.hats):
        return [as_refined(request, one) for one in batches.list_batches(request.stores)]
    mine = {hat.department for hat in request.hats if hat.role in admissions.DEPARTMENT}
    found = [one for department in sorted(mine) for one in batches.list_batches(request.stores, department=department)]
    return sorted((as_refined(request, one) for one in found), key=lambda one: -one.number)


def as_refined(request: DeskRequest, batch: Any) -> Any:
    """The delivery with what refining made of it, also where the register has not heard of it yet."""
    refined = report.find(request.stores.root, batch.id) if batch.accepted is None and not batch.problem else None
    if refined is None:
        return batch
    return dataclasses.replace(batch, state="refined", accepted=refined.accepted, returned=refined.returned)


def find(request: DeskRequest, batch_id: str) -> Any:
    """The delivery of that id, if she may know of it; Http404 otherwise, alike for unknown and foreign ones."""
    try:
        found = batches.find_batch(request.stores, batch_id)
    except Problem as problem:
        if problem.status == 404:
            raise Http404 from None
        raise
    mine = {hat.department for hat in request.hats if hat.role in admissions.DEPARTMENT}
    if found.department not in mine and not any(hat.role is Role.OFFICER for hat in request.hats):
        raise Http404
    return as_refined(request, found)


def uploadable(request: DeskRequest) -> dict[str, Dataset]:
    """The datasets that her department promises to send."""
    mine = {hat.department for hat in request.hats if hat.role is Role.STEWARD}
    return {one.id: one for one in request.stores.shelf.datasets() if one.department in mine}


def count_open(request: DeskRequest, found: Iterable[Any]) -> dict[str, int]:
    """How many returned rows of the batches' datasets still wait to be mended, by batch."""
    known = {one.id for one in request.stores.shelf.datasets()}
    counted: dict[str, int] = {}
    for name in sorted({batch.dataset for batch in found if batch.returned} & known):
        counted |= still_open.count_open(stores=request.stores, dataset=name)
    return counted


def describe(batch: Any, known: dict[str, Dataset], waiting: Mapping[str, int]) -> dict[str, Any]:
    """A delivery as a row of the list."""
    dataset = known.get(batch.dataset)
    title, tone = STATES[batch.state], TONES[batch.state]
    if batch.returned:
        title, tone = ("有待改正行", "warn") if waiting.get(batch.id) else ("退回行已处理", "ok")
    return {
        "batch": batch,
        "title": dataset.title if dataset else batch.dataset,
        "state": title,
        "tone": tone,
        "open": waiting.get(batch.id, 0) if batch.state == "refined" else None,
        "is_green": batch.state == "refined" and not batch.returned,
        "share": batch.accepted / batch.rows_in if batch.accepted is not None and batch.rows_in else None,
    }


def _states(batch: Any, waiting: Mapping[str, int]) -> set[str]:
    """The words of the filter that hold for a batch."""
    if not batch.returned:
        return {str(batch.state)}
    return {"returned", "open"} if waiting.get(batch.id) else {"returned"}
