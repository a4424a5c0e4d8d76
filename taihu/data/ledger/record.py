"""Record: the bytes of one entry in a segment, with length and checksum."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from taihu.data.ledger.entry import Parts
from taihu.data.ledger.suite import Suite
from taihu.terms.problem import Problem

HEAD = struct.Struct("<II")
PUBLIC_BYTES = struct.Struct("<I")
SALT_BYTES = 16
LEAST_BYTES = PUBLIC_BYTES.size + SALT_BYTES
MOST_BYTES = 64 * 1024 * 1024
# The two highest bits of the public part's length say what retention took away.
FORGOTTEN, DROPPED = 1 << 31, 1 << 30
LENGTH = DROPPED - 1
READ_BYTES = 1024 * 1024
ONE_BYTES = 4096


class TooLong(Problem):
    """An entry is longer than a record may be."""

    code = "L-004"


def encode(parts: Parts) -> bytes:
    """The record of an entry: length, CRC-32, then public part, salt and private part.

    Of an entry whose private part was forgotten the commitment is written in its place; of a dropped one the leaf.
    """
    body = _body(parts)
    if len(body) > MOST_BYTES:
        raise TooLong("留痕条目过长", help="请分批处理，每批涉及的对象不超过一百万个")
    return HEAD.pack(len(body), zlib.crc32(body)) + body


def _body(parts: Parts) -> bytes:
    if parts.dropped:
        return PUBLIC_BYTES.pack(DROPPED) + parts.dropped
    if not parts.private:
        return PUBLIC_BYTES.pack(len(parts.public) | FORGOTTEN) + parts.public + parts.commitment
    return PUBLIC_BYTES.pack(len(parts.public)) + parts.public + parts.salt + parts.private


def decode(body: bytes, suite: Suite) -> Parts:
    """The parts of an entry from the record's body; the checksum was compared before."""
    (word,) = PUBLIC_BYTES.unpack_from(body)
    public_end = PUBLIC_BYTES.size + (word & LENGTH)
    if word & DROPPED:
        return Parts(b"", b"", b"", b"", body[public_end:])
    if word & FORGOTTEN:
        return Parts(body[PUBLIC_BYTES.size : public_end], b"", b"", body[public_end:])
    salt_end = public_end + SALT_BYTES
    salt, private = body[public_end:salt_end], body[salt_end:]
    return Parts(body[PUBLIC_BYTES.size : public_end], salt, private, suite.digest(salt + private))


def scan(stream: BinaryIO, start: int, piece: int = READ_BYTES) -> Iterator[tuple[int, bytes]]:
    """Reads whole records from a place on: (end of the record, body). Ends before the first that is not whole.

    `piece` is how much is read at a time: little where one record is wanted.
    """
    stream.seek(start)
    buffer, begin = b"", 0
    while True:
        record = _cut(buffer, begin)
        if record is None:
            chunk = stream.read(max(piece, _missing(buffer, begin)))
            if not chunk:
                return
            buffer, begin = buffer[begin:] + chunk, 0
            continue
        if not record:
            return
        begin += HEAD.size + len(record)
        start += HEAD.size + len(record)
        yield start, record


def _missing(buffer: bytes, begin: int) -> int:
    if len(buffer) - begin < HEAD.size:
        return HEAD.size
    return min(int(HEAD.unpack_from(buffer, begin)[0]), MOST_BYTES)


def _cut(buffer: bytes, begin: int) -> bytes | None:
    """The body that begins there; None where more must be read, empty where it is no record."""
    if len(buffer) - begin < HEAD.size:
        return None
    length, checksum = HEAD.unpack_from(buffer, begin)
    if not LEAST_BYTES <= length <= MOST_BYTES:
        return b""
    end = begin + HEAD.size + length
    if len(buffer) < end:
        return None
    body = buffer[begin + HEAD.size : end]
    if zlib.crc32(body) != checksum or PUBLIC_BYTES.unpack_from(body)[0] & LENGTH > length - LEAST_BYTES:
        return b""
    return body
