"""May she make this move? Role and side first, then who opened it, then two people where the flow asks for two."""

from __future__ import annotations

import datetime

from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import APART, Hat, Role
from taihu.control.flows.flow import Move, Who
from taihu.control.flows.models import Matter
from taihu.terms.problem import Problem


class NoSuchMove(Problem):
    """The flow has no way from the matter's state to there."""

    code = "F-MOVE-01"
    status = 409


class NotAllowed(Problem):
    """The flow has the move, but not for this person."""

    code = "F-MOVE-02"
    status = 403


class NeedsAnother(Problem):
    """The move needs a second person: who made the first may not make this one."""

    code = "F-MOVE-03"
    status = 409


class NeedsReason(Problem):
    """The move needs a reason in words."""

    code = "F-MOVE-04"


def check_move(matter: Matter, to: str) -> Move:
    """The move from the matter's state; raises NoSuchMove naming the ways out."""
    flow = matter.definition
    move = flow.find_move(matter.state, to)
    if move is None:
        ways = "、".join(f"{m.title}" for m in flow.moves_from(matter.state)) or "无（已办结）"
        here = flow.state(matter.state).title
        raise NoSuchMove(
            f"事项处于「{here}」，不能直接进入该环节", where=f"{matter.flow}:{matter.pk}", help=f"可办：{ways}"
        )
    return move


def fits(who: Who, matter: Matter, hat: Hat) -> bool:
    """True where the hat's role and department are the ones asked for."""
    return hat.role is who.role and (not who.side or matter.sides.get(who.side, "") == hat.department)


def find_hat(matter: Matter, move: Move, person: Person, *, on: datetime.date) -> Hat | None:
    """The hat under which the person may make the move; her own before a borrowed one."""
    allowed = list(move.who)
    place = matter.definition.state(move.source)
    if matter.escalated_at and place.clock and place.clock.escalates_to:
        allowed.append(place.clock.escalates_to)
    for hat in person.hats(on=on):
        if any(fits(who, matter, hat) for who in allowed):
            return hat
    return None


def check_can_move(matter: Matter, move: Move, person: Person, *, on: datetime.date) -> Hat:
    """The hat under which she moves it; raises NotAllowed or NeedsAnother."""
    hat = find_hat(matter, move, person, on=on)
    if hat is None:
        names = "、".join(f"{_side(matter, who)}{who.role.title}" for who in move.who) or "平台"
        raise NotAllowed(f"「{move.title}」不由您办理", where=f"{matter.flow}:{matter.pk}", help=f"此环节由{names}办理")
    if move.is_opener_only and matter.opened_by_id != (hat.on_behalf_of or person.pk):
        raise NotAllowed(f"「{move.title}」只能由发起人办理", where=f"{matter.flow}:{matter.pk}", help="请联系发起人")
    if move.apart_from:
        _check_apart(matter, move, person, hat)
    return hat


def _check_apart(matter: Matter, move: Move, person: Person, hat: Hat) -> None:
    hands = {person.pk, hat.on_behalf_of} - {None}
    for name in move.apart_from:
        source, _, to = name.partition(">")
        made = matter.steps.filter(act__in=("move", "return"), source=source, to=to).order_by("-number").first()
        if made is not None and hands & {made.by_id, made.on_behalf_of_id}:
            raise NeedsAnother(
                f"「{move.title}」须由另一人办理",
                where=f"{matter.flow}:{matter.pk}",
                help=f"您已办理「{made.title}」，两个环节不得由同一人办理；请交同事办理",
            )


def can_move(matter: Matter, move: Move, person: Person, *, on: datetime.date) -> bool:
    """True where `check_can_move` lets her."""
    try:
        check_can_move(matter, move, person, on=on)
    except Problem:
        return False
    return True


def moves_for(matter: Matter, person: Person, *, on: datetime.date) -> tuple[Move, ...]:
    """The moves that the person may make now."""
    ways = matter.definition.moves_from(matter.state)
    return tuple(move for move in ways if can_move(matter, move, person, on=on))


def can_see(matter: Matter, person: Person, *, on: datetime.date) -> bool:
    """True for the parties of a matter, for the bureau, and for who opened it or was named."""
    if person.pk in (matter.opened_by_id, matter.assignee_id):
        return True
    departments = set(matter.sides.values())
    hats = [hat for hat in person.hats(on=on) if hat.role not in APART]
    return any(hat.role is Role.OFFICER or hat.department in departments for hat in hats)


def check_reason(move: Move, reason: str) -> None:
    """Raises NeedsReason where the move asks for one and there is none."""
    if move.needs_reason and not reason.strip():
        raise NeedsReason(f"「{move.title}」须说明理由", help="请填写理由，对方将看到这段文字")


def _side(matter: Matter, who: Who) -> str:
    return matter.definition.sides.get(who.side, "") if who.side else ""
