"""Editions: the packs as they were when an answer was given, each kept once under its digest."""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from taihu.data.engines.stores import Stores
from taihu.data.ledger.keys import sync_folder
from taihu.terms import fault, shelf
from taihu.terms.problem import Problem
from taihu.terms.shelf import Shelf

DIGITS = 32
ALWAYS = (1980, 1, 1, 0, 0, 0)


class NotKept(Problem):
    """No edition of that digest is there."""

    code = "G-REPLAY-02"
    status = 410


def keep(stores: Stores) -> str:
    """The digest of the packs that this process reads; their files are durable under it when it returns.

    Worked out once in a process: packs change only with a restart.
    """
    return _keep(stores.root, stores.shelf.root)


@functools.lru_cache(maxsize=16)
def _keep(root: Path, packs: Path) -> str:
    files = dict(_read(packs))
    told = "".join(f"{hashlib.sha256(data).hexdigest()} {name}\n" for name, data in files.items())
    digest = hashlib.sha256(told.encode()).hexdigest()[:DIGITS]
    path = _path(root, digest)
    if not path.exists():
        _write(path, files)
    return digest


def _path(root: Path, digest: str) -> Path:
    return root / "guard" / "packs" / f"{digest}.zip"


def _read(packs: Path) -> Iterator[tuple[str, bytes]]:
    """All files in the order of their names."""
    for path in sorted(packs.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(packs).as_posix(), path.read_bytes()


def _write(path: Path, files: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.stem}-{secrets.token_hex(4)}")
    fault.point("guard.editions.file")
    try:
        with draft.open("wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                for name, data in files.items():
                    archive.writestr(zipfile.ZipInfo(name, ALWAYS), data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def open_shelf(digest: str, stores: Stores) -> Shelf:
    """The shelf of that edition; raises NotKept."""
    return stores.shelf if digest == keep(stores) else _open(_path(stores.root, digest))


@functools.lru_cache(maxsize=4)
def _open(path: Path) -> Shelf:
    if not path.exists():
        raise NotKept("当时的数据包版本已不在", where=path.stem, help="请从备份恢复 guard/packs 后重试")
    with tempfile.TemporaryDirectory() as folder:
        fault.point("guard.editions.open")
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        found = shelf.read_shelf(Path(folder))
        if (Path(folder) / "standards").is_dir():
            _ = found.standards  # read on first use, which must be before the folder is gone
        return found
