import pytest

from taihu.data.guard.declassify.methods import METHODS
from taihu.data.guard.lowering import apply, lower, shape
from taihu.doors.terminal import check_packs
from taihu.terms import read_declassifiers
from taihu.terms.declassifier import PLAIN
from tests.data.guard.lowering import lowering_world as world

SHARED = """
label: 中间表
zone: topic
every: month
delivery: full
key: [town]
share: conditional
open: restricted
presence: {presence}
columns:
{columns}
"""


def shared(presence, **columns):
    told = "\n".join(f"  {name}: {text}" for name, text in columns.items())
    return SHARED.format(presence=presence, columns=told)


TOWN_ONLY = shared("L1", town="{label: 乡镇, kind: text, level: L1}")
ALL = "{level: L4, about: person, class: medical}"


def faults_of(tmp_path, files):
    return [str(fault) for fault in check_packs.check_packs(world.write_packs(tmp_path / "packs", files))]


def by_town(**differences):
    said = {
        "from": "patients",
        "method": "at_least",
        "k": "10",
        "by": "[town]",
        "who": "subject",
        "to": "L1",
        "every": "month",
        "policy": "p",
    }
    said = {key: text for key, text in {**said, **differences}.items() if text}
    return "by_town: {" + ", ".join(f"{key}: {text}" for key, text in said.items()) + "}\n" + world.SAMPLE


def test_the_world_is_sound(tmp_path):
    assert faults_of(tmp_path, {}) == []


def test_every_method_is_read_shaped_and_applied():
    assert read_declassifiers.KEYS.keys() == shape.SHAPES.keys() == apply.METHODS.keys() == {*METHODS, PLAIN}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"declassifiers.yaml": by_town(method="noise")}, "by_town.method is 'noise'; allowed are at_least"),
        ({"declassifiers.yaml": by_town(k="")}, "by_town.k is missing; at_least needs by, k"),
        ({"declassifiers.yaml": by_town(k="1")}, "by_town.k is 1; a whole number, 2 at least"),
        ({"declassifiers.yaml": by_town(sensitive="[town]")}, "by_town.sensitive: does not belong to the method at_least"),
        ({"declassifiers.yaml": by_town(to="L9")}, "by_town.to is 'L9'; write a level"),
        ({"declassifiers.yaml": by_town(**{"from": "none"})}, "by_town.from names 'none', which is no query"),
        ({"declassifiers.yaml": by_town(by="[city]")}, "by_town.by names 'city', which patients does not give"),
        ({"declassifiers.yaml": by_town(who="")}, "by_town.who is missing; releases that recur"),
        ({"declassifiers.yaml": by_town(to="L2")}, "by_town.to is L2, but packs/topics/health/datasets/by_town.yaml is L1"),
        ({"declassifiers.yaml": by_town(trusts="[nobody]")}, "by_town.trusts names 'nobody', which is no dataset"),
        ({"declassifiers.yaml": world.SAMPLE}, "datasets/by_town.yaml:1: zone is opened, and nothing makes it"),
        ({"declassifiers.yaml": world.DOWN + world.SAMPLE + by_town().replace("by_town", "patient").partition("sample")[0]}, "patient: makes a dataset of the zone governed"),
        ({"declassifiers.yaml": world.DOWN + world.SAMPLE + by_town().replace("by_town", "nothing").partition("sample")[0]}, "nothing is no dataset of this pack"),
        ({"datasets/by_town.yaml": world.TOWN.replace("kind: int", "kind: text")}, "gives count as int, declared is text"),
        ({"datasets/by_town.yaml": world.TOWN + "  more: {label: 多, kind: int, level: L1}\n"}, "does not give 'more'"),
        ({"datasets/by_town.yaml": world.TOWN.replace("  count: {label: 人数, kind: int, level: L1}\n", "")}, "gives 'count', which"),
        ({"datasets/by_town.yaml": world.TOWN.replace("zone: opened", "zone: topic")}, "opens topics.health.by_town, which is topic"),
        ({"queries/patients.sql": "select subject, town from patient where age > $age", "queries.yaml": "patients: {label: 查, with: {age: int}}\nsampled: {label: 查}\n"}, "by_town.from: asks for $age; whoever chooses a parameter"),
        ({"declassifiers.yaml": world.DOWN + world.SAMPLE.replace("lengths: [1]", "lengths: [1, 2]")}, "sample.identifying.town.lengths is out of order"),
        ({"datasets/ward.yaml": world.WARDS, "queries/patients.sql": "select p.subject, p.town from patient p join ward w on w.subject = p.subject"}, "by_town.from reads topics.health.patient, topics.health.ward, delivered by several departments"),
        ({"datasets/patient.yaml": world.PATIENTS.replace("illness: {label: 病种, kind: text, level: L4, about: person, class: medical", "illness: {label: 病种, kind: text, level: L4, about: person, class: [medical, important]"), "queries/patients.sql": "select subject, town from patient where illness = 'x'"}, "by_town.to: drops important"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_line(files, said, tmp_path):
    faults = faults_of(tmp_path, files)

    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith("packs/topics/health/") for fault in faults)


def test_deliveries_of_two_departments_may_fall_where_the_signers_trust_them(tmp_path):
    joined = "select p.subject, p.town from patient p join ward w on w.subject = p.subject"
    files = {"datasets/ward.yaml": world.WARDS, "queries/patients.sql": joined}

    assert faults_of(tmp_path, {**files, "declassifiers.yaml": by_town(trusts="[patient, ward]")}) == []


ONE = {
    "queries/towns.sql": "select town, cost from patient",
    "queries.yaml": "".join(f"{n}: {{label: 查}}\n" for n in (*world.QUERIES, "towns")),
}


def one(dataset, **said):
    said = {"from": "towns", "every": "month", "policy": "p", **said}
    told = "made: {" + ", ".join(f"{key}: {text}" for key, text in said.items()) + "}\n"
    return {**ONE, "datasets/made.yaml": dataset, "declassifiers.yaml": world.DOWN + world.SAMPLE + told}


PERSON = "about: person"


def test_a_dataset_published_below_its_query_is_refused_with_the_path_in_words(tmp_path):
    low = shared(
        "L1", town="{label: 乡镇, kind: text, level: L1}", cost="{label: 费用, kind: 'decimal(10,2)', level: L1}"
    )

    faults = faults_of(tmp_path, one(low, method="plain", to="L1"))

    assert any(
        "publishes cost as L1, below its query's L4 medical,person" in f and "慢性病患者·费用" in f for f in faults
    )
    assert any("publishes presence as L1" in fault and "慢性病患者·有哪些行" in fault for fault in faults)


def test_a_dataset_that_inherits_its_labels_needs_nobodys_word(tmp_path):
    inherited = shared(
        ALL,
        town="{label: 乡镇, kind: text, level: L2, about: person}",
        cost="{label: 费用, kind: 'decimal(10,2)', level: L3, about: person}",
    )
    files = one(inherited, method="plain", to="'L4 medical,person'")

    assert faults_of(tmp_path, files) == []
    stores = world.open_world(tmp_path / "city", files)
    world.write_patients(stores, {"A": 2})
    made = world.release(stores, "topics.health.made", allowed=lower.Allowed("", ()))
    assert (made.outcome, made.rows) == (lower.RELEASED, 2)
    stores.close()


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("L1, about: person", "makes cost L1; token reaches L3"),
        ("L3", "drops person of cost; after token it is still person"),
    ],
)
def test_a_method_reaches_no_lower_than_it_can_and_keeps_what_is_about_persons(level, said, tmp_path):
    made = shared(
        ALL,
        town="{label: 乡镇, kind: text, level: L2, about: person}",
        cost=f"{{label: 费用, kind: text, level: {level}}}",
    )

    faults = faults_of(tmp_path, one(made, method="token", columns="[cost]", to="'L4 medical,person'"))

    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"method": "token", "columns": "[town]"}, 32),
        ({"method": "generalise", "columns": "{town: {kind: prefix, lengths: [1]}}", "climb": "{town: 1}"}, 2),
    ],
)
def test_single_columns_fall_and_the_others_keep_their_labels(said, shown, tmp_path):
    made = shared(
        ALL,
        town="{label: 乡镇, kind: text, level: L3, about: person}",
        cost="{label: 费用, kind: 'decimal(10,2)', level: L3, about: person}",
    )
    files = one(made, to="'L4 medical,person'", **said)

    assert faults_of(tmp_path, files) == []
    stores = world.open_world(tmp_path / "city", files)
    world.write_patients(stores, {"Ab": 3, "Ac": 4})
    world.release(stores, "topics.health.made")
    snapshot = stores.lake.snapshot(world.Zone.TOPIC, "topics.health.made")
    rows = world.read_rows(snapshot, "town")
    assert len(rows) == 7
    assert {len(row) for row in rows} == {shown}
    assert "Ab" not in rows
    stores.close()


def test_a_ceiling_needs_enough_who_share_it(tmp_path):
    made = shared(
        ALL,
        town="{label: 乡镇, kind: text, level: L3, about: person}",
        cost="{label: 费用, kind: text, level: L2, about: person}",
    )
    files = one(made, to="'L4 medical,person'", method="top_code", columns="[cost]", top="10", k="5")

    assert faults_of(tmp_path, files) == []
    stores = world.open_world(tmp_path / "city", files)
    world.write_patients(stores, {"A": 7})
    world.release(stores, "topics.health.made")
    assert set(world.read_rows(stores.lake.snapshot(world.Zone.TOPIC, "topics.health.made"), "cost")) == {"≥10"}
    stores.close()


def test_a_table_leaves_with_its_totals_and_gaps(tmp_path):
    made = (
        world.TOWN.replace("key: [town]", "key: [town, illness]") + "  illness: {label: 病种, kind: text, level: L1}\n"
    )
    files = one(
        made,
        **{"from": "sampled"},
        method="table",
        by="[town, illness]",
        who="subject",
        n="10",
        merge_below="5",
        to="L1",
    )

    assert faults_of(tmp_path, files) == []
    stores = world.open_world(tmp_path / "city", files)
    world.write_patients(stores, {"A": 40, "B": 30, "C": 26, "D": 15})
    first = world.release(stores, "topics.health.made")
    world.write_patients(stores, {"A": 40, "B": 30, "C": 26, "D": 17}, number=2)
    with pytest.raises(lower.NotReleased) as stopped:
        world.release(stores, "topics.health.made", days=1)
    assert first.figures["primary"] == "2"
    assert "G-OPEN-07" in {reason["code"] for reason in stopped.value.reasons}
    stores.close()
