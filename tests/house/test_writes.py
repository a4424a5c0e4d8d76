"""Each place that writes to disk names its fault point."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
WRITES = {
    "write_text",
    "write_bytes",
    "unlink",
    "rename",
    "rmtree",
    "copyfile",
    "copyfileobj",
    "move",
    "symlink_to",
    "fdatasync",
    "fsync",
    "executemany",
    "truncate",
}


def find_functions():
    for file in sorted((HOUSE / "taihu" / "data").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and writes(node):
                yield pytest.param(file, node, id=f"{file.relative_to(HOUSE)}:{node.name}")


def writes(function):
    return any(is_write(node) for node in ast.walk(function) if isinstance(node, ast.Call)) or copies(function)


def is_write(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    modes = [
        a.value
        for a in (*call.args, *(k.value for k in call.keywords))
        if isinstance(a, ast.Constant) and isinstance(a.value, str)
    ]
    opens_to_write = name in {"open", "fdopen"} and any(set(mode) & set("wax+") and len(mode) <= 3 for mode in modes)
    return name in WRITES or opens_to_write


def copies(function):
    texts = [
        node.value for node in ast.walk(function) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return any(text.lstrip().startswith("COPY ") for text in texts)


def has_point(file, function):
    """The function itself, or the only function of its file that calls it, names a point."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    callers = [
        f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) and calls(f, function.name)
    ]
    return names_point(function) or (bool(callers) and all(names_point(f) for f in callers))


def calls(function, name):
    return any(
        isinstance(n, ast.Call) and (getattr(n.func, "attr", "") == name or getattr(n.func, "id", "") == name)
        for n in ast.walk(function)
    )


def names_point(function):
    return any(
        isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr == "point"
        and getattr(n.func.value, "id", "") == "fault"
        for n in ast.walk(function)
    )


@pytest.mark.parametrize(("file", "function"), list(find_functions()))
def test_a_write_names_its_fault_point(file, function):
    assert has_point(file, function)


def test_fault_points_have_names_of_their_own():
    points = [
        node.args[0].value
        for file in (HOUSE / "taihu").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "point"
        and getattr(node.func.value, "id", "") == "fault"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]

    assert len(points) > 10
    assert all(len(point.split(".")) >= 3 for point in points), [p for p in points if len(p.split(".")) < 3]
