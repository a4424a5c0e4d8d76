"""What people do with grants: ask, mend, pass on, sign, refuse, hand out the key, suspend, end."""

from __future__ import annotations

import dataclasses
import datetime
import secrets
from typing import Any

from django.db import transaction

from taihu.control.accounts import trace
from taihu.control.accounts.models import Person, System
from taihu.control.flows import actions as flows
from taihu.control.flows import clock
from taihu.control.grants import compile as compiling
from taihu.control.grants import keeping, permissions, request
from taihu.control.grants.flow import FLOW
from taihu.control.grants.models import Grant
from taihu.control.grants.request import Request
from taihu.control.outbox import actions as outbox
from taihu.data.engines.stores import Stores
from taihu.data.guard import permits as guarded
from taihu.terms import fault
from taihu.terms.dataset import Dataset

KEY_BYTES = 32


def ask(
    *, asked: Request, system: System, dataset: Dataset, by: Person, at: datetime.datetime, stores: Stores
) -> Grant:
    """Files a request; the bureau finds it in its inbox. Whether the dataset is published is the caller's to check."""
    on = clock.day_of(at)
    permissions.check_can_ask(by, system, on=on)
    request.check(asked, dataset, on=on)
    facts = _facts_of(asked, system)
    reference = secrets.token_hex(8)
    with transaction.atomic():
        matter = flows.open(
            flow=FLOW,
            subject=f"grant:{reference}",
            title=f"{system.title}申请「{dataset.title}」",
            sides={"consumer": system.department_id, "provider": dataset.department},
            by=by,
            at=at,
            stores=stores,
            facts=facts,
        )
        fault.point("grants.grant.ask")
        return Grant.objects.create(
            reference=reference,
            matter=matter,
            title=dataset.title,
            provider_id=dataset.department,
            system=system,
            asked_at=at,
            asked_by=by,
            **_fields(asked),
        )


def draft(*, asked: Request, system: System, dataset: Dataset, by: Person, at: datetime.datetime) -> Grant:
    """The grant that a request would become, checked and not filed: for looking at it through the guard."""
    on = clock.day_of(at)
    permissions.check_can_ask(by, system, on=on)
    request.check(asked, dataset, on=on)
    return Grant(
        title=dataset.title, provider_id=dataset.department, system=system, asked_at=at, asked_by=by, **_fields(asked)
    )


def amend(*, grant: Grant, asked: Request, dataset: Dataset, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Mends a returned request and hands it in again."""
    request.check(asked, dataset, on=clock.day_of(at))
    if asked.dataset != grant.dataset:
        raise request.NotAskable("补正不能更换数据资源", where=grant.code, help="请撤回后另行申请")
    with transaction.atomic():
        flows.move(matter=grant.matter, to="asked", by=by, at=at, stores=stores, facts=_facts(grant))
        fault.point("grants.grant.amend")
        for name, value in _fields(asked).items():
            setattr(grant, name, value)
        grant.save(update_fields=list(_fields(asked)))


def pass_on(*, grant: Grant, by: Person, at: datetime.datetime, stores: Stores, reason: str = "") -> None:
    """The bureau finds the request in order and hands it to the provider."""
    flows.move(matter=grant.matter, to="provider", by=by, at=at, stores=stores, reason=reason, facts=_facts(grant))


def approve(
    *, grant: Grant, dataset: Dataset, seen: str, by: Person, at: datetime.datetime, stores: Stores, reason: str = ""
) -> None:
    """Signs the grant: by the provider's approver, or by the bureau where all columns are shared unconditionally.

    `seen` is the digest of the permit whose masked rows were shown; another permit is refused. The
    permit reaches the guard after the commit; `keeping.reconcile` repeats that after a kill.
    """
    on = clock.day_of(at)
    permit = compiling.to_permit(grant, dataset)
    permissions.check_can_approve(by, grant, seen=seen, now=compiling.digest(permit), on=on)
    permissions.check_procedure(grant, dataset)
    if grant.state == "asked":
        permissions.check_can_grant_directly(grant, dataset)
    if grant.until < on:
        raise request.NotAskable("申请的有效期已过", where=grant.code, help="请退回申请人修改有效期")
    with transaction.atomic():
        flows.move(matter=grant.matter, to="granted", by=by, at=at, stores=stores, reason=reason, facts=_facts(grant))
        fault.point("grants.grant.sign")
        grant.granted_at, grant.granted_by, grant.signed_digest = at, by, seen
        grant.save(update_fields=["granted_at", "granted_by", "signed_digest"])
        outbox.write(topic="grants.granted", subject=grant.code, body={"dataset": grant.dataset}, at=at)
        transaction.on_commit(lambda: keeping.keep(permit, grant.key_hash, stores=stores))


def send_back(*, grant: Grant, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Returns a request to its asker, with what to mend."""
    flows.move(matter=grant.matter, to="returned", by=by, at=at, stores=stores, reason=reason, facts=_facts(grant))


def refuse(*, grant: Grant, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Refuses a request for good, with the reason that the asker reads."""
    _close(grant, "refused", reason, by, at, stores)


def withdraw(*, grant: Grant, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """The asker takes her request back."""
    _close(grant, "withdrawn", "申请人撤回", by, at, stores)


def issue_key(*, grant: Grant, by: Person, at: datetime.datetime, stores: Stores) -> str:
    """Makes a key, keeps its hash, and returns the key: nobody can read it again. A new key ends the old one."""
    on = clock.day_of(at)
    permissions.check_can_take_key(by, grant, on=on)
    key = secrets.token_urlsafe(KEY_BYTES)
    permit = compiling.to_permit(grant, stores.shelf.dataset(grant.dataset))
    with transaction.atomic():
        fault.point("grants.key.issue")
        grant.key_hash, grant.key_issued_at = guarded.hash_key(key), at
        grant.save(update_fields=["key_hash", "key_issued_at"])
        facts = _facts(grant)
        trace.leave(stores=stores, act="grant.key", by=by, at=at, where=grant.code, facts=facts)
        transaction.on_commit(lambda: keeping.keep(permit, grant.key_hash, stores=stores))
    return key


def suspend(*, grant: Grant, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Stops a grant at once while something is looked into; the guard forgets the permit before the commit."""
    with transaction.atomic():
        flows.move(matter=grant.matter, to="suspended", by=by, at=at, stores=stores, reason=reason, facts=_facts(grant))
        keeping.end(grant.code, stores=stores)
        outbox.write(topic="grants.suspended", subject=grant.code, body={"dataset": grant.dataset}, at=at)


def resume(*, grant: Grant, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Puts a suspended grant in force again, as it was signed."""
    dataset = stores.shelf.dataset(grant.dataset)
    permissions.check_procedure(grant, dataset)
    permit = compiling.to_permit(grant, dataset)
    with transaction.atomic():
        flows.move(matter=grant.matter, to="granted", by=by, at=at, stores=stores, reason=reason, facts=_facts(grant))
        outbox.write(topic="grants.granted", subject=grant.code, body={"dataset": grant.dataset}, at=at)
        transaction.on_commit(lambda: keeping.keep(permit, grant.key_hash, stores=stores))


def end(*, grant: Grant, reason: str, by: Person | None, at: datetime.datetime, stores: Stores) -> None:
    """Ends a grant for good; the guard forgets the permit before the commit, so it never outlives the decision."""
    with transaction.atomic():
        _close(grant, "ended", reason, by, at, stores)
        keeping.end(grant.code, stores=stores)
        outbox.write(topic="grants.ended", subject=grant.code, body={"dataset": grant.dataset}, at=at)


def expire(*, at: datetime.datetime, stores: Stores) -> int:
    """Ends the grants whose last day has passed; returns how many. A run of ours calls it each day."""
    on = clock.day_of(at)
    due = Grant.objects.filter(matter__state__in=("granted", "suspended"), until__lt=on).select_related(
        "matter", "system"
    )
    for grant in due:
        end(grant=grant, reason="有效期届满", by=None, at=at, stores=stores)
    return len(due)


def _close(grant: Grant, to: str, reason: str, by: Person | None, at: datetime.datetime, stores: Stores) -> None:
    with transaction.atomic():
        flows.move(matter=grant.matter, to=to, by=by, at=at, stores=stores, reason=reason, facts=_facts(grant))
        fault.point("grants.grant.close")
        grant.ended_at, grant.ended_by, grant.end_reason = at, by.name if by else "平台", reason.strip()[:300]
        grant.save(update_fields=["ended_at", "ended_by", "end_reason"])


def _fields(asked: Request) -> dict[str, Any]:
    said = dataclasses.asdict(asked)
    return {
        **said,
        "columns": list(asked.columns),
        "forms": [form.value for form in asked.forms],
        "scope_values": list(asked.scope_values),
        "clear_level": asked.clear_level.value,
    }


def _facts(grant: Grant) -> trace.Facts:
    return trace.Facts(
        department=grant.system.department_id,
        system=grant.system_id,
        grant=grant.code,
        purpose=grant.purpose,
        ground=grant.ground,
        dataset=grant.dataset,
        columns=tuple(grant.columns),
        label=grant.level.name,
    )


def _facts_of(asked: Request, system: System) -> trace.Facts:
    return trace.Facts(
        department=system.department_id,
        system=system.pk,
        purpose=asked.purpose,
        ground=asked.ground,
        dataset=asked.dataset,
        columns=asked.columns,
        label=asked.clear_level.name,
    )
