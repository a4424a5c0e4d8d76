"""How a deletion that the law orders is decided: asked by the bureau, approved or refused by somebody else."""

from __future__ import annotations

from taihu.control.accounts.roles import Role
from taihu.control.catalogue.flow import HOUSE_RULE
from taihu.control.flows.flow import Clock, Flow, Move, State, Who

OFFICER = Who(Role.OFFICER)
APPROVERS = (Who(Role.SECADMIN), Who(Role.APPROVER, "provider"))

FLOW = Flow(
    name="erasure",
    title="依法删除",
    policy="依法删除须写明依据、文号与理由，由主管部门提出，经安全管理员或数源单位审核人批准后执行；提出与批准不得为同一人。",
    start="asked",
    sides={"provider": "数源单位"},
    states=(
        State("asked", "待批准", APPROVERS[0], Clock(days=5, policy=HOUSE_RULE), tone="warn"),
        State("approved", "执行中", OFFICER, tone="info"),
        State("done", "已删除", is_end=True, tone="ok"),
        State("refused", "不予删除", is_end=True, tone="bad"),
    ),
    moves=(
        Move("asked", "approved", "批准删除", APPROVERS),
        Move("asked", "refused", "不予删除", APPROVERS, needs_reason=True),
        Move("approved", "done", "删除完成", (), is_house=True),
    ),
)
