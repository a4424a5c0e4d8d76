"""Key files: written once, readable by their owner only, each naming the suite it belongs to."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from taihu.data.ledger import suite as suites
from taihu.data.ledger.suite import Suite
from taihu.terms import fault
from taihu.terms.problem import Problem

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
READABLE_BY_OTHERS = 0o077


class KeyRefused(Problem):
    """A key file is not as it must be: wrong name, open to others, or no key."""

    code = "K-051"
    status = 500


@dataclass(frozen=True, slots=True)
class Key:
    """A secret, and the suite whose algorithms alone may use it."""

    suite: Suite
    secret: bytes = field(repr=False)


def name_of(purpose: str, suite: Suite) -> str:
    """The name of a purpose's key in a suite; the first suite's keys bear the purpose's name alone."""
    return purpose if suite == suites.INTL_1 else f"{purpose}.{suite.id}"


def read(folder: Path, name: str) -> Key | None:
    """The key of that name, where there is one. Refuses a file that others may read."""
    if not NAME.fullmatch(name):
        raise KeyRefused("密钥名称只能含小写字母、数字、点、横线与下划线", where=str(folder))
    try:
        return _read(folder / f"{name}.key")
    except FileNotFoundError:
        return None


def read_or_make(folder: Path, name: str, make: Callable[[], bytes], *, suite: Suite) -> Key:
    """The key of that name; the first caller makes it for a suite, in whichever process, all others read that one.

    A key that is there keeps the suite it was made for, whichever is asked for. Refuses a file that others may read.
    """
    found = read(folder, name)
    if found is None:
        path = folder / f"{name}.key"
        _write(path, make(), suite)
        found = _read(path)
    return found


def _read(path: Path) -> Key:
    with path.open("r", encoding="ascii") as stream:
        if os.fstat(stream.fileno()).st_mode & READABLE_BY_OTHERS:
            raise KeyRefused("密钥文件可被他人读取", where=path.name, help="请执行 chmod 600 后重试")
        text = stream.read().strip()
    id, _, digits = text.partition(":")  # noqa: A001 - the field's name in every signature
    suite = suites.find(id)
    try:
        return Key(suite, bytes.fromhex(digits))
    except ValueError:
        raise KeyRefused("密钥文件内容不是密钥", where=path.name, help="请从备份恢复该文件") from None


def _write(path: Path, secret: bytes, suite: Suite) -> None:
    """Puts the whole file in place at once; a key that is there already stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    fault.point("ledger.keys.file")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(f"{suite.id}:{secret.hex()}\n".encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
