"""Checks the methods of a pack against their declaration: functions, arguments, imports, libraries, figures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from taihu.terms import entry, placed
from taihu.terms.pack import Method, Pack

# What a method may import besides its declared libraries: the vocabulary, and what computes without doing anything.
VOCABULARY = ("taihu.terms",)
STANDARD = (
    *(
        "__future__",
        "bisect",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "heapq",
    ),
    *("itertools", "math", "operator", "random", "re", "statistics", "string", "typing", "zoneinfo"),
)
LIMITS = {"seconds": (1, 600), "megabytes": (128, 8192)}


def read_libraries(root: Path) -> tuple[str, ...]:
    """The libraries that the city allows, from `packs/methods/libraries.yaml`."""
    path = root / "methods" / "libraries.yaml"
    node = placed.read_yaml(path, "packs/methods/libraries.yaml", placed.Faults()) if path.exists() else None
    return tuple(node.entries) if isinstance(node, placed.Map) else ()


def check_methods(pack: Pack, root: Path, faults: placed.Faults) -> None:
    """Notes what `methods.py` and `methods.yaml` of one pack do not agree on; the file is parsed, never run."""
    if not pack.methods:
        return
    path = pack.folder / "methods.py"
    file = f"packs/{pack.id.replace('.', '/')}/methods.py"
    text = placed.read_text(path, file, faults)
    if text is None:
        return
    try:
        tree = ast.parse(text)
    except SyntaxError as caught:
        faults.add(f"{file}:{caught.lineno or 1}", f"is no Python: {caught.msg}")
        return
    allowed = read_libraries(root)
    declared = {library for method in pack.methods for library in method.libraries}
    for library in sorted(declared - set(allowed)):
        faults.add(
            file.replace(".py", ".yaml"),
            f"names the library {library!r}",
            entry.tell_known(library, allowed),
            "add it to packs/methods/libraries.yaml with its reason",
        )
    for line, module in _imports(tree):
        if not _may_import(module, declared):
            faults.add(
                f"{file}:{line}",
                f"imports {module}",
                f"allowed are {', '.join(sorted(declared))}, taihu.terms and what computes only",
                "declare it under libraries:",
            )
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for method in pack.methods:
        _check_method(method, functions.get(method.name), file, faults)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def _may_import(module: str, declared: set[str]) -> bool:
    top = module.partition(".")[0]
    return (
        top in STANDARD
        or top in declared
        or any(module == name or module.startswith(f"{name}.") for name in VOCABULARY)
    )


def _check_method(method: Method, function: ast.FunctionDef | None, file: str, faults: placed.Faults) -> None:
    if function is None:
        faults.add(
            f"{file}:1",
            f"has no function {method.name!r}",
            "each method of methods.yaml is a function of that name",
            "write it",
        )
        return
    has = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    wants = [*(item.name for item in method.inputs), *(setting.name for setting in method.settings)]
    if sorted(has) != sorted(wants):
        faults.add(
            f"{file}:{function.lineno}",
            f"{method.name} takes {', '.join(has) or 'nothing'}",
            f"declared are {', '.join(wants)}",
            "make both agree",
        )
    yaml = file.replace(".py", ".yaml")
    for output in method.outputs:
        if output.kind is not None and output.kind.name == "decimal":
            faults.add(
                yaml,
                f"is {output.kind}",
                "a number that a model produced is a figure",
                "set kind: figure",
                path=f"{method.name}.outputs.{output.name}.kind",
            )
    for name, (least, most) in LIMITS.items():
        if not least <= getattr(method, name) <= most:
            faults.add(yaml, f"is {getattr(method, name)}", f"from {least} to {most}", path=f"{method.name}.{name}")
