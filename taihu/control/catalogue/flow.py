"""How an entry is published: written by a steward, through two gates, each kept by another person."""

from __future__ import annotations

from taihu.control.accounts.roles import Role
from taihu.control.flows.flow import Clock, Flow, Move, State, Who

STEWARD = Who(Role.STEWARD, "provider")
APPROVER = Who(Role.APPROVER, "provider")
OFFICER = Who(Role.OFFICER)
SUBMIT, PASS, PUBLISH = "draft>department", "department>bureau", "bureau>published"
HOUSE_RULE = "平台工作约定（非法定时限）"

FLOW = Flow(
    name="catalogue-entry",
    title="目录编制",
    policy="目录由数源单位编制，经部门与主管部门两级审核后发布；两级审核与编制不得由同一人办理。",
    start="draft",
    sides={"provider": "数源单位"},
    states=(
        State("draft", "草稿", waits_for=STEWARD, tone="info"),
        State("department", "部门审核", APPROVER, Clock(days=5, policy=HOUSE_RULE, escalates_to=OFFICER), tone="warn"),
        State("bureau", "主管部门审核", OFFICER, Clock(days=5, policy=HOUSE_RULE), tone="warn"),
        State("published", "已发布", tone="ok"),
        State("withdrawn", "已下架", tone="bad"),
    ),
    moves=(
        Move("draft", "department", "提交审核", (STEWARD,)),
        Move("department", "bureau", "审核通过", (APPROVER,), apart_from=(SUBMIT,)),
        Move("department", "draft", "退回修改", (APPROVER,), needs_reason=True, is_return=True),
        Move("bureau", "published", "发布", (OFFICER,), apart_from=(SUBMIT, PASS)),
        Move("bureau", "draft", "退回修改", (OFFICER,), needs_reason=True, is_return=True),
        Move("published", "draft", "发起变更", (STEWARD,), needs_reason=True),
        Move("published", "withdrawn", "下架", (OFFICER,), needs_reason=True),
        Move("withdrawn", "draft", "重新编制", (STEWARD,), needs_reason=True),
    ),
)
