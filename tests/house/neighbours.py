"""What departments keep at the house, one object of each kind, and which route is about which."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from taihu.control.accounts import absence
from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions as catalogue
from taihu.control.runs import actions as runs
from taihu.data.collect import batches
from taihu.data.engines.stores import Stores
from taihu.data.guard import serve
from taihu.data.refine import refine
from taihu.patterns.cases import actions as cases
from tests import builders as make
from tests.house.canaries import HEAD, RIGHT, WRONG

AT = make.MONDAY
RESIDENT = "bases.people.resident"
PURPOSE = "金丝雀用途：核对低保申请人户籍"
REACHES = (
    "河段编码,河段名称,所属河道,所属乡镇街道代码,长度,河长级别,河长姓名,河长身份证号,河段中点\n"
    f"R-金丝雀,金丝雀段,苕溪,330502001,800,村级,王小明,{make.a_number()},POINT(120.1 30.8)\n"
)
NOBODY: frozenset[Role] = frozenset()
BUREAU = frozenset({Role.OFFICER})
CONTROL = frozenset({Role.OFFICER, Role.SECADMIN})
HOUSE = frozenset({Role.OFFICER, Role.SYSADMIN, Role.AUDITOR})


@dataclass(frozen=True)
class Thing:
    """An object of one department: the arguments that name it, those that name none, words that betray it.

    `seen_by` are the roles that see it whatever their department.
    """

    real: Mapping[str, object]
    unknown: Mapping[str, object]
    marks: tuple[str, ...]
    seen_by: frozenset[Role] = NOBODY
    said: Mapping[str, str] = field(default_factory=dict)
    owner: str = "water"


# Routes about an object of a department or a person, by the kind of object.
ABOUT = {
    "accounts:end_stand_in": "stand-in",
    "cases:about": "case's subject",
    "cases:move": "case",
    "cases:record": "case",
    "catalogue:move": "entry",
    "catalogue:page": "entry",
    "catalogue:write": "entry",
    "desk:batch": "batch",
    "desk:dismiss": "row",
    "desk:reopen": "row",
    "desk:workbook": "batch",
    "flows:hand_over": "matter",
    "flows:urge": "matter",
    "grants:amend": "grant",
    "grants:ask": "unpublished dataset",
    "grants:key": "grant",
    "grants:move": "grant",
    "grants:page": "grant",
    "grants:sign": "grant",
    "maps:layer": "layer",
    "maps:map": "map",
    "pages:download": "query's file",
    "pages:page": "topic page",
    "pages:rows": "query",
    "registers:list": "register",
    "registers:record": "register's entry",
    "runs:again": "run",
    "runs:run": "run",
    "runs:stop": "run",
}
# Routes whose neighbours are tried beside the stories of their objects: the file and the test that does it.
ELSEWHERE = {
    "desk:appeal": ("tests/doors/portal/test_mine.py", "test_another_department_does_not_see_the_objection"),
    "desk:appeal_move": ("tests/doors/portal/test_mine.py", "test_another_department_does_not_see_the_objection"),
    "desk:erasure": ("tests/doors/desk/test_erasures.py", "test_an_approver_of_another_department_does_not_see_it"),
    "desk:erasure_move": (
        "tests/doors/desk/test_erasures.py",
        "test_an_approver_of_another_department_does_not_see_it",
    ),
    "desk:erasure_proof": (
        "tests/doors/desk/test_erasures.py",
        "test_an_approver_of_another_department_does_not_see_it",
    ),
    "lowering:ask": ("tests/doors/desk/test_lowering_pages.py", "test_people_of_other_departments_do_not_see_it"),
    "lowering:move": ("tests/doors/desk/test_lowering_pages.py", "test_people_of_other_departments_do_not_see_it"),
    "lowering:page": ("tests/doors/desk/test_lowering_pages.py", "test_people_of_other_departments_do_not_see_it"),
    "lowering:try": ("tests/doors/desk/test_lowering_pages.py", "test_people_of_other_departments_do_not_see_it"),
    "portal:mine_appeal": ("tests/doors/portal/test_mine.py", "test_an_objection_of_one_is_not_shown_to_another"),
    "portal:mine_object": ("tests/doors/portal/test_mine.py", "test_nobody_sees_another_persons_use"),
    "portal:mine_proof": ("tests/doors/portal/test_mine.py", "test_nobody_sees_another_persons_use"),
    "portal:mine_use": ("tests/doors/portal/test_mine.py", "test_nobody_sees_another_persons_use"),
}
# What systems may ask at the exchange door; each names a dataset that must be granted to them.
EXCHANGE = {
    "lookup": (RESIDENT, "bases.people.nobody", {"key": {"resident_id": "330501199001010018"}, "operator": "li"}),
    "verify": (
        RESIDENT,
        "bases.people.nobody",
        {"key": {"resident_id": "330501199001010018"}, "claims": {"name": "金丝雀甲"}, "operator": "li"},
    ),
    "ask": ("topics.rivers.late_reaches", "topics.rivers.nobody", {"operator": "li"}),
}
# Routes whose objects belong to no department: why a neighbour of the same role may open them.
COMMON = {
    "accounts:give": "accounts are the system administrator's, of all departments",
    "accounts:person": "accounts are the system administrator's, of all departments",
    "accounts:reset_second": "accounts are the system administrator's, of all departments",
    "accounts:switch": "accounts are the system administrator's, of all departments",
    "accounts:take": "accounts are the system administrator's, of all departments",
    "cases:report": "a kind of case, to which anybody may report",
    "desk:check": "the ledger is the auditor's, and holds no value",
    "desk:line": "the ledger is the auditor's, and holds no value",
    "desk:replay": "the ledger is the auditor's, and what is told of an answer is whether it is the same",
    "desk:proof": "the ledger is the auditor's, and holds no value",
    "desk:settle": "alarms are the security officer's, of all departments",
    "portal:dataset": "open to everybody; what is not published does not exist",
    "portal:dataset_json": "open to everybody; what is not published does not exist",
    "portal:download": "open to everybody; what is not published does not exist",
    "portal:report": "open to everybody; what is not published does not exist",
    "portal:reported": "a receipt, under a number that cannot be guessed",
}


def make_things(stores: Stores) -> dict[str, Thing]:
    """One of each: of the police (entry, batch, run), of civil affairs (grant, stand-in), of water (topic, case)."""
    steward = make.a_person("police.steward", Role.STEWARD)
    catalogue.sync(at=AT, stores=stores)
    _deliver(stores, "topics.rivers.reach", "河段名录.csv", REACHES)
    columns = ("resident_id", "name")
    grant = make.a_grant(stores, stores.shelf.dataset(RESIDENT), *columns, state="asked", purpose=PURPOSE)
    batch = _deliver(stores, RESIDENT, "金丝雀户籍.csv", "\n".join((HEAD, RIGHT, WRONG, "")))
    case = _make_case(stores)
    run = runs.ask(job="refine", key=batch.id, title="治理 金丝雀户籍.csv", by="x", at=AT, department="police")
    mate = make.a_person("police.zhou", Role.STEWARD)
    today = AT.date()
    days = {"since": today, "until": today + datetime.timedelta(days=2), "reason": "金丝雀出差"}
    said = {"principal": steward, "delegate": mate, "role": Role.STEWARD, "by": steward, "at": AT, "stores": stores}
    stand_in = absence.delegate(**said, **days)
    row = {"batch_id": batch.id, "number": 3}
    pack = {"pack": "topics.rivers"}
    rivers = ("河长制", "河道一张图", "R-金丝雀")
    return {
        "stand-in": Thing({"pk": stand_in.pk}, {"pk": 0}, ("金丝雀出差",), owner="police"),
        "entry": Thing(
            {"dataset": RESIDENT, "to": "department"},
            {"dataset": "bases.people.nobody"},
            ("户籍人口",),
            BUREAU,
            owner="police",
        ),
        "unpublished dataset": Thing({"dataset": RESIDENT}, {"dataset": "bases.people.nobody"}, ("户籍人口",)),
        "batch": Thing({"batch_id": batch.id}, {"batch_id": "20261123-99999"}, ("金丝雀户籍",), BUREAU, owner="police"),
        "row": Thing(row, {"batch_id": "20261123-99999"}, ("金丝雀户籍",), said={"reason": "已迁出"}, owner="police"),
        "grant": Thing(
            {"reference": grant.reference, "to": "withdrawn"},
            {"reference": "0" * 16},
            ("金丝雀用途", "civil.window"),
            CONTROL,
            owner="civil",
        ),
        "matter": Thing({"pk": grant.matter_id}, {"pk": 0}, ("窗口系统",), BUREAU, owner="civil"),
        "run": Thing({"pk": run.pk}, {"pk": "0" * 32}, ("金丝雀户籍",), HOUSE, owner="police"),
        "case": Thing({"pk": case.pk, "to": "accepted"}, {"pk": 0}, ("R-金丝雀",), BUREAU),
        "case's subject": Thing(
            {"subject": case.matter.subject.removeprefix("case:")},
            {"subject": "topics.rivers.missed_patrol:R-nobody"},
            ("R-金丝雀",),
            BUREAU,
        ),
        "topic page": Thing({**pack, "name": "rivers"}, {"name": "nobody"}, rivers, BUREAU),
        "query": Thing({**pack, "query": "late_reaches"}, {"query": "nobody"}, rivers, BUREAU),
        "query's file": Thing({**pack, "query": "late_reaches", "ending": "csv"}, {"query": "nobody"}, rivers, BUREAU),
        "map": Thing({**pack, "name": "rivers"}, {"name": "nobody"}, rivers, BUREAU),
        "layer": Thing({**pack, "name": "rivers", "layer": "water"}, {"layer": "nobody"}, rivers, BUREAU),
        "register": Thing({**pack, "name": "reaches"}, {"name": "nobody"}, rivers, BUREAU),
        "register's entry": Thing(
            {**pack, "name": "reaches", "key": "R-金丝雀"}, {"name": "nobody"}, ("R-金丝雀",), BUREAU
        ),
    }


def _deliver(stores: Stores, dataset: str, filename: str, text: str):
    batch = make.a_delivery(stores, dataset, text, filename).batch
    refined = refine.refine(batch=batch, stores=stores, by="worker", at=AT)
    counted = {"accepted": refined.accepted, "returned": refined.returned}
    settled = batches.settle(stores=stores, batch=batch, by="worker", at=AT, **counted)
    serve.serve(stores.shelf.dataset(dataset), stores=stores)
    return settled


def _make_case(stores: Stores):
    pack = stores.shelf.pack("topics.rivers")
    kind = next(kind for kind in pack.cases if kind.name == "missed_patrol")
    report = cases.Report("R-金丝雀", "R-金丝雀巡查逾期", "person", [cases.Fact("rank", "河长级别", "村级")])
    return cases.open_case(pack=pack, kind=kind, report=report, by=None, at=AT, stores=stores)
