"""Objects: a content-addressed store of sealed files, written once, on disk for certain, never twice."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from taihu.data.ledger.suite import ONLY_INTL_1, NotOpened, Policy
from taihu.data.objects import sealed
from taihu.data.objects.keyring import Keyring
from taihu.data.objects.plain import PlainRoom
from taihu.data.objects.sealed import Head, Sealer
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
    """Files under `<root>/<first two>/<sha256>`, read-only and sealed, each under a key of its own (see `keyring`).

    The name is the SHA-256 of the plain bytes, so that the same delivery twice is one object. Who sees the names
    cannot read a delivery, but can confirm a whole one that he guesses: the folder is readable by the platform's
    user only (mode 0700), and names are no part of any answer. What was kept before objects were sealed is
    recognised, read, and sealed by the next sweep. Bytes lie open only in `plain` files, while somebody reads them.
    """

    def __init__(
        self,
        root: Path,
        *,
        keyring: Path | None = None,
        keys: Path | None = None,
        policy: Policy = ONLY_INTL_1,
    ) -> None:
        self.root = root
        self._policy = policy
        self._ring = Keyring(keyring or root.parent / "keyring", keys=keys or root.parent / "keys", policy=policy)
        self._room = PlainRoom(root)

    def put(self, stream: BinaryIO, *, limit: int | None = None) -> ObjectRef:
        """Keeps a stream to its end; the same bytes twice are one object. Raises TooLarge beyond `limit` bytes."""
        path = self._room.reserve()
        try:
            fault.point("objects.put.write")
            with path.open("xb") as out:
                ref, head, key = self._seal(stream, out, limit)
            return self._settle(path, ref, head, key)
        finally:
            path.unlink(missing_ok=True)

    def _seal(self, stream: BinaryIO, out: BinaryIO, limit: int | None = None) -> tuple[ObjectRef, Head, bytes]:
        """Writes a stream sealed under a new key, durably."""
        suite = self._policy.writes
        head, key = sealed.make_head(suite), secrets.token_bytes(suite.seal_key_bytes)
        sealer, digest, size = Sealer(out, head, suite, key), hashlib.sha256(), 0
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLarge(f"文件超过 {limit // 1_000_000} MB。", help="请分成几个文件报送。")
            digest.update(chunk)
            sealer.write(chunk)
        sealer.end()
        out.flush()
        os.fsync(out.fileno())
        return ObjectRef(digest.hexdigest(), size), head, key

    def adopt(self, path: Path) -> ObjectRef:
        """Takes the plain bytes of a reserved file into the store; the file is gone afterwards."""
        fault.point("objects.adopt.sync")
        try:
            with path.open("rb") as stream:
                return self.put(stream)
        finally:
            path.unlink(missing_ok=True)

    def reserve(self, size: int | None = None) -> Path:
        """A free name for a file that will be adopted; in memory where its size can be foreseen and fits."""
        return self._room.reserve(size)

    def open(self, sha256: str) -> BinaryIO:
        """An object's plain bytes, read forwards only; raises NoSuchObject, KeyDestroyed, NotOpened."""
        file = self._find(sha256).open("rb")
        try:
            head = sealed.read_head(file)
            if head is None:
                return file
            chunks = self._unseal(file, head, sha256)
        except BaseException:
            file.close()
            raise
        return io.BufferedReader(sealed.PlainReader(chunks, file), CHUNK)

    def _unseal(self, file: BinaryIO, head: Head, sha256: str) -> Iterator[bytes]:
        suite = self._policy.find(head.suite)
        return sealed.unseal(file, head, suite, self._ring.find(head.key_id, sha256))

    @contextlib.contextmanager
    def plain(self, sha256: str) -> Iterator[Path]:
        """A private file with an object's plain bytes, for as long as the block runs; raises what `open` raises."""
        place = self._find(sha256)
        with place.open("rb") as file, self._room.lend(place.stat().st_size) as (path, out):
            head = sealed.read_head(file)
            chunks = iter(lambda: file.read(CHUNK), b"") if head is None else self._unseal(file, head, sha256)
            for chunk in chunks:
                out.write(chunk)
            yield path

    def exists(self, sha256: str) -> bool:
        """True where the store holds the object."""
        return self.place(sha256).is_file()

    def is_sealed(self, sha256: str) -> bool:
        """True where the object lies sealed; raises NoSuchObject."""
        with self._find(sha256).open("rb") as file:
            return sealed.read_head(file) is not None

    def verify(self, sha256: str) -> None:
        """Reads the object through; raises Changed where its bytes are not what its name says, or cannot be opened."""
        try:
            with self.open(sha256) as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        except NotOpened:
            found = ""
        if found != sha256:
            raise Changed("文件内容与登记的摘要不符。", where=sha256[:12], help="请从备份恢复这个文件。")

    def destroy(self, objects: Iterable[str]) -> None:
        """Ends objects for good: first their keys, which ends copies of them too, then their files. Repeat it after a kill."""
        gone = list(objects)
        self._ring.destroy(gone)
        for sha256 in gone:
            place = self.place(sha256)
            fault.point("objects.destroy.remove")
            place.unlink(missing_ok=True)
            if place.parent.is_dir():
                _sync(place.parent)

    def rotate_master(self) -> int:
        """Replaces the key that wraps the keys of all objects; returns how many keys were wrapped anew."""
        return self._ring.rotate()

    def clear(self, *, before: float = 0.0) -> list[Path]:
        """Removes plain bytes that killed processes left, and seals objects that were kept before objects were sealed."""
        gone = self._room.clear(before=before)
        for place in sorted(self.root.glob("[0-9a-f][0-9a-f]/*")):
            if SHA256.fullmatch(place.name) and not self.is_sealed(place.name):
                self._seal_old(place)
        return gone

    def list_all(self) -> list[str]:
        """The hashes of all objects."""
        return sorted(p.name for p in self.root.glob("[0-9a-f][0-9a-f]/*") if SHA256.fullmatch(p.name))

    def _seal_old(self, place: Path) -> None:
        """Puts the sealed form of a plain object in its place; one whose bytes are not what its name says stays as it is."""
        path = self._room.reserve()
        try:
            fault.point("objects.seal.write")
            with place.open("rb") as stream, path.open("xb") as out:
                ref, head, key = self._seal(stream, out)
            if ref.sha256 == place.name:
                self._put_in_place(path, ref, head, key)
        finally:
            path.unlink(missing_ok=True)

    def _find(self, sha256: str) -> Path:
        path = self.place(sha256)
        if not path.is_file():
            raise NoSuchObject("没有这个文件。", where=sha256[:12], help="请核对文件的 SHA-256。")
        return path

    def place(self, sha256: str) -> Path:
        """Where the sealed bytes of an object lie, if it is there; raises NoSuchObject for what is no hash."""
        if not SHA256.fullmatch(sha256):
            raise NoSuchObject("文件编号不是 SHA-256。", help="请核对文件的 SHA-256。")
        return self.root / sha256[:2] / sha256

    def _settle(self, path: Path, ref: ObjectRef, head: Head, key: bytes) -> ObjectRef:
        """Gives a complete file its name, unless the same bytes are there; the name is on disk before we return."""
        if not self.place(ref.sha256).is_file():
            self._put_in_place(path, ref, head, key)
        return ref

    def _put_in_place(self, path: Path, ref: ObjectRef, head: Head, key: bytes) -> None:
        """The key is durable before the object has its name: a kill between leaves a key that opens nothing."""
        target = self.place(ref.sha256)
        self._ring.add(head.key_id, ref.sha256, key)
        path.chmod(0o440)
        fault.point("objects.settle.rename")
        target.parent.mkdir(exist_ok=True, mode=0o700)
        self.root.chmod(0o700)
        path.replace(target)
        _sync(target.parent)
        _sync(self.root)


def _sync(folder: Path) -> None:
    """Puts the names in a folder on disk for certain."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
