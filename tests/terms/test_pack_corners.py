"""The corners of reading packs: names, shapes and ids that few files touch."""

import datetime
from decimal import Decimal

import pytest

from taihu.terms import shelf
from taihu.terms.dataset import Cycle, Kind
from taihu.terms.label import PUBLIC, Label, Level
from taihu.terms.table import Table, read_cell, write_cell
from taihu.terms.view import Reader
from tests.terms.test_pack_shelf import DATASET, QUERY, ROOT, faults_of, write

METHOD = "m: {label: 法, inputs: {t: {columns: {n: int}}}, outputs: {n: {label: 数, kind: int}}%s}\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"parameters.yaml": "old_bridges: {label: 数, policy: x, kind: int, values: [{since: 2017-10-01, value: 1}]}\n"}, "old_bridges: 'old_bridges' is also a query"),
        ({"watch.yaml": "Late: {label: 查, query: old_bridges, every: day, about: [bridge]}\n"}, "'Late' is no name"),
        ({"datasets/Big Bridge.yaml": DATASET}, "'Big Bridge.yaml' is no name for a dataset"),
        ({"datasets/bridge.yaml": f"{DATASET}presence: {{level: L9, class: secret}}\n"}, "presence.level is 'L9'"),
        ({"parameters.yaml": "p: {label: 数, policy: x, columns: word, values: []}\n"}, "columns is no mapping"),
        ({"maps.yaml": "m: {label: 图}\n"}, "m.layers is missing"),
        ({"maps.yaml": "m: {label: 图, layers: {l: {label: 层, query: old_bridges, place: p, heading: h, colour: {by: b, values: {x: pink}}}}}\n"}, "has the colour 'pink' for 'x'"),
        ({"methods.py": "", "methods.yaml": METHOD % ", settings: {s: {label: 设, kind: int, default: many}}"}, "m.settings.s.default is 'many'"),
        ({"methods.py": "", "methods.yaml": "m: {label: 法}\n"}, "m.inputs is missing"),
        ({"methods.py": "", "methods.yaml": (METHOD % "").replace("{t: {", "{t: {query: none, ")}, "m.inputs.t.query names 'none', which is no query"),
        ({"pack.yaml": ""}, "the file is empty"),
        ({"datasets/bridge.yaml": ""}, "datasets/bridge.yaml:1: the file is empty"),
        ({"datasets/bridge.yaml": f"{DATASET}  x_masked: {{label: 名, kind: text, level: L1}}\n"}, "has a name ending in _masked"),
        ({"datasets/bridge.yaml": f"{DATASET}keep: {{years: 5, from: nothing, ground: g}}\n"}, "keep: runs from 'nothing', which is no column"),
        ({"datasets/bridge.yaml": f"{DATASET}keep: {{years: 5, from: bridge, ground: g}}\n"}, "keep: runs from bridge, a column of kind text"),
        ({"datasets/bridge.yaml": f"{DATASET}keep: {{years: 0, from: bridge}}\n"}, "keep.years is 0"),
        ({"datasets/bridge.yaml": f"{DATASET}keep: {{years: 5, from: bridge}}\n"}, "keep.ground is missing"),
        ({"cases.yaml": "c: {label: 件, heading: x, policy: p, about: [bridge], limits: {handle: 0}}\n"}, "c.limits has no working days"),
    ],
)  # fmt: skip
def test_rare_faults_are_told_too(files, said, tmp_path):
    faults = faults_of(write(tmp_path, {**QUERY, **files}))

    assert any(said in fault for fault in faults), faults


def test_presence_may_name_kinds(tmp_path):
    root = write(
        tmp_path, {"datasets/bridge.yaml": f"{DATASET}presence: {{level: L3, about: person, class: medical}}\n"}
    )

    presence = shelf.read_shelf(root).dataset("topics.bridges.bridge").presence

    assert presence == Label(Level.L3, frozenset({"person", "medical"}))


def test_a_declassifier_is_read_by_its_shape(tmp_path):
    text = "d: {from: old_bridges, method: at_least, k: 10, by: [bridge], to: L1, every: month, policy: p}\n"
    made = DATASET.replace("every:", "zone: opened\nevery:")
    root = write(tmp_path, {**QUERY, "declassifiers.yaml": text, "datasets/d.yaml": made})

    (down,) = shelf.read_shelf(root).pack("topics.bridges").declassifiers

    assert (down.query, down.method, down.by, down.to) == ("old_bridges", "at_least", ("bridge",), PUBLIC)
    assert (down.id, dict(down.numbers), down.every) == ("topics.bridges.d", {"k": 10}, Cycle.MONTH)


def test_a_watch_may_look_without_opening_anything(tmp_path):
    root = write(tmp_path, {**QUERY, "watch.yaml": "w: {label: 查, query: old_bridges, every: day, about: [bridge]}\n"})

    assert shelf.read_shelf(root).pack("topics.bridges").watches[0].about == ("bridge",)


def test_everything_that_is_declared_has_a_full_name():
    rivers = shelf.read_shelf(ROOT).pack("topics.rivers")
    forecast = shelf.read_shelf(ROOT).pack("methods.forecast")

    assert rivers.name == "rivers"
    assert rivers.watches[0].id == "topics.rivers.late_reaches"
    assert rivers.cases[0].id == "topics.rivers.missed_patrol"
    assert rivers.registers[0].id == "topics.rivers.reaches"
    assert rivers.maps[0].id == rivers.pages[0].id == "topics.rivers.rivers"
    assert forecast.methods[0].id == "methods.forecast.seasonal_forecast"
    assert [output.is_figure for output in forecast.methods[0].outputs] == [False, True, False]
    query = next(query for query in rivers.queries if query.name == "late_reaches")
    assert query.title_of("days").unit == "days"
    assert query.title_of("none") is None


def test_the_shelf_reads_its_standards_when_asked():
    assert "water" in shelf.read_shelf(ROOT).standards.departments


def test_readers_have_ceilings():
    assert Reader.PUBLIC.ceiling == PUBLIC
    assert Reader.OFFICIALS.ceiling.level is Level.L2


def test_tables_have_columns_of_one_length():
    with pytest.raises(ValueError, match="equal length"):
        Table({"a": (1,), "b": ()})
    table = Table({"a": (1, 2), "b": ("x", None)})

    assert len(table) == 2
    assert table["b"] == ("x", None)
    assert list(table.rows()) == [(1, "x"), (2, None)]
    assert len(Table({})) == 0


def test_cells_go_to_text_and_back():
    cells = {"int": 5, "decimal(8,3)": Decimal("1.5"), "date": datetime.date(2026, 11, 24), "bool": False, "text": "河"}
    for kind, cell in cells.items():
        assert read_cell(write_cell(cell), Kind.read(kind)) == cell
    assert write_cell(None) == ""
    assert write_cell(True) == "true"
    assert read_cell(None, Kind("int")) is None
    for kind, text in (("int", "x"), ("decimal(8,3)", "nan"), ("bool", "maybe")):
        with pytest.raises(ValueError, match="not of kind"):
            read_cell(text, Kind.read(kind))
