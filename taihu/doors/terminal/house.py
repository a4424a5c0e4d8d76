"""Prints the map of the house: each package and module with the sentence it opens with."""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from taihu.doors.terminal import places


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One optional folder to start from."""
    parser.add_argument("folder", nargs="?", default="taihu", help="a folder of the house (taihu, city)")


def run(arguments: argparse.Namespace) -> int:
    """Writes one line per package and module to standard output."""
    for line in lines(places.HOUSE / arguments.folder):
        sys.stdout.write(line + "\n")
    return 0


def lines(folder: Path) -> Iterator[str]:
    """The map, a line per module, indented by depth; migrations are left out."""
    for file in sorted(folder.rglob("*.py"), key=lambda f: (f.parent.parts, f.name != "__init__.py", f.name)):
        if "migrations" in file.parts:
            continue
        depth = len(file.relative_to(folder).parts) - (file.name == "__init__.py")
        name = f"{file.parent.name}/" if file.name == "__init__.py" else file.stem
        yield f"{'  ' * depth}{name}: {sentence(file)}"


def sentence(file: Path) -> str:
    """The first sentence of a module's docstring, or nothing."""
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]
