"""Brings a segment back to what is whole: cuts a torn tail, rebuilds derived files, compares with the last head."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from taihu.data.ledger import record, tree
from taihu.data.ledger.segment import HASH_BYTES, OFFSET, Damaged, Mark, Segment, read_mark
from taihu.data.ledger.tree import Peaks
from taihu.terms import fault


@dataclass(slots=True)
class State:
    """Where a writer goes on: end of the records, right edge of the tree."""

    mark: Mark
    peaks: Peaks


def recover(segment: Segment) -> State:
    """Reads all records after the checkpoint; the caller holds the segment's lock.

    An unacknowledged tail that is not whole is cut. Raises Damaged, and changes no record, where entries
    are missing or changed that had been acknowledged or signed; derived files may be rebuilt.
    """
    promised = read_mark(segment.mark_path) or Mark()
    head = segment.last_head()
    least = max(promised.count, head.size if head else 0)
    start = _checkpoint(segment)
    with segment.entries_path.open("a+b") as stream:
        size = stream.seek(0, os.SEEK_END)
        if size < start.offset:
            raise _damaged(segment, start.count, "记录文件比检查点短")
        state = _replay(segment, stream, start)
        if state.mark.count < least:
            raise _damaged(segment, state.mark.count, f"已确认 {least} 条")
        if size > state.mark.offset:
            fault.point("ledger.recover.cut")
            stream.truncate(state.mark.offset)
        os.fdatasync(stream.fileno())
    if head and head.size:
        edge = tree.peaks(segment.suite, segment.node, head.size)
        if edge.root().hex() != head.root:
            raise _damaged(segment, head.size, "树根与最后一次签名不符")
    fault.point("ledger.recover.mark")
    segment.mark_path.write_bytes(state.mark.encode())
    return state


def _damaged(segment: Segment, number: int, what: str) -> Damaged:
    return Damaged(
        f"留痕台账在第 {number} 条之后损坏或被改动：{what}",
        where=segment.name,
        help="该分段停止写入。请报告安全管理员，从备份恢复，或改用新的分段名称",
    )


def _checkpoint(segment: Segment) -> Mark:
    """The checkpoint, or zero where the derived files are not as long as it says."""
    found = read_mark(segment.checkpoint_path) or Mark()
    needed = {
        segment.offsets_path: found.count * OFFSET.size,
        segment.nodes_path: nodes_bytes(found.count),
    }
    is_whole = all(path.exists() and path.stat().st_size >= size for path, size in needed.items())
    return found if is_whole else Mark()


def _replay(segment: Segment, stream: BinaryIO, start: Mark) -> State:
    """Rebuilds nodes and offsets from the checkpoint on."""
    edge = tree.peaks(segment.suite, segment.node, start.count)
    offset = start.offset
    fault.point("ledger.recover.nodes")
    with _open_at(segment.nodes_path, nodes_bytes(start.count)) as nodes:
        fault.point("ledger.recover.offsets")
        with _open_at(segment.offsets_path, start.count * OFFSET.size) as offsets:
            for end, body in record.scan(stream, start.offset):
                leaf = record.decode(body, segment.suite).leaf(segment.suite)
                nodes.write(b"".join(edge.add(leaf)))
                offsets.write(OFFSET.pack(offset))
                offset = end
    return State(Mark(edge.size, offset), edge)


def _open_at(path: Path, size: int) -> BinaryIO:
    """Opens a derived file for writing after its first `size` bytes; what follows them is cut."""
    path.touch(mode=0o600)
    stream = path.open("r+b")
    stream.truncate(size)
    stream.seek(size)
    return stream


def nodes_bytes(count: int) -> int:
    """How long the file of nodes is for so many leaves."""
    return (2 * count - count.bit_count()) * HASH_BYTES
