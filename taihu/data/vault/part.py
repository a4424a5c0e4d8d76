"""Part: sealed values in one file that is written once, found by their tokens."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from taihu.data.ledger.suite import NONCE_BYTES, Policy, Suite
from taihu.data.vault.pairs import Pairs, decode, encode
from taihu.terms import fault
from taihu.terms.problem import Problem

MAGIC = b"taihu-vault-1"
MAGIC_OF_EPOCHS = b"taihu-vault-2"
HEAD = struct.Struct("<13s16sBQ")
EPOCH = struct.Struct("<I")
PLACE = struct.Struct("<Q")
BUCKET_ROWS = 1_024
Bucket = tuple[int, Pairs]


class PartDamaged(Problem):
    """A file of the vault is not what was written."""

    code = "K-052"
    status = 500


@dataclass(frozen=True, slots=True)
class Shape:
    """What a part's first bytes say: its suite, how many hexadecimal digits name a bucket, how many rows.

    `epoch` counts the rotations of the key before this part was sealed; `start` is where the places of buckets begin.
    """

    suite: Suite
    digits: int
    rows: int
    epoch: int = 0
    start: int = HEAD.size + EPOCH.size

    @property
    def buckets(self) -> int:
        """How many buckets there are."""
        return int(16**self.digits)


def digits_for(rows: int) -> int:
    """How many digits of the token name its bucket: at most some thousand values are sealed together."""
    digits = 0
    while rows > BUCKET_ROWS * 16**digits:
        digits += 1
    return digits


def write(path: Path, buckets: Iterable[Bucket], *, shape: Shape, key: bytes) -> None:
    """Writes buckets, in order of their numbers, each sealed; the file is durable when this returns."""
    places = [0] * (shape.buckets + 1)
    fault.point("vault.keep.part")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        offset = shape.start + PLACE.size * len(places)
        stream.seek(offset)
        begun = 0
        for number, pairs in buckets:
            places[begun : number + 1] = [offset] * (number + 1 - begun)
            begun = number + 1
            nonce = os.urandom(NONCE_BYTES)
            sealed = nonce + shape.suite.seal(key, nonce, encode(pairs), _about(shape, number))
            stream.write(sealed)
            offset += len(sealed)
        places[begun:] = [offset] * (len(places) - begun)
        stream.seek(0)
        stream.write(HEAD.pack(MAGIC_OF_EPOCHS, shape.suite.id.encode(), shape.digits, shape.rows))
        stream.write(EPOCH.pack(shape.epoch))
        stream.write(struct.pack(f"<{len(places)}Q", *places))
        stream.flush()
        os.fsync(stream.fileno())


def read_shape(path: Path, policy: Policy) -> Shape:
    """What the part says about itself; raises PartDamaged, or NotAccepted where the node does not take its suite."""
    with path.open("rb") as stream:
        data = stream.read(HEAD.size + EPOCH.size)
    if len(data) < HEAD.size + EPOCH.size or not data.startswith((MAGIC, MAGIC_OF_EPOCHS)):
        raise PartDamaged("保险库文件已损坏", where=path.parent.name, help="请从备份恢复该文件")
    magic, id, digits, rows = HEAD.unpack_from(data)  # noqa: A001 - the field's name in every signature
    suite = policy.find(id.rstrip(b"\0").decode())
    if magic == MAGIC:
        return Shape(suite, digits, rows, 0, HEAD.size)
    return Shape(suite, digits, rows, *EPOCH.unpack_from(data, HEAD.size))


def read_buckets(path: Path, shape: Shape, numbers: Iterable[int], key: bytes) -> Iterator[Pairs]:
    """The buckets of these numbers that are not empty."""
    with path.open("rb", buffering=0) as stream:
        for number in numbers:
            stream.seek(shape.start + PLACE.size * number)
            start, end = struct.unpack("<QQ", stream.read(2 * PLACE.size))
            if start == end:
                continue
            stream.seek(start)
            sealed = stream.read(end - start)
            about = _about(shape, number)
            yield decode(shape.suite.unseal(key, sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about))


def bucket_of(shape: Shape, token: str) -> int:
    """The bucket in which a token's value lies."""
    return int(token[: shape.digits] or "0", 16)


def _about(shape: Shape, number: int) -> bytes:
    """Binds a sealed bucket to its place: buckets cannot be exchanged within parts of one shape."""
    return b"%s %d %d %d" % (MAGIC, shape.digits, shape.rows, number)
