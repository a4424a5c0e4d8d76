"""Plain: private files for bytes that must lie open for a moment, in memory where they fit, gone when nobody holds them."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from taihu.terms import fault, problem

MEMORY = Path("/dev/shm")  # noqa: S108 - inside it a folder of our own, checked before use
SHARE_OF_MEMORY = 8
LENT, DRAFT = ".lent", ".draft"


class NotPrivate(problem.Problem):
    """The folder for plain bytes belongs to somebody else, or is open to others."""

    code = "K-005"
    status = 500


class PlainRoom:
    """Two folders of mode 0700: one on tmpfs, where there is one, and `<root>/incoming` for what is too large for it.

    The folders stay when they are empty: to remove one would take it from under another process.
    A lent file is locked for as long as its holder lives: what is not locked was left by a killed process.
    """

    def __init__(self, root: Path) -> None:
        self.disk = root / "incoming"
        mark = hashlib.sha256(str(root.absolute()).encode()).hexdigest()[:12]
        self.memory = MEMORY / f"taihu-{os.getuid()}-{mark}"

    def reserve(self, size: int | None = None) -> Path:
        """A free name for a file of about this size; whoever takes it removes it."""
        return self._folder(size) / f"{uuid.uuid4().hex}{DRAFT}"

    @contextlib.contextmanager
    def lend(self, size: int) -> Iterator[tuple[Path, BinaryIO]]:
        """A new file of mode 0600, open for writing, with its path; it is removed whatever happens."""
        self.clear()
        path = self._folder(size) / f"{uuid.uuid4().hex}{LENT}"
        fault.point("objects.plain.write")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as stream:
                fcntl.flock(stream, fcntl.LOCK_EX)
                yield path, stream
        finally:
            path.unlink(missing_ok=True)

    def clear(self, *, before: float = 0.0) -> list[Path]:
        """Removes lent files whose holder is dead, and reserved ones that nobody has touched since `before`."""
        gone = []
        for folder in (self.disk, self.memory):
            for path in folder.glob("*"):
                if _is_left(path, before):
                    fault.point("objects.plain.clear")
                    path.unlink(missing_ok=True)
                    gone.append(path)
        return gone

    def _folder(self, size: int | None) -> Path:
        if size is not None and _fits(size):
            _make_private(self.memory)
            return self.memory
        _make_private(self.disk)
        return self.disk


def _fits(size: int) -> bool:
    """True where the system has a tmpfs with plenty of room beside this."""
    return MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > SHARE_OF_MEMORY * size


def _make_private(folder: Path) -> None:
    """Makes the folder where it is not; raises NotPrivate where it is not ours alone: the parent may be open to all."""
    if not folder.is_dir():
        fault.point("objects.plain.folder")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise NotPrivate("临时文件夹不属于平台用户。", where=str(folder), help="请核查该文件夹后删除它。")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


def _is_left(path: Path, before: float) -> bool:
    try:
        if path.suffix != LENT:
            return path.is_file() and path.stat().st_mtime < before
        with path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A file that was made this moment is not locked yet, and empty.
            return os.fstat(stream.fileno()).st_size > 0 or path.stat().st_mtime < before
    except OSError:
        return False
