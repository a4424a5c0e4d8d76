"""How a declassifier is allowed, by the provider and by the bureau; and what happens when a release is held back."""

from __future__ import annotations

from taihu.control.accounts.roles import Role
from taihu.control.flows.flow import Clock, Flow, Move, State, Who

OWNER = Who(Role.STEWARD, "owner")
APPROVER = Who(Role.APPROVER, "provider")
OFFICER = Who(Role.OFFICER)
SECURITY = Who(Role.SECADMIN)
ASK, PASS = "draft>department", "department>bureau"
HOUSE_RULE = "平台工作约定（非法定时限）"

FLOW = Flow(
    name="declassify",
    title="数据降级审批",
    policy="数据降级须经数源单位审核、主管部门批准；提出、审核、批准不得由同一人办理；声明、查询或标签有变动的，须重新批准。",
    start="draft",
    sides={"owner": "发布单位", "provider": "数源单位"},
    states=(
        State("draft", "待提交", waits_for=OWNER, tone="info"),
        State(
            "department", "数源单位审核", APPROVER, Clock(days=5, policy=HOUSE_RULE, escalates_to=OFFICER), tone="warn"
        ),
        State("bureau", "主管部门批准", OFFICER, Clock(days=5, policy=HOUSE_RULE), tone="warn"),
        State("approved", "已批准", tone="ok"),
        State("stopped", "已停止", tone="bad"),
    ),
    moves=(
        Move("draft", "department", "提交审批", (OWNER,)),
        Move("department", "bureau", "审核通过", (APPROVER,), apart_from=(ASK,)),
        Move("department", "draft", "退回", (APPROVER,), needs_reason=True, is_return=True),
        Move("bureau", "approved", "批准", (OFFICER,), apart_from=(ASK, PASS)),
        Move("bureau", "draft", "退回", (OFFICER,), needs_reason=True, is_return=True),
        Move("approved", "draft", "声明有变动，须重新批准", (), is_house=True),
        Move("approved", "stopped", "停止发布", (APPROVER, OFFICER, SECURITY), needs_reason=True, is_house=True),
        Move("stopped", "draft", "重新提出", (OWNER,), needs_reason=True),
    ),
)

BLOCKED = Flow(
    name="declassify-blocked",
    title="降级发布受阻",
    policy="发布前检查不通过的，保留上一次发布，由发布单位查明原因。",
    start="blocked",
    sides={"owner": "发布单位"},
    states=(
        State("blocked", "待查明", OWNER, Clock(days=5, policy=HOUSE_RULE, escalates_to=OFFICER), tone="bad"),
        State("settled", "已处理", is_end=True, tone="ok"),
    ),
    moves=(Move("blocked", "settled", "说明处理结果", (OWNER, OFFICER), needs_reason=True, is_house=True),),
)
