"""Important and core data (GB/T 43697) are neither shared nor opened before their declared procedure has decided so."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from taihu.control.accounts.roles import Role
from taihu.control.grants import actions, permissions
from taihu.control.grants import compile as compiling
from taihu.control.grants.models import Grant
from taihu.control.grants.request import NotAskable, Request
from taihu.data.engines.stores import open_stores
from taihu.data.guard import answer as guard
from taihu.data.guard import permits, refused, standing
from taihu.data.guard.question import Lookup, Rows, Verify
from taihu.doors.portal import entries, release
from taihu.terms import placed, read_dataset
from taihu.terms.dataset import Openness, Share
from taihu.terms.label import Label, Level
from taihu.terms.permit import Form, Permit
from tests import builders as make
from tests.doors.portal import portal_builders as portal

AT = make.MONDAY
PROCEDURE = "市数据安全工作协调机制重要数据共享审批"
DECISION = "湖数安审〔2026〕7号"
PLAIN = make.a_column("code")
HELD = make.a_column("stock", level=Level.L2, share=Share.CONDITIONAL, kinds=("important",))
CORE = make.a_column("flow", level=Level.L3, share=Share.CONDITIONAL, kinds=("core",))
GRAIN = make.a_dataset(PLAIN, HELD, CORE, name="grain", title="储备粮库存")
BY_PROCEDURE = dataclasses.replace(GRAIN, procedure=PROCEDURE)
REQUEST = Request(
    dataset=GRAIN.id,
    columns=("code",),
    forms=(Form.LOOKUP,),
    purpose="粮食应急调度时核对库存",
    ground="粮食安全保障法第四十条",
    until=datetime.date(2027, 6, 30),
    assessment="不含个人信息，影响可控，只在应急调度中使用",
)


@pytest.fixture
def world(db, tmp_path):
    stores = open_stores(tmp_path, make.a_shelf(BY_PROCEDURE), segment="test")
    people = {
        "asker": make.a_person("civil.a", Role.STEWARD),
        "officer": make.a_person("bigdata.a", Role.OFFICER),
        "provider": make.a_person("police.b", Role.APPROVER),
    }
    system = make.a_system("civil")

    def ask(asked, dataset):
        said = {"asked": asked, "system": system, "dataset": dataset, "by": people["asker"], "at": AT}
        return actions.ask(stores=stores, **said)

    ask.people, ask.stores = people, stores
    yield ask
    stores.close()


@pytest.mark.parametrize(
    ("columns", "dataset", "decision", "said"),
    [
        (("code",), GRAIN, "", ""),
        (("code", "stock"), GRAIN, "", "不得共享"),
        (("code", "flow"), GRAIN, DECISION, "不得共享"),
        (("code", "stock"), BY_PROCEDURE, "", "审批文号"),
        (("code", "flow"), BY_PROCEDURE, "  - ", "审批文号"),
        (("code", "stock", "flow"), BY_PROCEDURE, DECISION, ""),
        (("code",), dataclasses.replace(GRAIN, presence=Label(Level.L1, frozenset({"core"}))), DECISION, "不得共享"),
    ],
)
def test_a_request_for_them_needs_the_procedure_and_its_decision(world, columns, dataset, decision, said):
    asked = dataclasses.replace(REQUEST, columns=columns, decision=decision)

    if said:
        with pytest.raises(NotAskable, match=said):
            world(asked, dataset)
        assert not Grant.objects.exists()
    else:
        grant = world(asked, dataset)
        assert compiling.to_permit(grant, dataset).procedure == decision


@pytest.mark.parametrize(
    ("decision", "dataset", "is_signed"),
    [(DECISION, BY_PROCEDURE, True), ("", BY_PROCEDURE, False), (DECISION, GRAIN, False)],
)
def test_a_grant_whose_procedure_is_gone_is_not_signed(world, decision, dataset, is_signed):
    grant = world(dataclasses.replace(REQUEST, columns=("code", "stock"), decision=DECISION), BY_PROCEDURE)
    actions.pass_on(grant=grant, by=world.people["officer"], at=AT, stores=world.stores)
    grant.decision = decision
    seen = compiling.digest(compiling.to_permit(grant, dataset))
    said = {"grant": grant, "dataset": dataset, "seen": seen, "by": world.people["provider"], "at": AT}

    if is_signed:
        actions.approve(stores=world.stores, **said)
    else:
        with pytest.raises(permissions.NoProcedure):
            actions.approve(stores=world.stores, **said)

    assert (grant.state == "granted") is is_signed


def a_permit(kinds, procedure):
    return Permit(
        grant="SQ-1",
        department="civil",
        system="civil.window",
        purpose="调度",
        ground="条例",
        reads=(GRAIN.id,),
        columns=("code", "stock"),
        label=Label(Level.L3, frozenset(kinds)),
        forms=frozenset(Form),
        until=AT.date(),
        procedure=procedure,
    )


@pytest.mark.parametrize(
    "question", [Rows(GRAIN.id), Lookup(GRAIN.id, {"code": "1"}), Verify(GRAIN.id, {"code": "1"}, {})]
)
@pytest.mark.parametrize(
    ("kinds", "procedure", "is_refused"),
    [
        (("important",), "", True),
        (("core", "person"), "", True),
        (("core",), DECISION, False),
        (("person",), "", False),
    ],
)
def test_the_guard_answers_nothing_under_a_permit_for_them_without_a_decision(
    tmp_path, question, kinds, procedure, is_refused
):
    stores = open_stores(tmp_path, make.a_shelf(BY_PROCEDURE), segment="test")
    permit = a_permit(kinds, procedure)

    with pytest.raises(refused.Refused) as caught:
        guard.answer(question, permit, stores=stores, by="test", at=AT)
    told = guard.explain(question, permit, stores=stores).problem

    assert (caught.value.code == "G-LABEL-03") is is_refused
    assert (told is not None and told.code == "G-LABEL-03") is is_refused
    stores.close()


def test_a_department_reads_its_own_without_a_decision_and_permits_keep_theirs():
    own = standing.standing_permit("police", [GRAIN])

    assert own.label.is_protected
    assert own.procedure
    assert not standing.standing_permit("police", [make.a_dataset()]).procedure
    given = a_permit(("core",), DECISION)
    assert permits.from_text(permits.to_text(given)) == given


@pytest.mark.parametrize(
    ("kinds", "presence", "procedure", "is_open"),
    [
        ((), (), "", True),
        (("important",), (), "", False),
        (("core",), (), "", False),
        (("important",), (), PROCEDURE, True),
        ((), ("core",), PROCEDURE, False),
    ],
)
def test_the_portal_releases_nothing_of_a_dataset_that_holds_them(tmp_path, kinds, presence, procedure, is_open):
    shown = portal.a_column("station", "断面编码")
    held = dataclasses.replace(
        portal.a_column("stock", "库存", opened=Openness.FORBIDDEN), label=Label(Level.L1, frozenset(kinds))
    )
    dataset = portal.a_dataset("grain", "储备粮", shown, held)
    dataset = dataclasses.replace(dataset, presence=Label(Level.L1, frozenset(presence)), procedure=procedure)
    stores = open_stores(tmp_path, portal.a_shelf(dataset), segment="test")
    pack = stores.shelf.pack(dataset.pack)
    item = entries.Item(dataset, pack, stores.shelf.standards.departments["water"], 1, AT)

    if is_open:
        assert release.build(item=item, stores=stores, at=AT) is None
    else:
        with pytest.raises(release.NothingOpen):
            release.build(item=item, stores=stores, at=AT)
    assert item.is_downloadable is is_open
    stores.close()


YAML = """label: 储备粮库存
every: day
key: [code]
share: none
open: forbidden
presence: {presence}
{procedure}columns:
  code: {{label: 编码, kind: text, level: L1}}
  stock: {{label: 库存, kind: int, level: L2, class: {kind}, share: {share}, open: {open}}}
"""


@pytest.mark.parametrize(
    ("kind", "share", "opened", "procedure", "presence", "said"),
    [
        ("important", "none", "forbidden", "", "L1", []),
        ("important", "conditional", "forbidden", "", "L1", ["share is conditional"]),
        ("core", "unconditional", "restricted", "", "L1", ["share is unconditional", "open is restricted"]),
        ("core", "conditional", "restricted", PROCEDURE, "L1", []),
        ("core", "unconditional", "forbidden", PROCEDURE, "L1", ["share is unconditional"]),
        ("credit", "conditional", "restricted", "", "L1", []),
        ("credit", "conditional", "forbidden", "", "{level: L1, class: core}", ["share is conditional"]),
    ],
)
def test_a_pack_that_shares_or_opens_them_names_the_procedure(tmp_path, kind, share, opened, procedure, presence, said):
    path = tmp_path / "grain.yaml"
    words = {"kind": kind, "share": share, "open": opened, "presence": presence}
    path.write_text(YAML.format(procedure=f"procedure: {procedure}\n" if procedure else "", **words), encoding="utf-8")
    faults = placed.Faults()

    read_dataset.read_dataset(path, "packs/x/datasets/grain.yaml", "x", "water", faults)

    told = [str(fault) for fault in faults]
    assert len(told) == len(said), told
    assert all("grain.yaml:" in one and "GB" not in one for one in told)
    assert [word for word in said if not any(word in one for one in told)] == []
