"""The page that describes the house equals the house."""

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest

from taihu.doors.terminal import documents

HOUSE = Path(__file__).resolve().parents[2]
LAYERS = ("site", "doors", "patterns", "control", "data", "terms")
DRAWERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "core",
    "manager",
    "managers",
    "service",
    "services",
    "handler",
    "handlers",
}


def read_rows(heading):
    text = (HOUSE / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")
    ]
    return rows[2:]


def read_rooms():
    return {row[0].strip("`").removeprefix("taihu/"): re.findall(r"`(\w+)`", row[1]) for row in read_rows("Layers")}


def find_modules():
    return [
        file
        for part in ("taihu", "city")
        for file in sorted((HOUSE / part).rglob("*.py"))
        if "migrations" not in file.parts
    ]


def name_of(file):
    return str(file.relative_to(HOUSE))


@pytest.mark.parametrize("layer", LAYERS)
def test_the_rooms_on_the_page_are_the_rooms_on_disk(layer):
    rooms = {folder.name for folder in (HOUSE / "taihu" / layer).iterdir() if (folder / "__init__.py").exists()}

    assert rooms - NOT_ROOMS == set(read_rooms()[layer])


NOT_ROOMS = {"templatetags"}


def test_the_order_of_the_data_rooms_is_the_import_contract():
    contracts = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    order = next(c["layers"] for c in contracts if c.get("containers") == ["taihu.data"])

    assert [room.strip("()") for room in order] == read_rooms()["data"]


def test_the_order_of_the_layers_is_the_import_contract():
    contracts = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    order = next(c["layers"] for c in contracts if c["name"] == "imports go down the layers")

    assert [layer.removeprefix("taihu.") for layer in order] == list(read_rooms())


@pytest.mark.parametrize("step", [row[1].strip("`") for row in read_rows("The walk of one resident row")])
def test_each_step_of_the_walk_is_a_function(step):
    module, _, name = step.partition(":")

    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)

    assert callable(found)


@pytest.mark.parametrize("file", find_modules(), ids=name_of)
def test_a_module_opens_with_a_sentence_and_is_no_drawer(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree), f"{name_of(file)} says nothing about itself"
    assert file.stem not in DRAWERS
    assert file.parent.name not in DRAWERS


@pytest.mark.parametrize("file", find_modules(), ids=name_of)
def test_a_module_is_short_and_so_are_its_functions(file):
    text = file.read_text(encoding="utf-8")
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > 40
    ]

    assert text.count("\n") < 300
    assert long == []


@pytest.mark.parametrize("file", find_modules(), ids=name_of)
def test_imports_stand_on_top_of_a_module(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inside = [
        f"line {node.lineno}"
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inside == []


CLOCKS = re.compile(r"\b(datetime\.now|date\.today|time\.time|timezone\.now|utcnow)\(")


@pytest.mark.parametrize(
    "file",
    [f for f in find_modules() if f.parts[len(HOUSE.parts) + 1] in {"data", "control", "patterns", "terms"}],
    ids=name_of,
)
def test_below_the_doors_nobody_reads_the_clock(file):
    found = [
        number for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if CLOCKS.search(line)
    ]

    assert found == []


def test_every_room_stands_in_the_glossary():
    text = (HOUSE / "GLOSSARY.md").read_text(encoding="utf-8").partition("## Rooms")[2]
    words = set(re.findall(r"^\| (\w+) \|", text, re.MULTILINE))
    rooms = {room for layer, named in read_rooms().items() if layer != "site" for room in named}

    assert rooms <= words


def test_the_page_of_problems_is_what_the_code_says():
    assert (HOUSE / "docs" / "problems.md").read_text(encoding="utf-8") == documents.problems(), "run make docs"


def test_a_code_belongs_to_one_room():
    rows = re.findall(r"^\| `([^`]+)` \| (\w+) \|.*`([^`]+)` \|$", documents.problems(), re.MULTILINE)
    named = {}
    for code, _name, module in rows:
        named.setdefault(code, set()).add(tuple(module.split("/")[:3]))

    assert {code: names for code, names in named.items() if len(names) > 1} == {}
