"""Pages of deletions that the law orders: what was asked, what would go by place, who approved, and the proof."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper
from taihu.control.accounts.requests import DeskRequest, doing
from taihu.control.accounts.roles import Role
from taihu.control.catalogue import erasing
from taihu.control.flows import permissions as flows
from taihu.control.flows.models import Matter
from taihu.data.collect.erasure import orders, records
from taihu.data.collect.erasure.records import Record, Records
from taihu.doors.desk import admissions
from taihu.terms.problem import Problem

STATES = {"asked": "待批准", "running": "执行中", "done": "已删除", "refused": "不予删除"}
KINDS = {records.PERSON: "一人的数据", records.PERIOD: "到期数据"}
MOST = 200
WATCHING = frozenset((Role.OFFICER, Role.SECADMIN, Role.AUDITOR))
SHOWN_AGAIN = ("dataset", "ground", "reference", "reason")


class Order(forms.Form):
    """An order: a person by number, or a dataset whose period is over; its ground, reference and reason."""

    identifier = forms.CharField(
        label="公民身份号码",
        required=False,
        max_length=40,
        help_text="删除一人时填写；办结后平台不再保留",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    dataset = forms.ChoiceField(label="数据资源", required=False, help_text="删除到期数据时选择；不填号码")
    ground = forms.CharField(label="依据", max_length=200, help_text="法律、法规的名称与条款")
    reference = forms.CharField(label="文号", max_length=80, help_text="决定或申请的编号")
    reason = forms.CharField(label="理由", max_length=400)

    def __init__(self, *args: object, datasets: list[tuple[str, str]], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["dataset"].choices = [("", "（无）"), *datasets]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, str]:
        """Either a person or a dataset."""
        said: dict[str, str] = super().clean() or {}
        if bool(said.get("identifier")) == bool(said.get("dataset")):
            raise forms.ValidationError("请填写公民身份号码，或选择一个数据资源，二者取其一。")
        return said


@keeper.keep(admissions.ERASURES)
def erasures(request: DeskRequest) -> HttpResponse:
    """All deletions, newest first."""
    found = Records(request.stores.root).list_all()
    matters = erasing.find_matters(found)
    rows = [_describe(record) for record in found if _is_seen(request, matters.get(record.id))][:MOST]
    may_ask = any(hat.role is Role.OFFICER for hat in request.hats)
    return render(request, "desk/erasures.html", {"rows": rows, "may_ask": may_ask})


@keeper.keep(admissions.ERASURE_ASK)
@sensitive_post_parameters("identifier")
def ask(request: DeskRequest) -> HttpResponse:
    """Files an order; the number never comes back to the page."""
    kept = [(d.id, f"{d.title}（{d.keep.years} 年）") for d in request.stores.shelf.datasets() if d.keep]
    form = Order(request.POST or None, datasets=kept)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        words = orders.Words(said["ground"], said["reference"], said["reason"])
        if said["dataset"]:
            record = erasing.ask_for_period(dataset=said["dataset"], words=words, **doing(request))
        else:
            provider = request.user.department_id or ""
            record = erasing.ask_for_person(
                identifier=said["identifier"], words=words, provider=provider, **doing(request)
            )
        messages.success(request, "已提出，正在列出各处将删除的行数。")
        return redirect("desk:erasure", reference=record.id)
    if form.is_bound:
        form.data = {"identifier": "", **{k: form.data.get(k, "") for k in SHOWN_AGAIN}}
    return render(request, "desk/erasure_ask.html", {"form": form})


@keeper.keep(admissions.ERASURE)
def erasure(request: DeskRequest, reference: str) -> HttpResponse:
    """One deletion: the order, the rows by place, and what may be done."""
    record = _find(request, reference)
    matter = erasing.find_matter(record)
    moves = flows.moves_for(matter, request.user, on=request.on) if matter else ()
    told = _describe(record) | {"moves": moves, "steps": matter.steps.order_by("-number") if matter else ()}
    return render(request, "desk/erasure.html", told)


@keeper.keep(admissions.ERASURE_MOVE)
@require_POST
def move(request: DeskRequest, reference: str, to: str) -> HttpResponse:
    """Approves or refuses."""
    record = _find(request, reference)
    if to == "approved":
        erasing.approve(record=record, **doing(request))
    elif to == "refused":
        erasing.refuse(record=record, reason=request.POST.get("reason", ""), **doing(request))
    else:
        raise Http404
    messages.success(request, "已办理。")
    return redirect("desk:erasure", reference=reference)


@keeper.keep(admissions.ERASURE_PROOF)
def proof(request: DeskRequest, reference: str) -> HttpResponseBase:
    """The proof file."""
    record = _find(request, reference)
    path = orders.folder_of(record.id, request.stores.root) / "proof.json"
    if record.state != records.DONE or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"erasure-{record.id}.json")


def _find(request: DeskRequest, reference: str) -> Record:
    """A deletion that she may see; for her the others do not exist."""
    try:
        record = Records(request.stores.root).find(reference)
    except Problem as problem:
        raise Http404 from problem
    if not _is_seen(request, erasing.find_matter(record)):
        raise Http404
    return record


def _is_seen(request: DeskRequest, matter: Matter | None) -> bool:
    """The bureau and the officers who watch see all, a department's approver what her department decides about."""
    if any(hat.role in WATCHING for hat in request.hats):
        return True
    return matter is not None and flows.can_see(matter, request.user, on=request.on)


def _describe(record: Record) -> dict[str, object]:
    return {"record": record, "state": STATES[record.state], "kind": KINDS[record.kind]}
