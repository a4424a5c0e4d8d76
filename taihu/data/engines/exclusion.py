"""Exclusion: who writes rows goes through together; who erases goes alone, so that no write brings back what was erased."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from taihu.terms import fault


@contextlib.contextmanager
def writing(root: Path) -> Iterator[None]:
    """Held by everybody who reads rows and writes what he made of them; waits while somebody erases."""
    with _lock(root, fcntl.LOCK_SH):
        yield


@contextlib.contextmanager
def erasing(root: Path) -> Iterator[None]:
    """Held while rows are erased; waits for all who write. Who holds it calls nothing that takes `writing`."""
    with _lock(root, fcntl.LOCK_EX):
        yield


@contextlib.contextmanager
def _lock(root: Path, kind: int) -> Iterator[None]:
    folder = root / "locks"
    fault.point("engines.exclusion.lock")
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "erasure", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)
