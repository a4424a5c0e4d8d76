"""Segment: the files that one process appends to, read here by anybody."""

from __future__ import annotations

import contextlib
import datetime
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from taihu.data.ledger import entry as entries
from taihu.data.ledger import record, tree
from taihu.data.ledger import suite as suites
from taihu.data.ledger.entry import Entry, Parts
from taihu.data.ledger.head import Head
from taihu.data.ledger.suite import INTL_1, Suite
from taihu.terms.problem import Problem

HASH_BYTES = 32
OFFSET = struct.Struct("<Q")
MARK = struct.Struct("<QQI")


class NotInLedger(Problem):
    """Somebody asked for an entry or a tree that the segment does not have."""

    code = "L-005"
    status = 404


class Dropped(NotInLedger):
    """The entry stood there; the time for which its class is kept is over, and only its leaf remains."""

    code = "L-007"
    status = 410


class Damaged(Problem):
    """A segment lacks entries that it had acknowledged, or they read otherwise than they were signed."""

    code = "L-003"
    status = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a segment is durable: number of entries and bytes."""

    count: int = 0
    offset: int = 0

    def encode(self) -> bytes:
        """The mark as it is written, with its checksum."""
        return MARK.pack(self.count, self.offset, zlib.crc32(OFFSET.pack(self.count) + OFFSET.pack(self.offset)))


def read_mark(path: Path) -> Mark | None:
    """The mark in a file; None where there is none or it is not whole."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(data) < MARK.size:
        return None
    count, offset, _ = MARK.unpack_from(data)
    mark = Mark(count, offset)
    return mark if mark.encode() == data[: MARK.size] else None


@dataclass(frozen=True, slots=True)
class Segment:
    """The folder of one segment. Reading needs no lock and sees what is durable, no more."""

    folder: Path
    suite: Suite = INTL_1

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def entries_path(self) -> Path:
        """The truth: the records, one after the other."""
        return self.folder / "entries.log"

    @property
    def nodes_path(self) -> Path:
        """The nodes of the tree, as `tree.place` orders them; can be rebuilt."""
        return self.folder / "nodes.bin"

    @property
    def offsets_path(self) -> Path:
        """Where each record begins; can be rebuilt."""
        return self.folder / "offsets.bin"

    @property
    def mark_path(self) -> Path:
        """How far the records are durable."""
        return self.folder / "mark.bin"

    @property
    def checkpoint_path(self) -> Path:
        """How far nodes and offsets are durable."""
        return self.folder / "checkpoint.bin"

    @property
    def suite_path(self) -> Path:
        """The suite of the tree."""
        return self.folder / "suite"

    @property
    def heads_path(self) -> Path:
        """The heads that were signed."""
        return self.folder / "heads.jsonl"

    def mark(self) -> Mark:
        """How far the segment is durable now; a mark read while it is written is read again."""
        for _ in range(100):
            found = read_mark(self.mark_path)
            if found is not None:
                return found
            if not self.mark_path.exists():
                return Mark()
        raise Damaged("留痕台账的标记文件已损坏", where=self.name, help="重启写入该分段的进程即可重建")

    def last_head(self) -> Head | None:
        """The last head that was signed and is whole on disk."""
        with contextlib.suppress(FileNotFoundError):
            for line in reversed(self.heads_path.read_bytes().split(b"\n")):
                with contextlib.suppress(orjson.JSONDecodeError, TypeError):
                    return Head(**orjson.loads(line))
        return None

    def node(self, level: int, index: int) -> bytes:
        """A stored node of the tree."""
        return _read_at(self.nodes_path, tree.place(level, index) * HASH_BYTES, HASH_BYTES)

    def nodes(self) -> contextlib.closing[Nodes]:
        """Stored nodes read through one open file, for proofs."""
        return contextlib.closing(Nodes(self.nodes_path))

    def _offset(self, number: int) -> int:
        """Where the record of that number begins."""
        return int(OFFSET.unpack(_read_at(self.offsets_path, number * OFFSET.size, OFFSET.size))[0])

    def parts(self, number: int) -> Parts:
        """The parts of one entry."""
        for _, parts in self.scan(number, number + 1):
            return parts
        raise NotInLedger(f"留痕台账中没有第 {number} 条", where=self.name, help=f"该分段现有 {self.mark().count} 条")

    def scan(self, start: int, end: int) -> Iterator[tuple[int, Parts]]:
        """(number, parts) of entries from `start` up to and without `end`, or the last durable one."""
        mark = self.mark()
        end = min(end, mark.count)
        if start >= end:
            return
        begin = self._offset(start)
        piece = record.ONE_BYTES if end == start + 1 else record.READ_BYTES
        with self.entries_path.open("rb", buffering=0) as stream:
            number = start
            for _, body in record.scan(stream, begin, piece):
                yield number, record.decode(body, self.suite)
                number += 1
                if number == end:
                    return
        raise Damaged(f"留痕台账第 {number} 条已损坏", where=self.name, help="请从备份恢复该分段，并报告安全管理员")

    def entry(self, number: int) -> Entry:
        """One entry; raises Dropped where only its leaf is left."""
        parts = self.parts(number)
        if parts.dropped:
            raise Dropped("该条目保存期已满，内容已按规定清除，仅保留其树叶", where=f"{self.name}/{number}")
        return entries.join(parts)

    @property
    def sealed_path(self) -> Path:
        """There where nobody appends any more."""
        return self.folder / "sealed"

    def root(self, size: int) -> bytes:
        """The root of the tree over the first `size` entries."""
        with self.nodes() as node:
            return tree.peaks(self.suite, node, size).root()

    def first_at(self) -> datetime.datetime | None:
        """When the first entry was made, where there is one."""
        for _, parts in self.scan(0, 1):
            return None if parts.dropped else entries.join(parts).at
        return None

    def is_sealed(self) -> bool:
        """True where the segment is complete: another took its place."""
        return self.sealed_path.exists()


def suite_of(folder: Path) -> Suite | None:
    """The suite of the segment in a folder; None where there is none yet. Raises UnknownSuite.

    Segments without the file were written when there was but one suite.
    """
    try:
        return suites.find((folder / "suite").read_text("ascii").strip())
    except FileNotFoundError:
        return INTL_1 if (folder / "entries.log").exists() else None


def suite_id(folder: Path) -> str:
    """The name of that suite; empty where there is no segment."""
    found = suite_of(folder)
    return found.id if found else ""


class Nodes:
    """An open file of nodes."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)

    def __call__(self, level: int, index: int) -> bytes:
        """A stored node."""
        return os.pread(self._descriptor, HASH_BYTES, tree.place(level, index) * HASH_BYTES)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)


def _read_at(path: Path, offset: int, count: int) -> bytes:
    with path.open("rb", buffering=0) as stream:
        stream.seek(offset)
        return stream.read(count) or b""
