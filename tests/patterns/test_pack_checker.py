"""The checker says what is wrong with queries, columns, labels, methods; the runner says what differs."""

import shutil
from pathlib import Path

import pytest

from taihu.doors.terminal import check_packs, pack_tests, topic
from taihu.terms import shelf
from taihu.terms.dataset import Kind

pytestmark = pytest.mark.slow
PACKS = Path(__file__).parents[2] / "packs"


@pytest.fixture
def root(tmp_path):
    """A shelf with the house's standards and one new topic."""
    shutil.copytree(PACKS / "standards", tmp_path / "standards")
    shutil.copytree(PACKS / "methods", tmp_path / "methods", ignore=shutil.ignore_patterns("__pycache__"))
    topic.new_topic(tmp_path, "bridges", title="桥梁", department="water")
    return tmp_path


def edit(root: Path, file: str, old: str, new: str) -> None:
    path = root / "topics" / "bridges" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def faults_of(root: Path) -> list[str]:
    return [str(fault) for fault in check_packs.check_packs(root)]


def test_the_smallest_topic_passes_and_its_sentences_hold(root):
    assert faults_of(root) == []
    outcomes = list(pack_tests.run_pack_tests(shelf.read_shelf(root), packs=["topics.bridges"]))
    assert [outcome.said for outcome in outcomes] == [""]


@pytest.mark.parametrize("name", ["Bridges", "河", "../bridges", "a__b", ""])
def test_a_topic_needs_a_plain_name(name, root):
    with pytest.raises(topic.BadName):
        topic.new_topic(root, name)


def test_a_topic_that_is_there_is_not_written_over(root):
    with pytest.raises(topic.Taken):
        topic.new_topic(root, "bridges")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("queries.yaml", "unit: days", "unit: days, standard: divisions", "standard names 'divisions', which is no standard; did you mean division?"),
        ("queries/overdue.sql", "t.name", "t.nome", "packs/topics/bridges/queries/overdue.sql:2:"),
        ("queries/overdue.sql", "from thing", "from read_csv('/etc/passwd')", "packs/topics/bridges/queries/overdue.sql:3:"),
        ("queries/overdue.sql", "from thing as t", "from thing as t, bases.people.resident as r", "packs/topics/bridges/queries/overdue.sql:3"),
        ("queries.yaml", "days:", "dais:", "overdue.columns.dais names 'dais', which is no column of the query; did you mean days?"),
        ("watch.yaml", "[thing]", "[thin]", "watch.yaml:5: overdue.about names 'thin', which overdue does not give; did you mean thing?"),
        ("watch.yaml", "every: day", "every: day\n  with: {days: '3'}", "names 'days', which overdue does not ask for"),
        ("pages.yaml", "query: overdue}", "query: overdue, show: bars, x: name, y: [name]}", "shows 'name' as a number, but it is text"),
        ("pages.yaml", "query: overdue}", "query: overdue, show: bars, x: nome, y: [days]}", "names 'nome', which overdue does not give"),
        ("pack.yaml", "department: water", "department: waters", "pack.yaml:3: department names 'waters', which is no department; did you mean water?"),
        ("datasets/thing.yaml", "name:       {label: 名称,", "name:       {label: 名称, standard: none,", "columns.name.standard names 'none', which is no standard"),
        ("datasets/thing.yaml", "name:       {label: 名称,", "name:       {label: 名称, mask: none,", "columns.name.mask names 'none', which is no mask"),
        ("datasets/thing.yaml", "columns:", "checks: {past: {label: 晚, dimension: timeliness, holds: checked_on <= $tomorrow}}\ncolumns:", "datasets/thing.yaml:8"),
        ("datasets/thing.yaml", "presence: L1", "presence: L4", "shows 'overdue', whose rows are L4; officials may see rows up to L2 person"),
        ("tests.yaml", "ask: overdue", "ask: check_cycle", "nothing tests 'overdue'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_place_and_remedy(file, old, new, said, root):
    edit(root, file, old, new)

    faults = faults_of(root)

    assert any(said in fault for fault in faults), faults


def test_a_key_must_not_be_about_a_person(root):
    edit(
        root,
        "datasets/thing.yaml",
        "label: 编码, kind: text, level: L1",
        "label: 编码, kind: text, level: L3, about: person, share: conditional",
    )
    edit(root, "watch.yaml", "  about: [thing]", "  alert: {when: rows, open: late}")
    (root / "topics/bridges/cases.yaml").write_text(
        "late: {label: 逾期, policy: x, about: [thing], heading: '{name}', limits: {handle: 1}}\n"
    )

    assert any(
        "late.about names 'thing', which is L3 person; keys and headings are L2 at the most" in fault
        for fault in faults_of(root)
    )


def test_capabilities_are_checked_where_the_plan_is_there(root):
    edit(root, "pack.yaml", "purpose:", "carries: [2.2.9-s55]\npurpose:")
    assert faults_of(root) == []

    (root / "plan").mkdir()
    (root / "plan" / "clauses.yaml").write_text(
        "clauses:\n- id: 2.2.9\n  software:\n  - {id: 2.2.9-s5, zh: 河长制}\n", encoding="utf-8"
    )

    assert any(
        "carries names '2.2.9-s55', which is no capability of the plan; did you mean 2.2.9-s5?" in fault
        for fault in faults_of(root)
    )


METHODS = """grow:
  label: 增长
  libraries: [numpy]
  inputs: {series: {columns: {n: int}}}
  settings: {by: {label: 倍数, kind: int, default: '2'}}
  outputs: {n: {label: 数, kind: figure}}
"""


@pytest.mark.parametrize(
    ("yaml", "python", "said"),
    [
        (METHODS, "import socket\n\ndef grow(series, *, by):\n    return []\n", "methods.py:1: imports socket"),
        (METHODS, "from taihu.data import lake\n\ndef grow(series, *, by):\n    return []\n", "methods.py:1: imports taihu.data"),
        (METHODS, "import scipy\n\ndef grow(series, *, by):\n    return []\n", "methods.py:1: imports scipy"),
        (METHODS, "def shrink(series, *, by):\n    return []\n", "has no function 'grow'"),
        (METHODS, "def grow(series):\n    return []\n", "grow takes series; declared are series, by"),
        (METHODS, "def grow(:\n", "methods.py:1: is no Python"),
        (METHODS.replace("[numpy]", "[pandas]"), "def grow(series, *, by):\n    return []\n", "names the library 'pandas'"),
        (METHODS.replace("kind: figure", "kind: 'decimal(8,3)'"), "def grow(series, *, by):\n    return []\n", "a number that a model produced is a figure"),
        (METHODS + "  seconds: 100000\n", "def grow(series, *, by):\n    return []\n", "grow.seconds: is 100000; from 1 to 600"),
    ],
)  # fmt: skip
def test_methods_must_agree_with_their_declaration_and_stay_in_their_room(yaml, python, said, root):
    (root / "topics/bridges/methods.yaml").write_text(yaml, encoding="utf-8")
    (root / "topics/bridges/methods.py").write_text(python, encoding="utf-8")

    faults = faults_of(root)

    assert any(said.replace(": is 100000", " is 100000") in fault for fault in faults), faults


def test_a_sentence_that_does_not_hold_says_what_differs(root):
    edit(root, "tests.yaml", "A     | 31", "A     | 32")

    (outcome,) = pack_tests.run_pack_tests(shelf.read_shelf(root), packs=["topics.bridges"])

    assert outcome.said == "missing: A | 32; unexpected: A | 31"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("thing | days\n", "thing | dais\n", "expects dais, but the columns are thing, name, checked_on, days"),
        ("2026-10-30", "30.10.2026", "not of kind date"),
        ("  expect", "  with: {days: '3'}\n  expect", "overdue does not ask for days"),
        ("  today: 2026-11-30\n", "", "today"),
    ],
)
def test_a_sentence_that_cannot_be_asked_says_why(old, new, said, root):
    edit(root, "tests.yaml", old, new)

    (outcome,) = pack_tests.run_pack_tests(shelf.read_shelf(root), packs=["topics.bridges"])

    assert said in outcome.said


def test_equal_values_compare_equal_whatever_their_spelling():
    kinds = {"n": Kind.read("decimal(8,3)"), "t": Kind("text")}

    assert pack_tests.compare((("n", "t"), ("2.5", ""), ("0", "''")), kinds, [("2.500", ""), ("0.000", "''")]) == ""
    assert pack_tests.compare((("n",), ("1",)), kinds, [("1", "a"), ("1", "b")]) == "unexpected: 1"
