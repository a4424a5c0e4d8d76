"""How an objection to a use, and a request to correct one's data, are answered, by whom and by when."""

from __future__ import annotations

from taihu.control.accounts.roles import Role
from taihu.control.flows.flow import Clock, Flow, Move, State, Who

HANDLERS = (Who(Role.STEWARD, "handler"), Who(Role.APPROVER, "handler"))
OFFICER = Who(Role.OFFICER)
WITHIN = "个人信息保护法第五十条：建立便捷的申请受理和处理机制；本平台定为十个工作日"

OBJECTION = Flow(
    name="objection",
    title="使用异议",
    policy="个人对其个人信息的使用提出异议，由使用单位说明依据或者纠正；不服的由主管部门复核。个人信息保护法第四十四条、第五十条。",
    start="raised",
    sides={"handler": "使用单位"},
    states=(
        State("raised", "使用单位核实", HANDLERS[0], Clock(days=10, policy=WITHIN, escalates_to=OFFICER), tone="warn"),
        State("review", "主管部门复核", OFFICER, Clock(days=10, policy=WITHIN), tone="warn"),
        State("explained", "使用有据", is_end=True, tone="ok"),
        State("wrongful", "确属不当，已纠正", is_end=True, tone="bad"),
    ),
    moves=(
        Move("raised", "explained", "说明使用依据", HANDLERS, needs_reason=True),
        Move("raised", "wrongful", "确认不当并说明纠正情况", HANDLERS, needs_reason=True),
        Move("raised", "review", "本人不服，转主管部门复核", (), is_house=True),
        Move("review", "explained", "复核：使用有据", (OFFICER,), needs_reason=True),
        Move("review", "wrongful", "复核：确属不当", (OFFICER,), needs_reason=True),
    ),
)

CORRECTION = Flow(
    name="correction",
    title="更正申请",
    policy="个人发现其信息不准确的，向该数据项的数源单位申请更正。个人信息保护法第四十六条。",
    start="asked",
    sides={"handler": "数源单位"},
    states=(
        State("asked", "数源单位核实", HANDLERS[0], Clock(days=10, policy=WITHIN, escalates_to=OFFICER), tone="warn"),
        State("corrected", "已更正", is_end=True, tone="ok"),
        State("declined", "核实无误，不予更正", is_end=True),
    ),
    moves=(
        Move("asked", "corrected", "已在业务系统更正", HANDLERS, needs_reason=True),
        Move("asked", "declined", "核实无误，说明理由", HANDLERS, needs_reason=True),
    ),
)
FLOWS = (OBJECTION, CORRECTION)
