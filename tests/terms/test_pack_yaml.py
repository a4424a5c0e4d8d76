"""Pack files are read as text with places; cleverness is refused."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihu.terms import entry, pipes, placed
from taihu.terms.dataset import Kind


def read(text: str, tmp_path: Path) -> tuple[placed.Node | None, list[str]]:
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    faults = placed.Faults()
    return placed.read_yaml(path, "packs/some.yaml", faults), [str(fault) for fault in faults]


def test_words_stay_words(tmp_path):
    node, faults = read("code: 0501\nflag: no\nempty:\nday: 2026-11-24\nfloat: 1e3\nnothing: null\n", tmp_path)

    assert faults == []
    assert isinstance(node, placed.Map)
    assert {key: value.value for key, value in node.entries.items()} == {
        "code": "0501", "flag": "no", "empty": "", "day": "2026-11-24", "float": "1e3", "nothing": "null",
    }  # fmt: skip
    assert node.entries["day"].where == "packs/some.yaml:4"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1\nb: *x\n", "packs/some.yaml:1: a: an anchor &x"),
        ("b: *x\n", "an alias *x"),
        ("a: !!int 1\n", "a tag tag:yaml.org,2002:int"),
        ("a: !!python/object/apply:os.system ['true']\n", "a tag tag:yaml.org,2002:python/object/apply:os.system"),
        ("a: 1\nb: 2\na: 3\n", "packs/some.yaml:3: a stands twice; the first is in line 1; keep one"),
        ("a: 1\n---\nb: 2\n", "a second document begins"),
        ("a: [1\n", "no YAML"),
        ("a: 1\n\tb: 2\n", "no YAML"),
        ("? [a, b]\n: 1\n", "a key that is not a word"),
        ("[" * 40 + "]" * 40, "more than 24 levels"),
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
    ],
)
def test_a_file_that_is_no_plain_yaml_is_refused_with_its_line(text, said, tmp_path):
    _, faults = read(text, tmp_path)

    assert len(faults) == 1
    assert said in faults[0]


def test_a_billion_laughs_are_refused_without_laughing(tmp_path):
    lines = ["a: &a [lol, lol]", *(f"{b}: &{b} [*{a}, *{a}, *{a}]" for a, b in itertools.pairwise("abcdefghi"))]

    _, faults = read("\n".join(lines), tmp_path)

    assert "an anchor &a" in faults[0]


def test_bytes_that_are_not_utf_8_are_told_with_their_line(tmp_path):
    path = tmp_path / "some.yaml"
    path.write_bytes("label: 河\n".encode() + "label: 河\n".encode("gb18030"))
    faults = placed.Faults()

    assert placed.read_yaml(path, "some.yaml", faults) is None
    assert (
        str(faults.found[0])
        == "some.yaml:2: bytes that are not UTF-8; packs are written in UTF-8; save the file as UTF-8"
    )


def test_a_file_that_is_not_there_and_one_too_large_are_faults(tmp_path, monkeypatch):
    faults = placed.Faults()
    assert placed.read_text(tmp_path / "none.yaml", "none.yaml", faults) is None
    monkeypatch.setattr(placed, "LARGEST", 3)
    (tmp_path / "large.yaml").write_text("a: 12345")

    assert placed.read_text(tmp_path / "large.yaml", "large.yaml", faults) is None
    assert len(faults) == 2


def test_control_characters_are_refused(tmp_path):
    _, faults = read("a: \x01\n", tmp_path)

    assert len(faults) == 1
    assert "no YAML" in faults[0]


def test_an_unknown_key_is_answered_with_the_nearest_and_the_known_ones(tmp_path):
    node, _ = read("lable: 河段\n", tmp_path)
    faults = placed.Faults()

    entry.Entry(node, faults, ("label", "kind"))

    assert [str(fault) for fault in faults] == [
        "packs/some.yaml:1: lable is not a known key; did you mean label? known are kind, label"
    ]


def test_a_wrong_word_is_answered_with_the_allowed_ones(tmp_path):
    node, _ = read(
        "every: dayly\nyes_or_no: maybe\nnumber: 1.5\nday: 24.11.2026\nlist: {a: 1}\nname: Reach\n", tmp_path
    )
    faults = placed.Faults()
    head = entry.Entry(node, faults, ("every", "yes_or_no", "number", "day", "list", "name"))

    head.read("every", entry.one_of(("day", "week")), "day")
    head.read("yes_or_no", entry.read_flag, False)
    head.read("number", entry.read_whole, 0)
    head.read("day", entry.read_day, None)
    head.text("list")
    head.read("name", entry.read_name, "")

    assert [str(fault) for fault in faults] == [
        "packs/some.yaml:1: every is 'dayly'; allowed are day, week",
        "packs/some.yaml:2: yes_or_no is 'maybe'; write yes or no",
        "packs/some.yaml:3: number is '1.5'; write a whole number",
        "packs/some.yaml:4: day is '24.11.2026'; write a day as 2026-11-24",
        "packs/some.yaml:5: list is a mapping; one word or number",
        "packs/some.yaml:6: name is 'Reach'; names are lower-case letters, digits and single underscores, a letter first, 60 at most",
    ]


def test_a_group_where_a_word_should_be_and_the_other_way_round_are_faults(tmp_path):
    node, _ = read("a: word\nb: [1]\nc:\n", tmp_path)
    faults = placed.Faults()
    head = entry.Entry(node, faults, ("a", "b", "c"))

    head.entries("a", ("x",))
    head.listed("a", ("x",))
    head.pairs("b")
    head.need_text("c")
    entry.Entry(node.entries["b"], faults, ("x",))

    assert len(faults) == 5


@pytest.mark.parametrize("text", ["nan", "inf", "1e400000", "one"])
def test_numbers_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="write"):
        entry.read_decimal(text if text != "1e400000" else "1e4x")


def test_tables_in_pipes_have_one_width():
    faults = placed.Faults()

    assert pipes.read_pipes(placed.Text("f", 1, "given", "a | b\n1 |\n\n | x\n"), faults) == (
        ("a", "b"),
        ("1", ""),
        ("", "x"),
    )
    assert pipes.read_pipes(placed.Text("f", 1, "given", "| a | b |\n| 1 | 2 |\n"), faults) == (("a", "b"), ("1", "2"))
    assert len(faults) == 0
    for text in ("a | b\n1\n", "a | a\n", " | a\n", "\n"):
        assert pipes.read_pipes(placed.Text("f", 1, "given", text), faults) == ()
    assert pipes.read_pipes(placed.List("f", 1, "given", ()), faults) == ()
    assert len(faults) == 5


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fall_over(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "any.yaml"
    path.write_text(text.replace("\r", "\n"), encoding="utf-8", errors="ignore", newline="")
    faults = placed.Faults()

    node = placed.read_yaml(path, "any.yaml", faults)

    assert (node is None) == (len(faults) > 0) or node is not None


def test_kinds_are_read_and_written_alike():
    for text in ("text", "int", "decimal(8,3)", "date", "time", "bool", "code", "point"):
        assert str(Kind.read(text)) == text
