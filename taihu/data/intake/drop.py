"""Fetches files: one by path, or all new ones of a drop folder in order of their names."""

from __future__ import annotations

import datetime
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from taihu.data.collect import batches
from taihu.data.collect.receive import Delivered, Receipt, receive
from taihu.data.engines.stores import Stores
from taihu.data.intake.source import Folder
from taihu.terms import problem
from taihu.terms.dataset import Dataset

UNFINISHED = (".part", ".tmp", ".temp", ".filepart", ".crdownload", ".uploading", ".swp")
SIDECARS = (".sha256", ".md5", ".ok", ".done")


class NoSuchFile(problem.Problem):
    """There is no file or folder of that name, or it may not be read."""

    code = "C-070"
    status = 404


class StillGrowing(problem.Problem):
    """A file changes while it is read: its sender has not finished."""

    code = "C-071"
    status = 409


class _Steady(io.RawIOBase):
    """A file that must not change until it is read to its end."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("rb")
        self.name = path.name
        self.before = _mark(os.fstat(self.file.fileno()))

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; raises StillGrowing at the end where the file is no longer what it was."""
        chunk = self.file.read(size)
        if not chunk and _mark(os.fstat(self.file.fileno())) != self.before:
            raise StillGrowing("文件仍在写入。", where=self.name, help="请等上传完成后再取。")
        return chunk

    def close(self) -> None:
        """Closes the file."""
        self.file.close()
        super().close()


def fetch_file(path: Path, *, dataset: Dataset, stores: Stores, by: str, at: datetime.datetime) -> Receipt:
    """One file; raises NoSuchFile, StillGrowing."""
    try:
        stream = _Steady(path)
    except (OSError, ValueError):
        raise NoSuchFile("没有这个文件，或没有读取权限。", where=path.name, help="请核对路径。") from None
    with stream:
        delivery = Delivered(cast(BinaryIO, stream), path.name, sha256=_read_digest(path))
        return receive(delivery=delivery, dataset=dataset, stores=stores, by=by, at=at)


def fetch_folder(source: Folder, *, dataset: Dataset, stores: Stores, by: str, at: datetime.datetime) -> list[Receipt]:
    """All files that were not fetched yet; one that still grows is left for the next time."""
    register = batches.open_register(stores.root)
    name = f"{dataset.id}:{source.path.absolute()}"
    receipts = []
    for path in list_files(source):
        try:
            mark = _mark(path.stat())
            if register.has_seen(name, path.name, mark):
                continue
            receipt = fetch_file(path, dataset=dataset, stores=stores, by=by, at=at)
        except (StillGrowing, NoSuchFile, FileNotFoundError):
            continue
        register.note_seen(name, path.name, mark, receipt.id)
        receipts.append(receipt)
    return receipts


def list_files(source: Folder) -> Iterator[Path]:
    """The finished files of a folder in order of names: no hidden ones, links, folders or unfinished uploads."""
    if not source.path.is_dir():
        raise NoSuchFile("没有这个文件夹，或没有读取权限。", where=source.path.name, help="请核对路径。")
    for path in sorted(source.path.glob(source.pattern)):
        name = path.name.lower()
        if name.startswith((".", "~$")) or name.endswith((*UNFINISHED, *SIDECARS)):
            continue
        if stat.S_ISREG(path.lstat().st_mode):
            yield path


def _mark(found: os.stat_result) -> str:
    """What changes when a file is written again."""
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"


def _read_digest(path: Path) -> str:
    """The SHA-256 that the sender laid beside the file as `<name>.sha256`, if any."""
    sidecar = path.with_name(f"{path.name}.sha256")
    if not sidecar.is_file():
        return ""
    words = sidecar.read_text(encoding="ascii", errors="replace")[:200].split()
    return words[0] if words else ""
