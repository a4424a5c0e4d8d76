"""Objects: a content-addressed store of files, written once, on disk for certain, never twice."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from taihu.terms import fault, problem

CHUNK = 1 << 20
SHA256 = re.compile(r"[0-9a-f]{64}")


class NoSuchObject(problem.Problem):
    """The store does not hold an object of that hash."""

    code = "K-001"
    status = 404


class Changed(problem.Problem):
    """The bytes on disk are no longer those that were put."""

    code = "K-002"
    status = 500


class TooLarge(problem.Problem):
    """A stream goes on beyond what may be kept."""

    code = "K-003"
    status = 413


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """What the store holds: the SHA-256 of the bytes, and how many there are."""

    sha256: str
    size: int


class Objects:
    """Files under `<root>/<first two>/<sha256>`, read-only; half-written ones live in `<root>/incoming`.

    Objects are not encrypted here: the folder belongs on an encrypted disk, readable by the platform's
    user only (it is made with mode 0700).
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, stream: BinaryIO, *, limit: int | None = None) -> ObjectRef:
        """Keeps a stream to its end; the same bytes twice are one object. Raises TooLarge beyond `limit` bytes."""
        path = self.reserve()
        digest = hashlib.sha256()
        size = 0
        try:
            fault.point("objects.put.write")
            with path.open("xb") as file:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if limit is not None and size > limit:
                        raise TooLarge(f"文件超过 {limit // 1_000_000} MB。", help="请分成几个文件报送。")
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            return self._settle(path, ObjectRef(digest.hexdigest(), size))
        finally:
            path.unlink(missing_ok=True)

    def adopt(self, path: Path) -> ObjectRef:
        """Moves a file that lies in `incoming` into the store."""
        fault.point("objects.adopt.sync")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        try:
            return self._settle(path, ObjectRef(digest, path.stat().st_size))
        finally:
            path.unlink(missing_ok=True)

    def reserve(self) -> Path:
        """A free name in `incoming` for a file that will be adopted."""
        folder = self.root / "incoming"
        if not folder.is_dir():
            fault.point("objects.reserve.folder")
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.root.chmod(0o700)
        return folder / uuid.uuid4().hex

    def path(self, sha256: str) -> Path:
        """Where an object lies; raises NoSuchObject."""
        path = self._place(sha256)
        if not path.is_file():
            raise NoSuchObject("没有这个文件。", where=sha256[:12], help="请核对文件的 SHA-256。")
        return path

    def open(self, sha256: str) -> BinaryIO:
        """An object's bytes; raises NoSuchObject."""
        return self.path(sha256).open("rb")

    def exists(self, sha256: str) -> bool:
        """True where the store holds the object."""
        return self._place(sha256).is_file()

    def verify(self, sha256: str) -> None:
        """Reads the object through; raises Changed where its bytes are not what its name says."""
        with self.path(sha256).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise Changed("文件内容与登记的摘要不符。", where=sha256[:12], help="请从备份恢复这个文件。")

    def _place(self, sha256: str) -> Path:
        if not SHA256.fullmatch(sha256):
            raise NoSuchObject("文件编号不是 SHA-256。", help="请核对文件的 SHA-256。")
        return self.root / sha256[:2] / sha256

    def _settle(self, path: Path, ref: ObjectRef) -> ObjectRef:
        """Gives a complete file its name, atomically; the name is on disk before we return."""
        target = self._place(ref.sha256)
        if target.is_file():
            return ref
        path.chmod(0o440)
        fault.point("objects.settle.rename")
        target.parent.mkdir(exist_ok=True, mode=0o700)
        path.replace(target)
        _sync(target.parent)
        _sync(self.root)
        return ref


def _sync(folder: Path) -> None:
    """Puts the names in a folder on disk for certain."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
