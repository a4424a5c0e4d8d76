"""What a citizen does on the page of their own data: object to a use, ask for a correction."""

from __future__ import annotations

import datetime
import secrets

from django.db import transaction
from django.db.models import QuerySet

from taihu.control.accounts import trace
from taihu.control.accounts.models import Department
from taihu.control.accounts.roles import Role
from taihu.control.flows import actions as flows
from taihu.control.flows.flow import Flow
from taihu.data.engines.stores import Stores
from taihu.doors.portal.mine.flow import CORRECTION, OBJECTION
from taihu.doors.portal.mine.identity import Citizen
from taihu.doors.portal.mine.uses import Use
from taihu.doors.portal.models import Appeal
from taihu.terms import fault
from taihu.terms.dataset import Dataset
from taihu.terms.problem import Problem
from taihu.terms.shelf import Shelf

MOST_OPEN = 20


class AlreadyAppealed(Problem):
    """The citizen has an open matter about the same thing, or very many."""

    code = "D-110"
    status = 409


class NobodyAnswers(Problem):
    """No department is known that could answer."""

    code = "D-111"
    status = 409


def object_to(*, use: Use, citizen: Citizen, words: str, at: datetime.datetime, stores: Stores) -> Appeal:
    """Opens an objection for the department that used the data; a second one goes to the bureau for review."""
    before = Appeal.objects.filter(kind=OBJECTION.name, subject=citizen.subject, entry=use.id)
    _check_none_open(before, citizen)
    handler = use.department_id if Department.objects.filter(pk=use.department_id).exists() else _bureau()
    appeal = Appeal(entry=use.id, dataset=" ".join(use.dataset_ids)[:400], department=handler)
    title = f"对「{'、'.join(use.datasets)[:60]}」使用记录的异议"
    with transaction.atomic():
        made = _open(OBJECTION, appeal, title, citizen, words, at, stores)
        if before.exclude(pk=made.pk).exists():
            reason = "本人对使用单位的答复不服"
            flows.move(matter=made.matter, to="review", by=None, at=at, stores=stores, reason=reason)
    return made


def ask_correction(
    *, dataset: Dataset, column: str, citizen: Citizen, words: str, at: datetime.datetime, stores: Stores
) -> Appeal:
    """Opens a correction for the department whose value of the column wins."""
    before = Appeal.objects.filter(kind=CORRECTION.name, subject=citizen.subject, dataset=dataset.id, column=column)
    _check_none_open(before, citizen)
    handler = sole_source(dataset, column, stores.shelf)
    if not Department.objects.filter(pk=handler).exists():
        raise NobodyAnswers("该数据项的数源单位尚未登记", where=dataset.id, help="请联系主管部门")
    appeal = Appeal(dataset=dataset.id, column=column, department=handler)
    title = f"更正「{dataset.title}」的「{dataset.column(column).title}」"
    return _open(CORRECTION, appeal, title, citizen, words, at, stores)


def sole_source(dataset: Dataset, column: str, shelf: Shelf) -> str:
    """The department whose value wins for a column (一数一源): by the base that the dataset is, or is joined into."""
    for base in (base for pack in shelf.packs.values() for base in pack.bases):
        wanted = column
        if base.id != dataset.id:
            member = next((one for one in base.members if one.dataset == dataset.id), None)
            wanted = next((own for own, theirs in (member.columns if member else {}).items() if theirs == column), "")
        source = next((one for one in base.sources if one.column == wanted), None)
        winner = next((one.dataset for one in base.members if source and _is_named(one.dataset, source.order[0])), "")
        if winner:
            return shelf.dataset(winner).department
    return dataset.department


def _is_named(dataset: str, name: str) -> bool:
    return name in (dataset, dataset.rpartition(".")[2])


def _check_none_open(before: QuerySet[Appeal], citizen: Citizen) -> None:
    waiting = Appeal.objects.filter(subject=citizen.subject, matter__ended_at__isnull=True)
    if before.filter(matter__ended_at__isnull=True).exists():
        raise AlreadyAppealed("您已就此提出，正在办理", help="请在「我的申请」中查看进展")
    if waiting.count() >= MOST_OPEN:
        raise AlreadyAppealed(f"您正在办理的事项已达 {MOST_OPEN} 件", help="请等已提出的事项答复后再提")


def _open(
    flow: Flow, appeal: Appeal, title: str, citizen: Citizen, words: str, at: datetime.datetime, stores: Stores
) -> Appeal:
    """Opens the matter and keeps the appeal in one transaction; the words stay out of the ledger and of the matter."""
    appeal.kind, appeal.subject, appeal.words, appeal.at = flow.name, citizen.subject, words, at
    appeal.reference, appeal.who = secrets.token_hex(8), f"{citizen.name} {citizen.number}"
    facts = trace.Facts(department="public", system="portal", dataset=appeal.dataset, detail={"entry": appeal.entry})
    with transaction.atomic():
        appeal.matter = flows.open(
            flow=flow,
            subject=f"{flow.name}:{appeal.reference}",
            title=title,
            sides={"handler": appeal.department},
            by=None,
            at=at,
            stores=stores,
            facts=facts,
        )
        fault.point("portal.appeal.keep")
        appeal.save()
    return appeal


def _bureau() -> str:
    """The department that runs the platform: where its officers are."""
    found = Department.objects.filter(people__assignments__role=Role.OFFICER, people__assignments__ended_at=None)
    pk = found.values_list("pk", flat=True).first()
    if pk is None:
        raise NobodyAnswers("尚无可受理的部门", help="请联系平台运营单位")
    return str(pk)
