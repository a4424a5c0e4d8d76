"""Handover: when a node changes its suite, old key and new key together sign the heads of all segments that stand."""

from __future__ import annotations

import dataclasses
import fcntl
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from taihu.data.ledger import keys as key_files
from taihu.data.ledger import suite as suites
from taihu.data.ledger.suite import Suite
from taihu.terms import fault
from taihu.terms.problem import Problem

PURPOSE = "ledger-signing"
FILE = "handovers.jsonl"


class NoOldKey(Problem):
    """The ledger was signed with a key that is no longer there, so nobody can hand over to the new one."""

    code = "L-022"
    status = 503


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a segment had come, and the root of its tree, when the key changed hands."""

    segment: str
    tree: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Handover:
    """`before` handed over to `after`; public keys and both signatures are hexadecimal."""

    before_suite: str
    before: str
    after_suite: str
    after: str
    standing: tuple[Standing, ...]
    before_signature: str = ""
    after_signature: str = ""

    def signed_bytes(self) -> bytes:
        """What both signatures cover: all fields but themselves, each on a line of its own."""
        fields = ["taihu-handover-1", self.before_suite, self.before, self.after_suite, self.after]
        for one in self.standing:
            fields += [one.segment, one.tree, str(one.size), one.root]
        return "\n".join(fields).encode()

    def is_signed(self) -> bool:
        """True where both keys signed it. Raises UnknownSuite."""
        said = self.signed_bytes()
        sides = (
            (self.before_suite, self.before, self.before_signature),
            (self.after_suite, self.after, self.after_signature),
        )
        return all(
            suites.find(name).is_signed(bytes.fromhex(key), said, bytes.fromhex(mark)) for name, key, mark in sides
        )


def read_one(said: Mapping[str, Any]) -> Handover:
    """A handover from what JSON holds; raises KeyError or TypeError where it is none."""
    return Handover(**{**said, "standing": tuple(Standing(**one) for one in said["standing"])})


def read_all(root: Path) -> tuple[Handover, ...]:
    """The handovers of a ledger, oldest first; a torn last line is left out."""
    try:
        lines = (root / FILE).read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return ()
    return tuple(read_one(orjson.loads(line)) for line in lines if line.endswith(b"\n"))


def leads(handovers: Sequence[Handover], *, trusted: bytes, to: bytes) -> bool:
    """True where handovers, each signed by both sides, lead from the trusted key to another. Raises UnknownSuite."""
    reached = {trusted.hex()}
    for one in handovers:
        if one.before in reached and one.is_signed():
            reached.add(one.after)
    return to.hex() in reached


def hand_over(root: Path, folder: Path, *, to: Suite, standing: Callable[[], Iterable[Standing]]) -> Handover | None:
    """Signs over from the key that signed so far to the key of `to`, once, in whichever process comes first.

    None where nothing was signed with another key. Raises NoOldKey.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _Lock(root / f"{FILE}.lock"):
        known = read_all(root)
        after = key_files.read_or_make(folder, key_files.name_of(PURPOSE, to), to.make_key, suite=to)
        before = _signed_so_far(folder, known, other_than=to)
        if before is None or before.suite == to:
            return None
        made = Handover(
            before.suite.id,
            before.suite.public_key(before.secret).hex(),
            to.id,
            to.public_key(after.secret).hex(),
            tuple(standing()),
        )
        said = made.signed_bytes()
        made = dataclasses.replace(
            made,
            before_signature=before.suite.sign(before.secret, said).hex(),
            after_signature=to.sign(after.secret, said).hex(),
        )
        _write(root / FILE, made)
        return made


def _signed_so_far(folder: Path, known: Sequence[Handover], *, other_than: Suite) -> key_files.Key | None:
    """The key that signs until now: the one handed over to last, else the one that is there beside the new."""
    if known:
        suite = suites.find(known[-1].after_suite)
        found = key_files.read(folder, key_files.name_of(PURPOSE, suite))
        if found is None:
            raise NoOldKey(f"缺少套件 {suite.id} 的签名密钥，无法移交", where=PURPOSE, help="请从备份恢复该密钥文件")
        return found
    others = (suite for suite in suites.SUITES.values() if suite != other_than)
    return next(filter(None, (key_files.read(folder, key_files.name_of(PURPOSE, suite)) for suite in others)), None)


class _Lock:
    """One process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> None:
        fault.point("ledger.handover.lock")
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _write(path: Path, made: Handover) -> None:
    """Appends one line, durably; what a killed writer left of a line is cut first."""
    fault.point("ledger.handover.line")
    with path.open("a+b") as stream:
        stream.seek(0)
        whole = stream.read().rpartition(b"\n")
        stream.truncate(len(whole[0]) + len(whole[1]))
        stream.write(orjson.dumps(dataclasses.asdict(made)) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    key_files.sync_folder(path.parent)
