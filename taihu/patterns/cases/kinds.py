"""The one loop of all cases (report, accept, dispatch, handle, verify, close), with each kind's clocks."""

from __future__ import annotations

import functools
from pathlib import Path

from taihu.control.accounts.roles import Role
from taihu.control.flows.flow import Clock, Flow, Move, State, Who
from taihu.terms import entry, shelf
from taihu.terms.pack import CaseKind, Pack, UnknownName

HOST = Who(Role.STEWARD, "host")
HANDLER = Who(Role.STEWARD, "handler")
JUDGES = (Who(Role.APPROVER, "host"), Who(Role.OFFICER))
SIDES = {"host": "主管部门", "handler": "处置部门"}
BUREAU = Who(Role.OFFICER)


def flow_name(kind: CaseKind) -> str:
    """The name under which the flows know a kind."""
    return f"cases.{kind.id}"


def make_flow(kind: CaseKind) -> Flow:
    """The loop with the kind's working days; a late state may be decided by the bureau."""

    def clock(step: str) -> Clock | None:
        days = kind.limits.get(step)
        return Clock(days, kind.policy, escalates_to=BUREAU) if days else None

    states = (
        State("reported", "待受理", HOST, clock("accept"), tone="warn"),
        State("accepted", "待派遣", HOST, clock("dispatch"), tone="warn"),
        State("handling", "处置中", HANDLER, clock("handle"), tone="info"),
        State("handled", "待核查", JUDGES[0], clock("verify"), tone="info"),
        State("closed", "已结案", is_end=True, tone="ok"),
        State("void", "不予受理", is_end=True),
    )
    moves = (
        Move("reported", "accepted", "受理", (HOST,)),
        Move("reported", "void", "不予受理", (HOST,), needs_reason=True),
        Move("reported", "handled", "条件已消除", (), is_house=True),
        Move("accepted", "handling", "派遣", (HOST,)),
        Move("accepted", "handled", "条件已消除", (), is_house=True),
        Move("handling", "handled", "提交处置结果", (HANDLER,), needs_reason=True, is_house=True),
        Move("handling", "accepted", "退回重派", (HANDLER,), needs_reason=True, is_return=True),
        Move("handled", "closed", "核查通过并结案", JUDGES, apart_from=("handling>handled",)),
        Move("handled", "handling", "核查不通过，退回处置", JUDGES, needs_reason=True, is_return=True),
    )
    return Flow(flow_name(kind), kind.title, "reported", states, moves, SIDES, kind.policy)


@functools.cache
def kinds_at(root: Path) -> tuple[tuple[Pack, CaseKind], ...]:
    """The kinds of all packs under a root; read once a process, as packs change only with a restart."""
    packs = shelf.read_shelf(root).packs
    return tuple((pack, kind) for _, pack in sorted(packs.items()) for kind in pack.cases)


@functools.cache
def flows_at(root: Path) -> tuple[Flow, ...]:
    """The flows of those kinds."""
    return tuple(make_flow(kind) for _, kind in kinds_at(root))


def find_kind(packs: shelf.Shelf, kind_id: str) -> tuple[Pack, CaseKind]:
    """The kind of that id with its pack; raises UnknownName naming the known ones."""
    known = {kind.id: (pack, kind) for pack in packs.packs.values() for kind in pack.cases}
    if kind_id not in known:
        raise UnknownName("事件类型", kind_id, entry.tell_known(kind_id, known))
    return known[kind_id]
