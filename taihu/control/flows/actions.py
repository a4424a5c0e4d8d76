"""What happens to matters: open, move, return, urge, hand over, escalate what is late."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from taihu.control.accounts import trace
from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import Hat
from taihu.control.flows import clock, history, permissions
from taihu.control.flows.flow import Flow, Move
from taihu.control.flows.models import Matter, Step
from taihu.data.engines.stores import Stores
from taihu.terms import fault
from taihu.terms.problem import Problem


class AlreadyOpen(Problem):
    """The subject stands in this flow already."""

    code = "F-OPEN-01"
    status = 409


class CannotUrge(Problem):
    """Nothing to urge: the matter has ended, or was urged today."""

    code = "F-URGE-01"
    status = 409


class CannotHandOver(Problem):
    """The person named may not do what the matter waits for."""

    code = "F-HAND-01"
    status = 409


def open(  # noqa: A001 - the verb of the trade; read as flows.actions.open
    *,
    flow: Flow,
    subject: str,
    title: str,
    sides: Mapping[str, str],
    by: Person | None,
    at: datetime.datetime,
    stores: Stores,
    reason: str = "",
    facts: trace.Facts | None = None,
) -> Matter:
    """Opens a matter in the flow's first state. `by=None` is a run of ours (a watch that opens a case)."""
    missing = flow.sides.keys() - sides.keys()
    if missing:
        raise ValueError(f"flow {flow.name} needs the sides {sorted(missing)}")
    entered = history.entered(flow.state(flow.start), sides, at=at, stores=stores)
    with transaction.atomic():
        fault.point("flows.matter.open")
        try:
            with transaction.atomic():
                matter = Matter.objects.create(
                    flow=flow.name,
                    subject=subject,
                    title=title,
                    sides=dict(sides),
                    opened_at=at,
                    opened_by=by,
                    **entered,
                )
        except IntegrityError:
            raise AlreadyOpen("该事项已在办理中", where=subject, help="请在待办或事项列表中查找并继续办理") from None
        hat = _any_hat(by, sides, on=clock.day_of(at))
        history.note(matter, act="open", to=flow.start, title="发起", by=by, hat=hat, at=at, reason=reason)
        history.tell(matter, "opened", at)
        history.trace(matter, "open", by, at, stores, facts)
    return matter


def move(
    *,
    matter: Matter,
    to: str,
    by: Person | None,
    at: datetime.datetime,
    stores: Stores,
    reason: str = "",
    facts: trace.Facts | None = None,
) -> Step:
    """Moves a matter along; returns are moves too. `by=None` only where the flow lets the house move it."""
    way = permissions.check_move(matter, to)
    permissions.check_reason(way, reason)
    hat = _check_mover(matter, way, by, on=clock.day_of(at))
    place = matter.definition.state(to)
    with transaction.atomic():
        late = matter.due_on
        history.change(matter, history.entered(place, matter.sides, at=at, stores=stores))
        act = "return" if way.is_return else "move"
        step = history.note(
            matter,
            act=act,
            source=way.source,
            to=to,
            title=way.title,
            by=by,
            hat=hat,
            at=at,
            reason=reason,
            due_on=late,
        )
        history.tell(matter, "moved", at, source=way.source)
        history.trace(matter, to, by, at, stores, facts)
    return step


def urge(*, matter: Matter, by: Person, at: datetime.datetime, stores: Stores, reason: str = "") -> Step:
    """Asks whoever the matter waits for to act; once a day, by a party of the matter or the bureau."""
    on = clock.day_of(at)
    if not permissions.can_see(matter, by, on=on):
        raise permissions.NotAllowed("您不是该事项的相关方", help="只有相关方可以催办")
    if matter.ended_at:
        raise CannotUrge("事项已办结", help="无需催办")
    if matter.urged_at and clock.day_of(matter.urged_at) == on:
        raise CannotUrge("今天已催办过", help="请明天再催办，或联系主管部门督办")
    with transaction.atomic():
        history.change(matter, {"urged_at": at})
        step = history.note(
            matter,
            act="urge",
            to=matter.state,
            title="催办",
            by=by,
            hat=_any_hat(by, matter.sides, on=on),
            at=at,
            reason=reason,
        )
        history.tell(matter, "urged", at)
        history.trace(matter, "urge", by, at, stores, None)
    return step


def hand_over(*, matter: Matter, to: Person, by: Person, at: datetime.datetime, stores: Stores, reason: str) -> Step:
    """Gives the next step to one person by name; she must be able to make one of its moves."""
    on = clock.day_of(at)
    if not permissions.moves_for(matter, by, on=on):
        raise permissions.NotAllowed("该事项现在不由您办理", help="只有当前经办人可以转交")
    if not permissions.moves_for(matter, to, on=on):
        raise CannotHandOver(f"{to.name}不能办理此环节", help="请选择同部门、同角色且未参与对立环节的同事")
    if to.is_away(on=on):
        raise CannotHandOver(f"{to.name}正在休假", help="请选择在岗同事")
    if not reason.strip():
        raise permissions.NeedsReason("转交须说明理由", help="请填写转交理由")
    with transaction.atomic():
        history.change(matter, {"assignee": to})
        hat = _any_hat(by, matter.sides, on=on)
        step = history.note(
            matter, act="hand_over", to=matter.state, title=f"转交给{to.name}", by=by, hat=hat, at=at, reason=reason
        )
        history.tell(matter, "handed-over", at)
        history.trace(matter, "hand-over", by, at, stores, trace.Facts(detail={"to": to.username}))
    return step


def escalate_due(*, at: datetime.datetime, stores: Stores) -> int:
    """Escalates each matter whose last day has passed, once per state; reckons clocks of years published since."""
    on = clock.day_of(at)
    _reckon(at=at, stores=stores)
    count = 0
    for matter in Matter.objects.overdue(on=on).filter(escalated_at__isnull=True):
        limit = matter.place.clock
        over = limit.escalates_to if limit else None
        allowed = limit and clock.limit(limit, on=clock.day_of(matter.entered_at), standards=clock.standards_of(stores))
        with transaction.atomic():
            try:
                history.change(matter, {"escalated_at": at, **history.waits("over", over, matter.sides)})
            except history.Moved:
                continue
            history.note(
                matter,
                act="escalate",
                to=matter.state,
                title="超期督办",
                by=None,
                hat=None,
                at=at,
                reason=allowed.policy if allowed else "",
                due_on=matter.due_on,
            )
            history.tell(matter, "escalated", at)
            history.trace(matter, "escalate", None, at, stores, None)
        count += 1
    return count


def _reckon(*, at: datetime.datetime, stores: Stores) -> None:
    standards = clock.standards_of(stores)
    for matter in Matter.objects.open().filter(unknown_year__isnull=False):
        due = clock.due(matter.place.clock, at=matter.entered_at, standards=standards)
        if due.on is None:
            continue
        with transaction.atomic():
            history.change(matter, {"due_on": due.on, "unknown_year": None})
            history.note(
                matter, act="reckon", to=matter.state, title="时限确定", by=None, hat=None, at=at, due_on=due.on
            )
            history.trace(matter, "reckon", None, at, stores, None)


def _check_mover(matter: Matter, way: Move, by: Person | None, *, on: datetime.date) -> Hat | None:
    if by is not None:
        return permissions.check_can_move(matter, way, by, on=on)
    if not way.is_house:
        raise permissions.NotAllowed(f"「{way.title}」须由人办理", help="此环节不能由任务自动办理")
    return None


def _any_hat(by: Person | None, sides: Mapping[str, str], *, on: datetime.date) -> Hat | None:
    hats = by.hats(on=on) if by else ()
    return next((hat for hat in hats if hat.department in sides.values()), hats[0] if hats else None)
