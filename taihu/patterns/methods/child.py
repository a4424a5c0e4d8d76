"""The child's side: reads one request, confines itself, runs one function, writes its rows and nothing else."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from taihu.patterns.methods import confine
from taihu.terms.dataset import Kind
from taihu.terms.figure import Figure
from taihu.terms.table import Table, read_cell, write_cell

MOST_ROWS = 1_000_000


def main() -> None:
    """Answers on the descriptor named in the first argument; standard output belongs to nobody."""
    answer = int(sys.argv[1])
    request = json.load(sys.stdin)
    reply = _run(request)
    with os.fdopen(answer, "w", encoding="utf-8") as stream:
        json.dump(reply, stream, ensure_ascii=False, allow_nan=False)


def _run(request: Mapping[str, Any]) -> dict[str, Any]:
    folder = Path(request["folder"])
    try:
        for library in request["libraries"]:
            importlib.import_module(library)
        confine.limit(seconds=request["seconds"], megabytes=request["megabytes"])
        readable = [
            Path(sys.prefix),
            Path(sys.base_prefix),
            Path(request["house"]),
            folder,
            Path("/usr/share/zoneinfo"),
            Path("/usr/lib"),
            Path("/lib"),
        ]
        held = confine.shut(readable=readable)
        function = _load(folder / "methods.py", request["name"])
        tables = {name: _read_table(table) for name, table in request["inputs"].items()}
        settings = {
            name: read_cell(cell["text"], Kind.read(cell["kind"])) for name, cell in request["settings"].items()
        }
        rows = _write_rows(function(**tables, **settings), request["outputs"])
    except MemoryError:
        return {"failed": "MemoryError", "place": ""}
    except Exception as caught:  # the outer edge of a run: only the kind of fault and its place leave, never a value
        return {"failed": type(caught).__name__, "place": _place(caught, folder)}
    return {"rows": rows, "held": held}


def _load(path: Path, name: str) -> Callable[..., Iterable[Mapping[str, object]]]:
    specification = importlib.util.spec_from_file_location("methods", path)
    if specification is None or specification.loader is None:
        raise ImportError("no methods.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules["methods"] = module
    specification.loader.exec_module(module)
    function: Callable[..., Iterable[Mapping[str, object]]] = getattr(module, name)
    return function


def _read_table(table: Mapping[str, Any]) -> Table:
    kinds = {name: Kind.read(kind) for name, kind in table["kinds"].items()}
    return Table(
        {name: tuple(read_cell(cell, kinds[name]) for cell in cells) for name, cells in table["cells"].items()}
    )


def _write_rows(rows: Iterable[Mapping[str, object]], outputs: list[str]) -> list[list[object]]:
    written = []
    for row in rows:
        if set(row) != set(outputs):
            raise KeyError("a row whose columns are not the declared outputs")
        written.append([_write_value(row[name]) for name in outputs])
        if len(written) > MOST_ROWS:
            raise OverflowError("too many rows")
    return written


def _write_value(value: object) -> object:
    if isinstance(value, Figure):
        return dataclasses.asdict(value)
    return None if value is None else write_cell(value)


def _place(caught: BaseException, folder: Path) -> str:
    """The innermost line of methods.py, else the innermost line at all."""
    frames = traceback.extract_tb(caught.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).parent == folder] or frames
    return f"{Path(inside[-1].filename).name}:{inside[-1].lineno}" if inside else ""


if __name__ == "__main__":
    main()
