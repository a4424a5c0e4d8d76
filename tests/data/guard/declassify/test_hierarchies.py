from pathlib import Path

import pytest

from taihu.data.guard.declassify import read_hierarchies
from taihu.data.guard.declassify.hierarchy import Hierarchy
from taihu.terms import placed, standard

PACKS = Path(__file__).resolve().parents[4] / "packs"
STANDARDS = standard.read_standards(PACKS / "standards").standards


def read(tmp_path, text):
    file = tmp_path / "h.yaml"
    file.write_text(text, encoding="utf-8")
    faults = placed.Faults()
    root = placed.read_yaml(file, "h.yaml", faults)
    return read_hierarchies.read_hierarchies(root.entries, faults, STANDARDS), [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("hierarchy", "value", "path"),
    [
        (Hierarchy("number", widths=(5, 10)), "37", ("37", "[35, 40)", "[30, 40)", "*")),
        (Hierarchy("number", widths=(5,), start=2), "-4", ("-4", "[-8, -3)", "*")),
        (Hierarchy("number", widths=(1000,)), "1250.50", ("1250.50", "[1000, 2000)", "*")),
        (
            Hierarchy("date", steps=("month", "quarter", "year", "5")),
            "1987-05-04",
            ("1987-05-04", "1987-05", "1987-Q2", "1987", "1985–1989", "*"),
        ),
        (
            Hierarchy("prefix", lengths=(9, 6, 4)),
            "330502001003",
            ("330502001003", "330502001*", "330502*", "3305*", "*"),
        ),
        (Hierarchy("flat"), "女", ("女", "*")),
        (Hierarchy("number", widths=(5,)), "", ("", "*")),
        (Hierarchy("number", widths=(5,)), "many", None),
        (Hierarchy("date", steps=("year",)), "1987", None),
    ],
)
def test_a_value_climbs(hierarchy, value, path):
    assert hierarchy.path(value) == path


def test_a_code_list_is_a_hierarchy_and_deeper_codes_stand_under_it(tmp_path):
    found, faults = read(tmp_path, "trade: {kind: codes, standard: industry}\n")

    assert faults == []
    assert found["trade"].path("18") == ("18", "C", "*")
    assert found["trade"].path("1819") == ("1819", "18", "C", "*")
    assert found["trade"].path("ZZ") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a: {kind: circle}", "allowed are tree, number"),
        ("a: {kind: number, widths: [5, 12]}", "multiple"),
        ("a: {kind: number, widths: [five]}", "whole numbers"),
        ("a: {kind: date, steps: [year, month]}", "do not nest"),
        ("a: {kind: prefix, lengths: [4, 6]}", "longest first"),
        ("a: {kind: codes, standard: nothing}", "code lists are"),
        ("a: {kind: tree, groups: {x: [1], y: [1]}}", "one place"),
        ("a: {kind: tree, groups: {x: [y], y: [x]}}", "above itself"),
        ("a: {kind: flat, widths: [5]}", "does not belong"),
        ("a: {kind: flat, colour: red}", "not a known key"),
    ],
)
def test_a_wrong_hierarchy_is_told_with_its_line(tmp_path, line, said):
    found, faults = read(tmp_path, line + "\n")

    assert found == {}
    assert len(faults) >= 1
    assert faults[0].startswith("h.yaml:1: ")
    assert said in faults[0]
