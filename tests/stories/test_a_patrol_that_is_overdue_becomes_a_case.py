"""Nobody walks a reach for too long: a case is opened; the chief walks, another verifies, and the case is closed."""

import datetime

import pytest

from taihu.control.accounts.roles import Role
from taihu.control.runs import actions as runs
from taihu.patterns.cases import actions as cases
from taihu.patterns.cases.models import Case
from taihu.patterns.watch import actions as watches
from tests import builders as make

CHIEF = make.a_number("33050219770707003")
REACHES = (
    "河段编码,河段名称,所属河道,所属乡镇街道代码,河长级别,河长姓名,河长身份证号\n"
    f"R-1,苕溪一段,苕溪,330502001,村级,陆水根,{CHIEF}\nR-2,苕溪二段,苕溪,330502001,村级,陆水根,{CHIEF}\n"
)


def walks(*rows):
    lines = [f"{patrol},{reach},{day},30,{CHIEF},陆水根" for patrol, reach, day in rows]
    return "\n".join(["巡河单号,河段编码,巡查日期,巡查时长,河长身份证号,河长姓名", *lines, ""])


@pytest.mark.django_db
@pytest.mark.slow
def test_an_overdue_patrol_becomes_a_case_and_a_walk_closes_it(house, work_off):
    steward, officer = make.a_person("water.steward", Role.STEWARD), make.a_person("bigdata.officer", Role.OFFICER)

    def deliver(dataset, text, at=make.MONDAY):
        receipt = make.a_delivery(house, f"topics.rivers.{dataset}", text, f"{dataset}{at:%d}.csv", at=at)
        runs.ask(job="refine", args={"batch": receipt.id}, key=receipt.id, at=at, by="test")
        work_off(at)

    def look(at):
        runs.ask(job=watches.JOB, args={"watch": "topics.rivers.late_reaches"}, at=at, by="test")
        work_off(at)

    deliver("reach", REACHES)
    deliver("patrol", walks(("P-1", "R-1", "2026-11-14"), ("P-2", "R-2", "2026-11-20")))
    look(make.MONDAY)

    case = Case.objects.get()
    assert (case.key, case.heading, case.matter.state) == ("R-1", "苕溪一段巡查逾期", "reported")
    assert {fact["column"]: fact["text"] for fact in case.facts}["days"] == "9"
    assert case.matter.due_on == datetime.date(2026, 11, 24)
    assert CHIEF not in str(case.facts)

    for to in ("accepted", "handling"):
        cases.move(case=case, to=to, by=steward, at=make.later(hours=1), stores=house)
    deliver("patrol", walks(("P-3", "R-1", "2026-11-24")), make.later(1))
    look(make.later(1))
    case.refresh_from_db()
    case.matter.refresh_from_db()
    assert case.matter.state == "handled", "the walk itself sends the case to verification"
    cases.move(case=case, to="closed", by=officer, at=make.later(2), stores=house)

    assert not Case.objects.open().exists()
    assert Case.objects.count() == 1
