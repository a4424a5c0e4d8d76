import datetime
import io

import pytest

from taihu.data.collect import receive
from taihu.data.guard import question, refused
from taihu.data.guard.answer import answer
from taihu.data.guard.lowering import lower, members
from taihu.data.guard.lowering.allowed import Allowed, NotAllowed
from taihu.data.guard.question import Condition, Op
from taihu.data.link import attack
from taihu.terms import fault, pack, shelf
from taihu.terms.permit import Scope
from taihu.terms.zone import Zone
from tests.data.guard.guard_world import NOON
from tests.data.guard.lowering import lowering_world as world

TOWNS = {"A": 40, "B": 25, "C": 3, "D": 12}


@pytest.fixture
def stores(tmp_path):
    opened = world.open_world(tmp_path)
    world.write_patients(opened, TOWNS)
    yield opened
    opened.close()


def ask(stores, *, where=(), scope=(), days=0, name=world.BY_TOWN):
    dataset = stores.shelf.dataset(name)
    asked = question.Rows(dataset.id, where=where, limit=100)
    permit = world.open_permit(dataset, scope=scope)
    at = NOON + datetime.timedelta(days=days)
    return answer(asked, permit, stores=stores, by="reader", at=at).rows


def table_of(stores, name=world.BY_TOWN):
    dataset = stores.shelf.dataset(name)
    return stores.lake.snapshot(dataset.zone, dataset.id)


def entries(stores, act):
    return [found.entry for found in stores.ledger.entries(limit=100).entries if found.entry.act == act]


def test_groups_of_ten_leave_and_what_is_left_out_cannot_be_computed(stores):
    made = world.release(stores)

    assert made.outcome == lower.RELEASED
    assert ask(stores) == [("A", 40), ("B", 25)]
    assert made.figures["left_out"] == "2"


def test_the_entry_says_who_allowed_what_by_which_method_and_holds_no_value(stores):
    made = world.release(stores)

    (entry,) = entries(stores, "declassify")
    assert entry.detail["allowed"] == "health.approver；bureau.officer"
    assert entry.detail["method"] == "at_least"
    assert entry.detail["with.k"] == "10"
    assert entry.detail["from"] == "L4 medical,person"
    assert entry.detail["to"] == entry.label == "L1"
    assert entry.detail["proof.smallest"] == "25"
    assert entry.detail["sources"] == world.PATIENT
    assert entry.rows == 2
    assert made.receipt
    assert "A-1" not in str(entry.detail)


def test_nothing_falls_without_the_word_of_two_over_this_very_declaration(stores):
    for word in (Allowed("", ()), Allowed("x" * 64, ("a", "b")), world.allow(stores, by=("one", "one"))):
        with pytest.raises(NotAllowed):
            world.release(stores, allowed=word)

    assert table_of(stores) is None
    assert not entries(stores, "declassify")


@pytest.mark.parametrize(
    "files",
    [
        {"queries/patients.sql": "select subject, town from patient where age > 3"},
        {"declassifiers.yaml": world.DOWN.replace("k: 10", "k: 5") + world.SAMPLE},
        {"datasets/patient.yaml": world.PATIENTS.replace("town:    {label: 乡镇, kind: text, level: L2", "town:    {label: 乡镇, kind: text, level: L3")},
        {"parameters.yaml": "limits: {label: 限, policy: p, kind: int, values: [{since: 2017-01-01, value: 3}]}\n", "queries/patients.sql": "select p.subject, p.town from patient p cross join limits l where p.age > l.value"},
    ],
)  # fmt: skip
def test_a_changed_text_method_or_label_is_not_what_was_allowed(files, stores, tmp_path):
    word = world.allow(stores)
    changed = world.open_world(tmp_path / "changed", files)
    world.write_patients(changed, TOWNS)

    with pytest.raises(NotAllowed, match="有变动"):
        world.release(changed, allowed=word)
    changed.close()


def test_a_changed_number_of_a_dated_parameter_is_not_what_was_allowed(tmp_path):
    sql = {"queries/patients.sql": "select p.subject, p.town from patient p cross join limits l where p.age > l.value"}
    dated = "limits: {label: 限, policy: p, kind: int, values: [{since: 2017-01-01, value: %d}]}\n"
    three = world.open_world(tmp_path / "3", {**sql, "parameters.yaml": dated % 3})
    four = world.open_world(tmp_path / "4", {**sql, "parameters.yaml": dated % 4})

    assert world.allow(three).digest != world.allow(four).digest
    three.close()
    four.close()


def test_the_same_rows_again_make_no_version(stores):
    first = world.release(stores)
    again = world.release(stores, days=1)

    assert (again.outcome, again.version) == (lower.UNCHANGED, first.version)
    assert len(entries(stores, "declassify")) == 1


def test_one_newcomer_is_not_told_by_the_difference_and_the_last_release_stays(stores):
    world.release(stores)
    world.write_patients(stores, {**TOWNS, "A": 41}, number=2)

    with pytest.raises(lower.NotReleased) as refused_:
        world.release(stores, days=1)

    assert [reason["code"] for reason in refused_.value.reasons] == ["G-OPEN-07"]
    assert refused_.value.figures["gate.differences"] != "0"
    assert ask(stores, days=1) == [("A", 40), ("B", 25)]
    assert len(entries(stores, "declassify")) == 1


def test_ten_newcomers_are_told(stores):
    world.release(stores)
    world.write_patients(stores, {**TOWNS, "A": 50}, number=2)

    assert world.release(stores, days=1).outcome == lower.RELEASED
    assert ask(stores, days=1) == [("A", 50), ("B", 25)]


def test_the_day_before_yesterday_is_compared_too(stores):
    world.release(stores)
    world.write_patients(stores, {**TOWNS, "A": 60}, number=2)
    world.release(stores, days=1)
    world.write_patients(stores, {**TOWNS, "A": 42}, number=3)

    with pytest.raises(lower.NotReleased):
        world.release(stores, days=2)


def test_members_are_kept_under_names_of_their_own_and_no_permit_reads_them(stores):
    world.release(stores)

    kept = members.read_members(stores.shelf.dataset(world.BY_TOWN), stores)
    assert [len(one.rows) for one in kept] == [65]
    assert not {"A-1", stores.vault.token("A-1")} & set(kept[0].rows.column("subject").to_pylist())
    assert world.BY_TOWN + members.MEMBERS not in stores.lake.tables(Zone.OPENED)
    permit = world.open_permit(stores.shelf.dataset(world.BY_TOWN), reads=(world.BY_TOWN + members.MEMBERS,))
    for zone in (None, *Zone):
        with pytest.raises(pack.UnknownName):
            answer(question.Rows(world.BY_TOWN + members.MEMBERS, zone=zone), permit, stores=stores, by="x", at=NOON)


def test_no_filter_or_scope_of_a_reader_changes_what_fell(stores):
    world.release(stores)
    whole, version = ask(stores), table_of(stores).version

    asked = [
        ask(stores, where=(Condition("town", Op.EQUAL, ("A",)),)),
        ask(stores, where=(Condition("count", Op.LESS, ("30",)),)),
        ask(stores, where=(Condition("town", Op.EQUAL, ("C",)),)),
        ask(stores, scope=(Scope("town", ("B",)),)),
        ask(stores, scope=(Scope("town", ("C", "D")),)),
        ask(stores, scope=(Scope("town", ("A",), by_prefix=True),)),
    ]

    assert asked == [[("A", 40)], [("B", 25)], [], [("B", 25)], [], [("A", 40)]]
    assert ask(stores) == whole
    assert table_of(stores).version == version


def test_a_query_over_the_release_reads_it_like_any_dataset_and_never_what_lies_below(stores):
    world.release(stores)
    dataset = stores.shelf.dataset(world.BY_TOWN)
    permit = world.open_permit(dataset, scope=(Scope("town", ("B", "C")),))

    told = answer(
        question.Ask(text='select town, count from "topics.health.by_town"'), permit, stores=stores, by="x", at=NOON
    )
    with pytest.raises(refused.Refused):
        answer(question.Ask(query="topics.health.patients"), permit, stores=stores, by="x", at=NOON)

    assert told.rows == [("B", 25)]


def test_a_single_row_is_served_by_its_key(stores):
    world.release(stores)
    permit = world.open_permit(stores.shelf.dataset(world.BY_TOWN))

    found = answer(question.Lookup(world.BY_TOWN, {"town": "A"}), permit, stores=stores, by="x", at=NOON)

    assert found.rows == [("A", 40)]


def test_a_lower_label_declared_afterwards_makes_the_table_unreadable(tmp_path):
    secret = world.TOWN.replace("zone: opened", "zone: shared").replace("open: open", "open: restricted")
    secret = secret.replace("kind: int, level: L1", "kind: int, level: L2").replace(
        "share: unconditional", "share: conditional"
    )
    down = {"declassifiers.yaml": world.DOWN.replace("to: L1", "to: L2"), "datasets/sample.yaml": ""}
    first = world.open_world(tmp_path, {**down, "datasets/by_town.yaml": secret})
    world.write_patients(first, TOWNS)
    world.release(first)
    first.close()
    lowered = secret.replace("level: L2", "level: L1")
    (tmp_path / "packs/topics/health/datasets/by_town.yaml").write_text(lowered, encoding="utf-8")
    second = world.open_stores(tmp_path / "var", shelf.read_shelf(tmp_path / "packs"), segment="again")
    permit = world.open_permit(second.shelf.dataset(world.BY_TOWN))

    for asked in (question.Rows(world.BY_TOWN), question.Lookup(world.BY_TOWN, {"town": "A"})):
        with pytest.raises(refused.NothingHere):
            answer(asked, permit, stores=second, by="x", at=NOON)
    second.close()


@pytest.mark.slow
def test_microdata_leave_and_neither_attacker_finds_more_than_one_in_k(stores):
    made = world.release(stores, "topics.health.sample", attacks={"关联引擎": attack.attack_by})

    assert made.outcome == lower.RELEASED
    assert float(made.figures["gate.recovered.层级相符"]) <= 0.2
    assert float(made.figures["gate.recovered.关联引擎"]) <= 0.2
    assert int(made.figures["k"]) >= 5
    assert len(ask(stores, name="topics.health.sample")) == 80


def test_a_try_releases_nothing(stores):
    tried = lower.try_out(world.BY_TOWN, stores=stores, at=NOON)

    assert tried.figures["left_out"] == "2"
    assert not tried.reasons
    assert table_of(stores) is None


def test_what_is_taken_back_is_empty_and_entered(stores):
    world.release(stores)

    assert lower.take_back(
        world.BY_TOWN, reason="批准到期", stores=stores, by="worker", at=NOON + datetime.timedelta(1)
    )
    assert not lower.take_back(
        world.BY_TOWN, reason="批准到期", stores=stores, by="worker", at=NOON + datetime.timedelta(2)
    )

    assert [entry.detail["reason"] for entry in entries(stores, "declassify.end")] == ["批准到期"]
    with pytest.raises(refused.NothingHere):
        ask(stores)


def test_nobody_delivers_what_the_house_makes(stores):
    given = receive.Delivered(io.BytesIO("乡镇,人数\nZ,99\n".encode()), "x.csv")

    receipt = receive.receive(
        delivery=given, dataset=stores.shelf.dataset(world.BY_TOWN), stores=stores, by="x", at=NOON
    )

    assert receipt.problem["code"] == "C-018"


POINTS = ("guard.lowering.write", "lake.commit.log", "lake.commit.done")


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_release_is_made_by_the_next_run(point, stores, monkeypatch):
    class Killed(Exception):
        pass

    def kill(name):
        if name == point:
            raise Killed

    monkeypatch.setattr(fault, "point", kill)
    with pytest.raises(Killed):
        world.release(stores)
    monkeypatch.undo()

    assert world.release(stores, days=1).outcome == lower.RELEASED
    assert ask(stores, days=1) == [("A", 40), ("B", 25)]


BANDS = """
label: 分乡镇年龄段患者数
zone: opened
every: month
delivery: full
key: [town, age]
share: unconditional
open: open
presence: L1
columns:
  town:  {label: 乡镇, kind: text, level: L1}
  age:   {label: 年龄段, kind: text, level: L1}
  count: {label: 人数, kind: int, level: L1}
"""
OTHER = "bands: {from: aged, method: at_least, k: 10, by: [town, age], who: subject, to: L1, every: month, policy: p}\n"


def test_another_dataset_that_counts_the_same_persons_is_subtracted_too(tmp_path):
    """Of the 40 in A, 36 are told by age: the four that are left over would be the difference."""
    files = {
        "datasets/bands.yaml": BANDS,
        "declassifiers.yaml": world.DOWN + world.SAMPLE + OTHER,
        "queries/aged.sql": "select subject, town, case when age < 38 then 'a' else 'b' end as age from patient where age < 38 or age > 41",
    }
    stores = world.open_world(tmp_path / "two", files)
    world.write_patients(stores, {"A": 40})
    world.release(stores)

    with pytest.raises(lower.NotReleased) as stopped:
        world.release(stores, "topics.health.bands")

    assert "分乡镇患者数" in stopped.value.reasons[0]["message"]
    stores.close()
