"""How a request becomes a grant: conformity by the bureau, approval by the provider, and how it ends."""

from __future__ import annotations

from taihu.control.accounts.roles import Role
from taihu.control.flows.flow import Clock, Flow, Move, State, Who

ASKERS = (Who(Role.STEWARD, "consumer"), Who(Role.DEVELOPER, "consumer"))
APPROVER = Who(Role.APPROVER, "provider")
OFFICER = Who(Role.OFFICER)
SECURITY = Who(Role.SECADMIN)

FLOW = Flow(
    name="grant",
    title="共享申请",
    policy="一事一申请，写明用途与依据；主管部门作符合性审查，数源单位审核授权；无条件共享的数据项经审查后直接授权。",
    start="asked",
    sides={"consumer": "使用单位", "provider": "数源单位"},
    states=(
        State("asked", "主管部门符合性审查", OFFICER, Clock(rule="share_check"), tone="warn"),
        State("provider", "数源单位审核", APPROVER, Clock(rule="share_provide", escalates_to=OFFICER), tone="warn"),
        State("returned", "退回补正", ASKERS[0], tone="bad"),
        State("granted", "已授权", tone="ok"),
        State("suspended", "暂停授权", OFFICER, tone="bad"),
        State("refused", "不予共享", is_end=True, tone="bad"),
        State("withdrawn", "已撤回", is_end=True),
        State("ended", "已终止", is_end=True),
    ),
    moves=(
        Move("asked", "provider", "符合要求，转数源单位", (OFFICER,)),
        Move("asked", "granted", "直接授权", (OFFICER,)),
        Move("asked", "returned", "退回补正", (OFFICER,), needs_reason=True, is_return=True),
        Move("asked", "refused", "不予共享", (OFFICER,), needs_reason=True),
        Move("asked", "withdrawn", "撤回申请", ASKERS, is_opener_only=True),
        Move("provider", "granted", "同意共享", (APPROVER,), apart_from=("asked>provider",)),
        Move("provider", "returned", "退回补正", (APPROVER,), needs_reason=True, is_return=True),
        Move("provider", "refused", "不予共享", (APPROVER,), needs_reason=True),
        Move("provider", "withdrawn", "撤回申请", ASKERS, is_opener_only=True),
        Move("returned", "asked", "补正后重新提交", ASKERS),
        Move("returned", "withdrawn", "撤回申请", ASKERS),
        Move("granted", "ended", "终止授权", (APPROVER, OFFICER, *ASKERS), needs_reason=True, is_house=True),
        Move("granted", "suspended", "暂停授权", (SECURITY, APPROVER), needs_reason=True),
        Move("suspended", "granted", "恢复授权", (OFFICER,), needs_reason=True),
        Move("suspended", "ended", "终止授权", (APPROVER, OFFICER), needs_reason=True, is_house=True),
    ),
)
