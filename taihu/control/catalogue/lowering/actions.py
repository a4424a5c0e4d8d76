"""What people do with declassifiers: hand in, pass, approve, send back, stop; and what the house does when texts change."""

from __future__ import annotations

import datetime

from django.db import transaction

from taihu.control.accounts import trace
from taihu.control.accounts.models import Department, Person
from taihu.control.catalogue.lowering import permissions
from taihu.control.catalogue.lowering.flow import FLOW
from taihu.control.catalogue.lowering.models import Approval
from taihu.control.flows import actions as flows
from taihu.control.flows import clock
from taihu.control.runs import actions as runs
from taihu.data.engines.stores import Stores
from taihu.data.guard.lowering import falling
from taihu.data.guard.lowering.allowed import NOBODY, Allowed
from taihu.data.guard.lowering.falling import Falling
from taihu.terms import fault

JOB = "lower"
CHANGED = "声明、查询或标签有变动"


def sync(*, at: datetime.datetime, stores: Stores) -> int:
    """Opens what is missing for each declassifier and provider, and takes approval from what changed since; how many."""
    departments = set(Department.objects.values_list("pk", flat=True))
    count = 0
    for down in falling.list_declassifiers(stores.shelf):
        found = falling.read_falling(down.id, stores.shelf)
        for provider in found.providers:
            if {provider, found.pack.department} <= departments:
                count += _open(found, provider, at, stores)
        for approval in Approval.objects.filter(declassifier=down.id, matter__state="approved"):
            if approval.digest != found.digest:
                _forget(approval, "draft", at, stores, by=None, reason=CHANGED)
                count += 1
    return count


def _open(found: Falling, provider: str, at: datetime.datetime, stores: Stores) -> int:
    name = found.declassifier.id
    if Approval.objects.filter(declassifier=name, provider=provider).exists():
        return 0
    with transaction.atomic():
        matter = flows.open(
            flow=FLOW,
            subject=f"declassifier:{name}:{provider}",
            title=f"数据降级「{found.dataset.title}」",
            sides={"owner": found.pack.department, "provider": provider},
            by=None,
            at=at,
            stores=stores,
            facts=trace.Facts(department=found.pack.department, dataset=name),
        )
        fault.point("lowering.approval.open")
        Approval.objects.create(
            declassifier=name,
            title=found.dataset.title,
            owner_id=found.pack.department,
            provider_id=provider,
            matter=matter,
        )
    return 1


def ask(
    *,
    approval: Approval,
    seen: str,
    by: Person,
    at: datetime.datetime,
    stores: Stores,
    reason: str = "",
    until: datetime.date | None = None,
) -> None:
    """Puts the declaration as it was shown before the provider."""
    found = falling.read_falling(approval.declassifier, stores.shelf)
    permissions.check_seen(approval, found, seen)
    permissions.check_reasoned(found, reason, until, on=clock.day_of(at))
    with transaction.atomic():
        _move(approval, "department", by, at, stores, reason=reason)
        fault.point("lowering.approval.ask")
        approval.digest, approval.reason, approval.until = seen, reason.strip(), until
        approval.save(update_fields=["digest", "reason", "until"])


def approve(*, approval: Approval, seen: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """The provider's approver lets it through."""
    permissions.check_seen(approval, falling.read_falling(approval.declassifier, stores.shelf), seen)
    with transaction.atomic():
        _move(approval, "bureau", by, at, stores)
        fault.point("lowering.approval.pass")
        approval.passed_by = _name(by)
        approval.save(update_fields=["passed_by"])


def allow(*, approval: Approval, seen: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """The bureau's officer approves; the release is asked for."""
    permissions.check_seen(approval, falling.read_falling(approval.declassifier, stores.shelf), seen)
    with transaction.atomic():
        _move(approval, "approved", by, at, stores)
        fault.point("lowering.approval.allow")
        approval.approved_by, approval.approved_at = _name(by), at
        approval.save(update_fields=["approved_by", "approved_at"])
        ask_run(approval.declassifier, approval.title, by=by.username, at=at)


def send_back(*, approval: Approval, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Back to its owner, from either gate."""
    _forget(approval, "draft", at, stores, by=by, reason=reason)


def stop(*, approval: Approval, reason: str, by: Person | None, at: datetime.datetime, stores: Stores) -> None:
    """Ends the approval; the next run empties the dataset. `by=None` where its last day is over."""
    with transaction.atomic():
        _forget(approval, "stopped", at, stores, by=by, reason=reason)
        ask_run(approval.declassifier, approval.title, by=by.username if by else "house", at=at)


def reopen(*, approval: Approval, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Begins anew what was stopped."""
    _move(approval, "draft", by, at, stores, reason=reason)


def expire(*, at: datetime.datetime, stores: Stores) -> int:
    """Stops what was approved until a day that is over; returns how many."""
    over = Approval.objects.filter(matter__state="approved", until__lt=clock.day_of(at))
    for approval in over:
        stop(approval=approval, reason="批准的期限已到", by=None, at=at, stores=stores)
    return len(over)


def find_allowed(found: Falling) -> Allowed:
    """The word of all providers and the bureau over the declaration as it stands; nobody's where one is missing."""
    approvals = list(
        Approval.objects.filter(
            declassifier=found.declassifier.id,
            provider__in=found.providers,
            matter__state="approved",
            digest=found.digest,
        )
    )
    if len(approvals) < len(found.providers) or not approvals:
        return NOBODY
    names = dict.fromkeys(name for one in approvals for name in (one.passed_by, one.approved_by))
    ends = [one.until for one in approvals if one.until]
    reason = "；".join(dict.fromkeys(one.reason for one in approvals if one.reason))
    return Allowed(found.digest, tuple(names), reason, min(ends, default=None))


def ask_run(name: str, title: str, *, by: str, at: datetime.datetime, is_try: bool = False) -> None:
    """Asks the worker for a run, or for a try that releases nothing."""
    args = {"declassifier": name, **({"try": "1"} if is_try else {})}
    key = f"{name}{' try' if is_try else ''}"
    runs.ask(job=JOB, args=args, key=key, title=f"{'降级试算' if is_try else '数据降级'}:{title}"[:100], by=by, at=at)


def _forget(
    approval: Approval, to: str, at: datetime.datetime, stores: Stores, *, by: Person | None, reason: str
) -> None:
    with transaction.atomic():
        _move(approval, to, by, at, stores, reason=reason)
        fault.point("lowering.approval.forget")
        approval.digest = approval.passed_by = approval.approved_by = ""
        approval.approved_at = None
        approval.save(update_fields=["digest", "passed_by", "approved_by", "approved_at"])


def _move(
    approval: Approval, to: str, by: Person | None, at: datetime.datetime, stores: Stores, *, reason: str = ""
) -> None:
    facts = trace.Facts(department=approval.owner_id, dataset=approval.declassifier, detail={"digest": approval.digest})
    flows.move(matter=approval.matter, to=to, by=by, at=at, stores=stores, reason=reason, facts=facts)


def _name(person: Person) -> str:
    return f"{person.name}（{person.department.title if person.department else ''}）"
