"""May she report, see or move a case? Moves are decided by the flow; this adds reporting and seeing."""

from __future__ import annotations

import datetime

from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import Role
from taihu.terms.pack import Pack
from taihu.terms.problem import Problem

REPORTERS = frozenset({Role.STEWARD, Role.APPROVER, Role.OFFICER})


class NotAllowed(Problem):
    """The person may not do this with cases of this topic."""

    code = "P-CASE-02"
    status = 403


def check_can_report(pack: Pack, person: Person, *, on: datetime.date) -> None:
    """Raises NotAllowed unless she works with business data: anybody of any department may report to a topic."""
    if not any(hat.role in REPORTERS for hat in person.hats(on=on)):
        raise NotAllowed("您的角色不能上报事件", where=pack.id, help="数据专员、部门审核人和主管部门经办人可以上报")
