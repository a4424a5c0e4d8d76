"""Writes a matter's row and its history together: the only lines of this room that touch the tables after opening."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from taihu.control.accounts import trace as ledger_trace
from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import Hat
from taihu.control.flows import clock
from taihu.control.flows.flow import State, Who
from taihu.control.flows.models import Matter, Step
from taihu.control.outbox import actions as outbox
from taihu.data.engines.stores import Stores
from taihu.terms import fault
from taihu.terms.problem import Problem

HOUSE = "house"


class Moved(Problem):
    """Somebody else changed the matter meanwhile."""

    code = "F-MOVE-05"
    status = 409


def entered(place: State, sides: Mapping[str, str], *, at: datetime.datetime, stores: Stores) -> dict[str, Any]:
    due = clock.Due() if place.clock is None else clock.due(place.clock, at=at, standards=clock.standards_of(stores))
    return {
        "state": place.name,
        "entered_at": at,
        "ended_at": at if place.is_end else None,
        "due_on": due.on,
        "unknown_year": due.unknown_year,
        "assignee": None,
        "urged_at": None,
        "escalated_at": None,
        **waits("waits", place.waits_for, sides),
        **waits("over", None, sides),
    }


def waits(prefix: str, who: Who | None, sides: Mapping[str, str]) -> dict[str, str]:
    role = who.role.value if who else ""
    department = sides.get(who.side, "") if who and who.side else ""
    return {f"{prefix}_role": role, f"{prefix}_department": department}


def change(matter: Matter, values: Mapping[str, Any]) -> None:
    fault.point("flows.matter.change")
    same = Matter.objects.filter(pk=matter.pk, version=matter.version, state=matter.state)
    if not same.update(version=matter.version + 1, **values):
        raise Moved("事项刚被他人办理", where=f"{matter.flow}:{matter.pk}", help="请刷新页面，查看最新状态后再办理")
    matter.version += 1
    for name, value in values.items():
        setattr(matter, name, value)


def note(
    matter: Matter,
    *,
    act: str,
    to: str,
    title: str,
    by: Person | None,
    hat: Hat | None,
    at: datetime.datetime,
    **more: Any,
) -> Step:
    fault.point("flows.step.note")
    return Step.objects.create(
        matter=matter,
        number=matter.version,
        act=act,
        to=to,
        title=title,
        by=by,
        by_name=by.name if by else "平台",
        role=hat.role.value if hat else "",
        department=hat.department if hat else "",
        on_behalf_of_id=hat.on_behalf_of if hat else None,
        at=at,
        **more,
    )


def tell(matter: Matter, what: str, at: datetime.datetime, **more: str) -> None:
    body = {"flow": matter.flow, "state": matter.state, "matter": str(matter.pk), **more}
    outbox.write(topic=f"flows.{what}", subject=matter.subject, body=body, at=at)


def trace(
    matter: Matter,
    what: str,
    by: Person | None,
    at: datetime.datetime,
    stores: Stores,
    facts: ledger_trace.Facts | None,
) -> None:
    ledger_trace.leave(
        stores=stores,
        act=f"{matter.flow}.{what}",
        by=by or HOUSE,
        at=at,
        where=f"{matter.subject}:{matter.pk}",
        facts=facts,
    )
