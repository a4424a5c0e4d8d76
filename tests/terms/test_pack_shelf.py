"""Packs are read whole, all faults are told at once, names lead somewhere."""

import datetime
from pathlib import Path

import pytest

from taihu.terms import pack, parameter_sql, shelf
from taihu.terms.dataset import Kind
from taihu.terms.label import Level

ROOT = Path(__file__).parents[2] / "packs"
PACK = "label: 桥梁\npolicy: 二.(一)1\ndepartment: plan\npurpose: 桥梁养护\n"
DATASET = """
label: 桥梁
every: day
key: [bridge]
share: unconditional
open: open
columns:
  bridge: {label: 桥梁编码, kind: text, level: L1}
  built_on: {label: 建成日期, kind: date, level: L1}
"""


def write(root: Path, files: dict[str, str], *, name: str = "topics/bridges") -> Path:
    for file, text in {"pack.yaml": PACK, "datasets/bridge.yaml": DATASET, **files}.items():
        path = root / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def faults_of(root: Path) -> list[str]:
    with pytest.raises(pack.Wrong) as caught:
        shelf.read_shelf(root)
    return [str(fault) for fault in caught.value.faults]


def test_the_packs_of_this_house_are_read_without_fault():
    found = shelf.read_shelf(ROOT)

    assert found.dataset("topics.rivers.reach").column("chief").label.level is Level.L4
    assert found.query("topics.rivers.late_reaches").title == "逾期未巡河段"
    assert found.pack("topics.rivers").watches[0].opens == "missed_patrol"
    assert {"reach", "topics.rivers.reach"} <= found.tables_of("topics.rivers").keys()
    assert "patrol_cycle" in found.queries_of("topics.rivers")


def test_a_small_pack_is_read(tmp_path):
    found = shelf.read_shelf(write(tmp_path, {}))

    dataset = found.dataset("topics.bridges.bridge")
    assert (dataset.department, dataset.key, dataset.delivery.value) == ("plan", ("bridge",), "full")
    assert [d.id for d in found.datasets()] == ["topics.bridges.bridge"]


def test_all_faults_are_told_at_once_with_file_and_line(tmp_path):
    write(
        tmp_path,
        {
            "pack.yaml": PACK.replace("department: plan\n", "") + "uses: [bases.none]\nlevle: x\n",
            "datasets/bridge.yaml": DATASET.replace("level: L1}\n  built", "level: secret}\n  built"),
            "wach.yaml": "a: 1\n",
        },
    )

    faults = faults_of(tmp_path)

    assert any(fault.startswith("packs/topics/bridges/pack.yaml:1: department is missing") for fault in faults)
    assert any("levle is not a known key; did you mean label?" in fault for fault in faults)
    assert any(
        "datasets/bridge.yaml:8: columns.bridge.level is 'secret'; 'secret' is no level; levels are L1, L2, L3, L4"
        in fault
        for fault in faults
    )
    assert any(
        "packs/topics/bridges/wach.yaml: is not part of a pack; did you mean watch.yaml?" in fault for fault in faults
    )
    assert any("uses names 'bases.none'" in fault for fault in faults)


def test_the_problem_carries_every_fault_in_its_help(tmp_path):
    write(tmp_path, {"wach.yaml": "a: 1\n"})

    with pytest.raises(pack.Wrong) as caught:
        shelf.read_shelf(tmp_path)

    assert caught.value.code == "P-READ-01"
    assert "did you mean watch.yaml" in caught.value.to_shape()["help"]


def column(text: str) -> dict[str, str]:
    return {"datasets/bridge.yaml": f"{DATASET}  more: {{{text}}}\n"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("label: 名, kind: text, level: L2", "open is open, but the column is L2; only L1 without kinds may be open"),
        ("label: 名, kind: text, level: L3, open: forbidden", "share is unconditional, but the column is L3"),
        (
            "label: 名, kind: text, level: L3, about: person, standard: resident-id, open: forbidden, share: none",
            "level is L3 for a direct identifier",
        ),
        (
            "label: 名, kind: int, level: L4, about: person, standard: resident-id, open: forbidden, share: none",
            "kind is int for an identifier",
        ),
        (
            "label: 名, kind: text, level: L2, about: person, open: forbidden",
            "presence is missing, but more is about a person",
        ),
        ("label: 名, kind: text, level: L1, range: {from: 1}", "range stands on a column of kind text"),
        ("label: 名, kind: int, level: L1, range: {from: 3, to: 1}", "range begins at 3, after its end 1"),
        ("label: 名, kind: int, level: L1, range: {}", "range says nothing"),
        ("label: 名, kind: int, level: L1, codes: [a]", "codes stands on a column of kind int"),
        ("label: 名, kind: float, level: L1", "'float' is no kind"),
        ("label: 桥梁编码, kind: text, level: L1", "has the heading '桥梁编码' for both bridge and more"),
        ("label: 名, kind: text, level: L1, agrees: {with: none, on: sex}", "names 'none', which is no column"),
        ("label: 名, kind: text, level: L1, about: nobody", "about is 'nobody'; allowed are person"),
    ],
)
def test_a_column_must_agree_with_itself(text, said, tmp_path):
    faults = faults_of(write(tmp_path, column(text)))

    assert any(said in fault for fault in faults), faults


def test_a_dataset_without_key_or_columns_is_refused(tmp_path):
    write(
        tmp_path,
        {
            "datasets/bridge.yaml": DATASET.replace("key: [bridge]\n", ""),
            "datasets/road.yaml": DATASET.split("columns:")[0],
        },
    )

    faults = faults_of(tmp_path)

    assert any("key is missing; every dataset has a key" in fault for fault in faults)
    assert any("columns has no columns" in fault for fault in faults)


QUERY = {"queries/old_bridges.sql": "select bridge from bridge", "queries.yaml": "old_bridges: {label: 老桥}\n"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"watch.yaml": "w: {label: 查, query: none, every: day, about: [bridge]}\n"}, "w.query names 'none', which is no query; known are old_bridges"),
        ({"watch.yaml": "w: {label: 查, query: old_bridges, every: day, alert: {when: rows, open: x}}\n"}, "w.alert.open names 'x', which is no kind of case"),
        ({"watch.yaml": "w: {label: 查, query: old_bridges, every: day}\n"}, "w.about is missing; the columns that say which matter it is"),
        ({"registers.yaml": "r: {label: 册, dataset: bridge, columns: [none]}\n"}, "names 'none', which is no column of bridge"),
        ({"maps.yaml": "m: {label: 图, layers: {l: {label: 层, query: x, place: p, heading: h}}}\n"}, "m.layers.l.query names 'x'"),
        ({"pages.yaml": "p: {label: 页, wrong: {watch: [x]}, map: y, registers: [z], data: [w]}\n"}, "p names 'x', which is no watch"),
        ({"pages.yaml": "p: {label: 页, lists: {a: {label: 表, query: old_bridges, show: bars}}}\n"}, "show is bars, but x or y is missing"),
        ({"pages.yaml": "p: {label: 页, lists: {a: {label: 表, query: old_bridges, limit: 1000}}}\n"}, "limit is 1000"),
        ({"tests.yaml": "- {name: a, ask: none, expect: a}\n"}, "a names 'none', which is no query"),
        ({"tests.yaml": "- {name: a, ask: old_bridges, given: {none: a}, expect: a}\n"}, "a.given names 'none'"),
        ({"tests.yaml": "- {name: a, expect: a}\n"}, "ask is missing"),
        ({"tests.yaml": "- {name: a, ask: old_bridges}\n"}, "expect is missing"),
        ({"tests.yaml": "a: 1\n"}, "is no list"),
        ({"queries/bridge.sql": "select 1 as one"}, "'bridge' is also a dataset"),
        ({"queries/other.sql": "select 1 as one"}, "queries/other.sql:1: is not declared"),
        ({"queries.yaml": "old_bridges: {label: 老桥}\nnone: {label: 无}\n"}, "declares 'none'; there is no queries/none.sql"),
        ({"queries/notes.txt": "x"}, "is no *.sql file"),
        ({"cases.yaml": "c: {label: 件, heading: x, policy: p, about: [bridge]}\n"}, "c.limits has no working days"),
        ({"cases.yaml": "c: {label: 件, heading: x, policy: p, limits: {handle: 1}}\n"}, "c.about is missing"),
        ({"declassifiers.yaml": "d: {from: none, method: at_least, k: 1, by: [x], to: L1}\n"}, "d.from names 'none'"),
        ({"methods.yaml": "m: {label: 法, libraries: []}\n"}, "declares methods; their functions stand in methods.py"),
        ({"methods.py": "x = 1\n"}, "methods.py: is not declared"),
        ({"parameters.yaml": "p: {label: 数, policy: x, kind: int, values: [{since: 2017-10-01, value: many}]}\n"}, "p.values[1].value reads 'many' as value in row 1"),
        ({"parameters.yaml": "p: {label: 数, policy: x, values: [{since: 2017-10-01, value: 1}]}\n"}, "p.kind is missing"),
        ({"parameters.yaml": "p: {label: 数, policy: x, kind: int}\n"}, "p.values is missing"),
        ({"parameters.yaml": "p: {label: 数, policy: x, kind: int, values: [{since: 2017-10-01}]}\n"}, "rows is missing"),
        ({"parameters.yaml": "p: {label: 数, policy: x, columns: {a: int}, values: [{since: 2017-10-01, rows: b}]}\n"}, "rows has the head b; the columns are a"),
        ({"parameters.yaml": "p: {label: 数, policy: x, kind: int, values: [{since: 2017-10-01, value: 1}, {since: 2017-10-01, value: 2}]}\n"}, "two versions that begin on one day"),
    ],
)  # fmt: skip
def test_a_name_or_shape_that_leads_nowhere_is_told(files, said, tmp_path):
    faults = faults_of(write(tmp_path, {**QUERY, **files}))

    assert any(said in fault for fault in faults), faults


def test_a_topic_does_not_read_another_topic_whole(tmp_path):
    write(tmp_path, {})
    write(tmp_path, {"pack.yaml": f"{PACK}uses: [topics.bridges]\n"}, name="topics/roads")

    assert any("a topic reads another only through a dataset" in fault for fault in faults_of(tmp_path))


def test_a_topic_reads_the_datasets_of_what_it_uses(tmp_path):
    write(tmp_path, {}, name="bases/bridges")
    write(tmp_path, {"pack.yaml": f"{PACK}uses: [topics.roads.bridge]\n"}, name="topics/squares")
    write(tmp_path, {"pack.yaml": f"{PACK}uses: [bases.bridges]\n"}, name="topics/roads")

    found = shelf.read_shelf(tmp_path)

    assert sorted(found.tables_of("topics.roads")) == ["bases.bridges.bridge", "bridge", "topics.roads.bridge"]
    assert "topics.roads.bridge" in found.tables_of("topics.squares")


def test_a_folder_without_pack_yaml_is_told(tmp_path):
    (tmp_path / "topics" / "empty").mkdir(parents=True)

    assert faults_of(tmp_path) == [
        "packs/topics/empty: is no pack: pack.yaml is missing; add pack.yaml or remove the folder"
    ]


def test_names_that_are_not_on_the_shelf_are_answered_with_known_ones(tmp_path):
    found = shelf.read_shelf(write(tmp_path, QUERY))

    for ask, name in (
        (found.pack, "topics.bridge"),
        (found.dataset, "topics.bridges.bridg"),
        (found.query, "topics.bridges.old_bridge"),
    ):
        with pytest.raises(pack.UnknownName) as caught:
            ask(name)
        assert "did you mean" in caught.value.help


def test_a_parameter_shows_the_version_in_force(tmp_path):
    days = Kind("int")
    versions = (
        pack.Version(datetime.date(2017, 10, 1), (("7",),)),
        pack.Version(datetime.date(2020, 1, 1), (("5",), ("",))),
    )
    parameter = pack.Parameter("cycle", "topics.bridges", "周期", "x", (("value", days),), versions)

    text = parameter_sql.write_parameter(parameter, "packs/x.yaml").text

    assert parameter.is_scalar
    assert parameter.in_force(datetime.date(2017, 9, 30)) is None
    assert parameter.in_force(datetime.date(2026, 1, 1)) == versions[1]
    assert text == (
        "select cast('7' as bigint) as value where $today >= date '2017-10-01' and $today < date '2020-01-01'\n"
        "union all\nselect cast('5' as bigint) as value where $today >= date '2020-01-01'\n"
        "union all\nselect cast(null as bigint) as value where $today >= date '2020-01-01'"
    )


def test_words_in_parameters_cannot_break_out_of_their_quotes():
    assert parameter_sql.write_literal("o'x", Kind("text")) == "cast('o''x' as varchar)"
    assert parameter_sql.write_literal("1.5", Kind.read("decimal(8,3)")) == "cast('1.5' as decimal(8,3))"
