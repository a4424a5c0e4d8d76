"""Reads one pack folder, file by file; what a folder may hold is a closed list."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from taihu.terms import (
    entry,
    parameter_sql,
    placed,
    read_base,
    read_dataset,
    read_declassifiers,
    read_rules,
    read_views,
)
from taihu.terms.pack import Pack

Made = TypeVar("Made")
KEYS = ("label", "summary", "policy", "carries", "department", "purpose", "uses")
FOLDERS = ("datasets", "queries")
FILES = (
    *(
        "pack.yaml",
        "queries.yaml",
        "parameters.yaml",
        "registers.yaml",
        "watch.yaml",
        "cases.yaml",
        "maps.yaml",
        "pages.yaml",
    ),
    *(
        "base.yaml",
        "declassifiers.yaml",
        "methods.yaml",
        "methods.py",
        "__init__.py",
        "tests.yaml",
        "sources.yaml",
        "README.md",
    ),
)
LAYERS = ("bases", "themes", "topics", "methods")


def read_pack(folder: Path, pack_id: str, root: Path, faults: placed.Faults) -> Pack | None:
    """The pack of a folder; notes all faults and gives what could be read."""

    def file(path: Path) -> str:
        return f"packs/{path.relative_to(root).as_posix()}"

    _check_files(folder, file, faults)
    node = placed.read_yaml(folder / "pack.yaml", file(folder / "pack.yaml"), faults)
    if node is None:
        return None
    head = entry.Entry(node, faults, KEYS)
    pack = Pack(
        id=pack_id,
        title=head.need_text("label"),
        policy=head.need_text("policy"),
        carries=head.texts("carries"),
        department=head.need("department", entry.read_name, ""),
        purpose=head.need_text("purpose"),
        uses=head.texts("uses"),
        folder=folder,
        summary=head.text("summary"),
    )
    datasets = (
        read_dataset.read_dataset(path, file(path), pack_id, pack.department, faults)
        for path in sorted((folder / "datasets").glob("*.yaml"))
    )
    pack = dataclasses.replace(pack, datasets=tuple(d for d in datasets if d is not None))
    return _read_patterns(pack, file, faults)


def _read_patterns(pack: Pack, file: Callable[[Path], str], faults: placed.Faults) -> Pack:
    def each(name: str, read: Callable[[placed.Node], tuple[Made, ...]]) -> tuple[Made, ...]:
        path = pack.folder / name
        node = placed.read_yaml(path, file(path), faults) if path.exists() else None
        return () if node is None else read(node)

    parameters = each("parameters.yaml", lambda node: read_rules.read_parameters(node, pack.id, faults))
    source = file(pack.folder / "parameters.yaml")
    return dataclasses.replace(
        pack,
        parameters=parameters,
        queries=(
            *read_rules.read_queries(pack.folder, file, pack.id, faults),
            *(parameter_sql.write_parameter(parameter, source) for parameter in parameters),
        ),
        registers=each("registers.yaml", lambda node: read_views.read_registers(node, pack.id, faults)),
        watches=each("watch.yaml", lambda node: read_rules.read_watches(node, pack.id, faults)),
        cases=each("cases.yaml", lambda node: read_rules.read_cases(node, pack.id, pack.department, faults)),
        maps=each("maps.yaml", lambda node: read_views.read_maps(node, pack.id, faults)),
        pages=each("pages.yaml", lambda node: read_views.read_pages(node, pack.id, faults)),
        declassifiers=each(
            "declassifiers.yaml", lambda node: read_declassifiers.read_declassifiers(node, pack.id, faults)
        ),
        methods=each("methods.yaml", lambda node: read_views.read_methods(node, pack.folder, pack.id, faults)),
        bases=each("base.yaml", lambda node: read_base.read_bases(node, pack.id, pack.datasets, faults)),
        situations=each("tests.yaml", lambda node: read_rules.read_situations(node, pack.id, faults)),
    )


def _visible(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.glob("*")) if not path.name.startswith(".") and path.name != "__pycache__")


def _check_files(folder: Path, file: Callable[[Path], str], faults: placed.Faults) -> None:
    for path in _visible(folder):
        known = FOLDERS if path.is_dir() else FILES
        if path.name not in known:
            faults.add(file(path), "is not part of a pack", entry.tell_known(path.name, known), "rename or remove it")
    for name, ending in (("datasets", ".yaml"), ("queries", ".sql")):
        for path in _visible(folder / name):
            if path.suffix != ending or path.is_dir():
                faults.add(file(path), f"is no *{ending} file", f"{name}/ holds *{ending} only", "rename or remove it")
    _check_methods(folder, file, faults)


def _check_methods(folder: Path, file: Callable[[Path], str], faults: placed.Faults) -> None:
    if (folder / "methods.yaml").exists() and not (folder / "methods.py").exists():
        faults.add(
            file(folder / "methods.yaml"),
            "declares methods",
            "their functions stand in methods.py",
            "write methods.py and __init__.py",
        )
    if (folder / "methods.py").exists() and not (folder / "methods.yaml").exists():
        faults.add(
            file(folder / "methods.py"),
            "is not declared",
            "methods.yaml says what it reads and writes",
            "write methods.yaml",
        )


def find_folders(root: Path, faults: placed.Faults) -> Iterator[tuple[str, Path]]:
    """The pack folders under the root with their ids; a folder without pack.yaml is a fault."""
    for layer in LAYERS:
        for folder in _visible(root / layer) if (root / layer).is_dir() else ():
            if not folder.is_dir():
                continue
            where = f"packs/{folder.relative_to(root).as_posix()}"
            if not (folder / "pack.yaml").exists():
                faults.add(where, "is no pack: pack.yaml is missing", "", "add pack.yaml or remove the folder")
            else:
                yield f"{layer}.{folder.name}", folder
