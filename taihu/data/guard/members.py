"""Members: of whom a bulk delivery was about, as sorted keyed tokens in a file; anybody's own token can be tested."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from taihu.data.ledger.keys import sync_folder
from taihu.terms import fault

TOKEN_BYTES = 16


@dataclass(slots=True)
class Members:
    """Collects the ledger's names of people while pages pass."""

    _pages: list[bytes] = field(default_factory=list)

    def add(self, subjects: Iterable[str]) -> None:
        """Takes the people of a page."""
        self._pages.append(b"".join(map(bytes.fromhex, subjects)))

    def sorted(self) -> bytes:
        """Each token once, in order."""
        tokens = np.frombuffer(b"".join(self._pages), dtype=f"S{TOKEN_BYTES}")
        return np.unique(tokens).tobytes()


def keep(root: Path, members: Members) -> tuple[str, int]:
    """The digest under which the file is kept, durably, and how many people it holds; nothing is written for none."""
    data = members.sorted()
    if not data:
        return "", 0
    digest = hashlib.sha256(data).hexdigest()
    path = _path(root, digest)
    if not path.exists():
        _write(path, data)
    return digest, len(data) // TOKEN_BYTES


def is_member(root: Path, digest: str, subject: str) -> bool:
    """True where the person is in the file; by halving, of which only some blocks are read."""
    wanted = bytes.fromhex(subject)
    try:
        with _path(root, digest).open("rb") as stream:
            low, high = 0, os.fstat(stream.fileno()).st_size // TOKEN_BYTES
            while low < high:
                middle = (low + high) // 2
                stream.seek(middle * TOKEN_BYTES)
                found = stream.read(TOKEN_BYTES)
                if found == wanted:
                    return True
                low, high = (middle + 1, high) if found < wanted else (low, middle)
    except FileNotFoundError:
        return False
    return False


def _path(root: Path, digest: str) -> Path:
    return root / "guard" / "members" / f"{digest}.bin"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.stem[:16]}-{secrets.token_hex(4)}")
    fault.point("guard.members.file")
    try:
        with draft.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
