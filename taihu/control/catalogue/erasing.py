"""Two persons for a deletion that the law orders: the bureau asks, the security officer or the provider approves."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction

from taihu.control.accounts import trace
from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import Role
from taihu.control.catalogue.erasing_flow import FLOW
from taihu.control.flows import actions as flows
from taihu.control.flows import permissions
from taihu.control.flows.models import Matter
from taihu.control.runs import actions as runs
from taihu.data.collect.erasure import erase, orders, records
from taihu.data.collect.erasure.orders import Words
from taihu.data.collect.erasure.records import Record
from taihu.data.engines.stores import Stores

PREVIEW, ERASE = "erase.preview", "erase"


def ask_for_person(
    *, identifier: str, words: Words, provider: str, by: Person, at: datetime.datetime, stores: Stores
) -> Record:
    """Files an order to erase a person; a run counts what would go. Only the bureau asks."""
    _check_officer(by, at)
    record = orders.ask_for_person(identifier=identifier, words=words, stores=stores, by=by.username, at=at)
    return _file(record, provider, by, at, stores)


def ask_for_period(*, dataset: str, words: Words, by: Person, at: datetime.datetime, stores: Stores) -> Record:
    """Files an order to erase the rows of a dataset that are over their years."""
    _check_officer(by, at)
    declared = stores.shelf.dataset(dataset)
    record = orders.ask_for_period(dataset=declared, words=words, stores=stores, by=by.username, at=at)
    return _file(record, declared.department, by, at, stores)


def approve(*, record: Record, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Lets the erasure begin, by another person than who asked; the worker does it."""
    matter = matter_of(record)
    with transaction.atomic():
        _check_other(matter, by)
        flows.move(matter=matter, to="approved", by=by, at=at, stores=stores, facts=_facts(record))
        runs.ask(job=ERASE, args={"erasure": record.id}, key=record.id, title=FLOW.title, by=by.username, at=at)
        erase.approve(id=record.id, stores=stores, by=by.username, at=at)


def refuse(*, record: Record, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Refuses the order; the number that it was about is forgotten."""
    matter = matter_of(record)
    with transaction.atomic():
        flows.move(matter=matter, to="refused", by=by, at=at, stores=stores, reason=reason, facts=_facts(record))
        orders.refuse(id=record.id, stores=stores, by=by.username, at=at)


def end(*, record: Record, at: datetime.datetime, stores: Stores) -> None:
    """Notes that an erasure is done; one that the house began by date has no matter."""
    matter = find_matter(record)
    if matter is not None and matter.state == "approved":
        flows.move(matter=matter, to="done", by=None, at=at, stores=stores, facts=_facts(record))


def find_matter(record: Record) -> Matter | None:
    """The matter of an erasure that people asked for; none where the house began it by date."""
    return Matter.objects.filter(flow=FLOW.name, subject=f"erasure:{record.id}").first()


def find_matters(found: Iterable[Record]) -> dict[str, Matter]:
    """The matters of many erasures, by the erasure's id."""
    subjects = {f"erasure:{record.id}": record.id for record in found}
    matters = Matter.objects.filter(flow=FLOW.name, subject__in=subjects)
    return {subjects[matter.subject]: matter for matter in matters}


def matter_of(record: Record) -> Matter:
    """The matter of an erasure that people asked for; raises flows' NoSuchMove where there is none to decide."""
    matter = find_matter(record)
    if matter is None:
        raise permissions.NoSuchMove("该项删除由平台按期执行，无需批准", where=record.id, help="请查看删除证明")
    return matter


def _file(record: Record, provider: str, by: Person, at: datetime.datetime, stores: Stores) -> Record:
    title = (
        "删除一人的数据"
        if record.kind == records.PERSON
        else f"删除「{stores.shelf.dataset(record.dataset).title}」到期数据"
    )
    with transaction.atomic():
        flows.open(
            flow=FLOW,
            subject=f"erasure:{record.id}",
            title=f"{title}（{record.reference}）",
            sides={"provider": provider},
            by=by,
            at=at,
            stores=stores,
            reason=record.reason,
            facts=_facts(record),
        )
        args = {"erasure": record.id}
        runs.ask(job=PREVIEW, args=args, key=record.id, title="列出将删除的行数", by=by.username, at=at)
    return record


def _check_officer(by: Person, at: datetime.datetime) -> None:
    if not any(hat.role is Role.OFFICER for hat in by.hats(on=at.date())):
        raise permissions.NotAllowed("依法删除由主管部门提出", help="请由主管部门经办人办理")


def _check_other(matter: Matter, by: Person) -> None:
    if by.pk == matter.opened_by_id:
        raise permissions.NeedsAnother("提出与批准不得为同一人", help="请由另一人批准")


def _facts(record: Record) -> trace.Facts:
    detail = {"reference": record.reference, "kind": record.kind}
    return trace.Facts(ground=record.ground, dataset=record.dataset, detail=detail)
