"""Civil affairs ask for more than is lawful, are told what to change, ask again, and learn at the door what they lack."""

import dataclasses

import pytest

from taihu.control.accounts.roles import Role
from taihu.control.grants import actions as grants
from taihu.control.grants import keeping
from taihu.control.grants.models import Grant
from taihu.control.grants.request import NotAskable, Request
from taihu.data.guard import answer as guard
from taihu.data.guard import serve
from taihu.data.guard.question import Lookup, Rows
from taihu.data.refine import refine
from taihu.terms.label import Level
from taihu.terms.permit import Form
from taihu.terms.problem import Problem
from tests import builders as make

RESIDENT = "bases.people.resident"
NUMBER = make.a_number("33050219900101001")
FILE = (
    "公民身份号码,姓名,性别,出生日期,所属乡镇街道代码,户籍地址,联系电话\n"
    f"{NUMBER},沈知远,男,1990-01-01,330502001,湖州市吴兴区月河街道1号,13800000001\n"
)
TOO_MUCH = Request(
    dataset=RESIDENT,
    columns=("resident_id", "name", "phone", "income"),
    forms=(),
    purpose="查",
    ground="",
    until=make.later(1000).date(),
    clear_level=Level.L4,
)


@pytest.mark.django_db
@pytest.mark.slow
def test_a_department_is_told_what_to_ask_for(house):
    dataset = house.shelf.dataset(RESIDENT)
    receipt = make.a_delivery(house, RESIDENT, FILE, "户籍人口.csv")
    refine.refine(batch=receipt.batch, stores=house, by="worker", at=make.MONDAY)
    serve.serve(dataset, stores=house)
    asker = make.a_person("civil.steward", Role.STEWARD)

    said = {"system": make.a_system("civil"), "by": asker, "at": make.MONDAY, "stores": house}
    with pytest.raises(NotAskable) as told:
        grants.ask(asked=TOO_MUCH, dataset=dataset, **said)
    help_lines = told.value.help.split("\n")
    for word in ("没有数据项 income", "写明用途", "写明依据", "影响评估", "使用方式", "L4 数据项一律脱敏", "最长一年"):
        assert any(word in line for line in help_lines), word
    assert not Grant.objects.exists()

    grant = make.a_grant(house, dataset, "resident_id", "name")
    permit = keeping.permits_of(house).find(grant.code)

    def ask(question, permit=permit):
        return guard.answer(question, permit, stores=house, by="窗口01", at=make.later(hours=1))

    row = ask(Lookup(RESIDENT, {"resident_id": NUMBER})).rows[0]
    assert row == (f"330502********{NUMBER[-4:]}", "沈**")
    refusals = {
        "a column that was not granted": (Lookup(RESIDENT, {"resident_id": NUMBER}, ("phone",)), permit, "phone"),
        "a form that was not granted": (Rows(RESIDENT), permit, "列表"),
        "another dataset": (Lookup("bases.people.assistance", {"resident_id": NUMBER}), permit, "assistance"),
        "a grant that is over": (
            Lookup(RESIDENT, {"resident_id": NUMBER}),
            dataclasses.replace(permit, until=make.MONDAY.date().replace(day=1)),
            "续",
        ),
    }
    for what, (question, held, word) in refusals.items():
        with pytest.raises(Problem) as refused:
            ask(question, held)
        shape = refused.value.to_shape()
        assert word in shape["help"] + shape["where"] + shape["message"], what
        assert "申请" in shape["help"], what
        assert NUMBER not in str(shape)
    acts = [found.entry.act for found in house.ledger.entries(limit=500).entries]
    assert acts.count("refuse") == len(refusals), "each refusal is in the ledger"

    wider = make.a_grant(house, dataset, "resident_id", "name", "phone", forms=(Form.LOOKUP, Form.QUERY))
    permit = keeping.permits_of(house).find(wider.code)
    assert ask(Lookup(RESIDENT, {"resident_id": NUMBER}, ("phone",)), permit).rows == [("138****0001",)]
