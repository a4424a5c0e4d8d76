"""Sealed: the form of an object on disk, in chunks that each open only in their place, the last one marked as last."""

from __future__ import annotations

import io
import os
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from taihu.data.ledger.suite import NotOpened, Suite

MAGIC = b"taihu-object-1\0\0"
HEAD = struct.Struct("<16s16s16sI")
PLACE = struct.Struct(">Q?")
NONCE = struct.Struct(">IQ")
TAG_BYTES = 16
ID_BYTES = 16
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Head:
    """What an object's first bytes say: its suite, the name of its key, the size of its chunks."""

    suite: str
    key_id: str
    chunk: int

    def to_bytes(self) -> bytes:
        """The head as it stands in front and as each chunk is bound to it."""
        return HEAD.pack(MAGIC, self.suite.encode(), bytes.fromhex(self.key_id), self.chunk)


def make_head(suite: Suite) -> Head:
    """The head of a new object, with a name of its own for its key."""
    return Head(suite.id, secrets.token_hex(ID_BYTES), CHUNK)


def read_head(stream: BinaryIO) -> Head | None:
    """The head of a sealed object; none for one that was kept before objects were sealed, at whose begin the stream then stands."""
    data = stream.read(HEAD.size)
    if len(data) < HEAD.size or not data.startswith(MAGIC):
        stream.seek(0)
        return None
    _, suite, key_id, chunk = HEAD.unpack(data)
    if not 0 < chunk <= 64 * CHUNK:
        raise NotOpened("密文的块长不合规", help="请从备份恢复这个文件")
    return Head(suite.rstrip(b"\0").decode("ascii", "replace"), key_id.hex(), chunk)


class Sealer:
    """Writes plain bytes as sealed chunks; the key serves for one object, so that a chunk's number is its nonce."""

    def __init__(self, out: BinaryIO, head: Head, suite: Suite, key: bytes) -> None:
        self._out, self._suite, self._key = out, suite, key
        self._head = head.to_bytes()
        self._waiting = bytearray()
        self._number = 0
        out.write(self._head)

    def write(self, data: bytes) -> None:
        """Takes plain bytes; a chunk is written once it is known not to be the last."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]

    def end(self) -> None:
        """Writes the last chunk."""
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, text: bytes, *, is_last: bool) -> None:
        about = self._head + PLACE.pack(self._number, is_last)
        self._out.write(self._suite.seal(self._key, NONCE.pack(0, self._number), text, about))
        self._number += 1


def unseal(stream: BinaryIO, head: Head, suite: Suite, key: bytes) -> Iterator[bytes]:
    """The plain chunks of a stream that stands behind its head.

    Raises NotOpened where a bit was changed, a chunk moved, or the file cut at whatever place.
    """
    size = os.fstat(stream.fileno()).st_size
    bound, read, number = head.to_bytes(), HEAD.size, 0
    while True:
        sealed = stream.read(head.chunk + TAG_BYTES)
        read += len(sealed)
        is_last = read >= size
        yield suite.unseal(key, NONCE.pack(0, number), sealed, bound + PLACE.pack(number, is_last))
        if is_last:
            return
        number += 1


class PlainReader(io.RawIOBase):
    """Plain chunks as a stream that is read forwards only; closes what they come from."""

    def __init__(self, chunks: Iterator[bytes], source: BinaryIO) -> None:
        super().__init__()
        self._chunks, self._source, self._rest = chunks, source, memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fills the buffer as far as the chunk at hand goes."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def close(self) -> None:
        """Closes the object's file too."""
        self._source.close()
        super().close()
