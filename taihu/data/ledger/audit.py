"""Audit: reads a copy of a whole ledger without the platform, and names the first fault in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from taihu.data.ledger import forget, handover, history, node, record, tree
from taihu.data.ledger import head as heads
from taihu.data.ledger import suite as suites
from taihu.data.ledger.entry import Parts
from taihu.data.ledger.handover import Handover, Standing
from taihu.data.ledger.head import Head
from taihu.data.ledger.node import NodeHead
from taihu.data.ledger.segment import HASH_BYTES, OFFSET, Segment, read_mark, suite_of
from taihu.terms.problem import Problem


@dataclass(slots=True)
class Report:
    """What was read, and the first fault; empty where there is none."""

    fault: str = ""
    segments: int = 0
    entries: int = 0
    heads: int = 0
    dropped: int = 0
    key_id: str = ""

    @property
    def is_valid(self) -> bool:
        """True where nothing is wrong."""
        return not self.fault


class _Fault(Exception):
    """The first thing that is wrong, in words."""


@dataclass(slots=True)
class _Read:
    """One segment as it was read: the roots at the sizes that somebody signed, and what retention took away."""

    segment: Segment
    count: int = 0
    roots: dict[int, str] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    told: list[tuple[str, str]] = field(default_factory=list)


def audit(
    root: Path, *, public_key: bytes | None = None, published: Sequence[NodeHead] = (), is_live: bool = False
) -> Report:
    """Reads every entry, tree, head and node head of a copy. Never raises for a bad one.

    `published` are heads from elsewhere, which the copy must contain: without them a cut-off end shows only by heads
    in the copy itself. A copy of a running house (`is_live`) may end in entries that nobody has signed yet.
    """
    report = Report()
    try:
        _audit(root, report, public_key, published, is_live)
    except _Fault as fault:
        report.fault = str(fault)
    except (KeyError, TypeError, ValueError, OSError, Problem) as failure:
        report.fault = f"台账副本不完整或格式有误（{type(failure).__name__}）"
    return report


def _audit(root: Path, report: Report, public_key: bytes | None, published: Sequence[NodeHead], is_live: bool) -> None:
    handed = handover.read_all(root)
    chains = [node.read_all(node.signed_path(root).with_name("heads-before.jsonl"))]
    chains[0] += node.read_all(node.signed_path(root))
    chains.append([one for path in node.published_paths(root) for one in node.read_all(path)])
    for chain, is_public in zip(chains, (False, True), strict=True):
        _raise(history.find_fault(chain, handed, public_key=public_key, is_public=is_public))
    kept = {one.digest() for one in chains[1]}
    _raise(next((f"缺少公示的第 {one.number} 期" for one in published if one.digest() not in kept), ""))
    every = [*chains[0], *chains[1], *published]
    known = _keys(every, handed, public_key)
    if not known:
        raise _Fault("副本中没有公钥，请用 --key 给出平台公布的公钥")
    report.key_id = next(iter(known))
    standing = [one for each in every for one in each.standing] + [one for each in handed for one in each.standing]
    reads = [_read(folder, standing, known, report, is_live) for folder in _folders(root)]
    names = {read.segment.name for read in reads}
    _raise(next((f"缺少分段 {one.segment}" for one in standing if one.segment not in names), ""))
    _check_taken(reads)
    report.heads += len(every)


def _raise(fault: str) -> None:
    if fault:
        raise _Fault(fault)


def _folders(root: Path) -> list[Path]:
    found = sorted(path.parent for path in root.glob("*/entries.log"))
    if not found:
        raise _Fault("不是台账的文件夹：没有任何分段")
    return found


def _keys(every: Iterable[NodeHead], handed: Sequence[Handover], trusted: bytes | None) -> dict[str, bytes]:
    """The public keys by their ids, the trusted one first."""
    keys = [trusted] if trusted is not None else []
    keys += [bytes.fromhex(one.public_key) for one in every]
    keys += [bytes.fromhex(key) for one in handed for key in (one.before, one.after)]
    if trusted is not None:
        keys = [key for key in keys if handover.leads(handed, trusted=trusted, to=key)]
    ids = [(suite.key_id(key), key) for key in keys for suite in suites.SUITES.values()]
    return dict(ids)


def _read(folder: Path, standing: Sequence[Standing], known: dict[str, bytes], report: Report, is_live: bool) -> _Read:
    suite = suite_of(folder)
    if suite is None:
        raise _Fault(f"分段 {folder.name} 没有记录")
    segment = Segment(folder, suite)
    signed = _signed(segment, is_live)
    asked = [one for one in standing if one.segment == segment.name]
    wanted = {head.size for head in signed} | {one.size for one in asked}
    read = _replay(segment, wanted, is_live)
    _check_heads(read, signed, known)
    for one in asked:
        if one.tree != suite.id or read.roots.get(one.size) != one.root:
            raise _Fault(f"{segment.name} 的前 {one.size} 条与节点签名时不符，或有缺失（现有 {read.count} 条）")
    covered = max((0, *(size for size in wanted if size in read.roots)))
    if covered < read.count and not is_live:
        raise _Fault(f"{segment.name} 第 {covered} 条起没有签名的树根")
    report.segments += 1
    report.entries += read.count
    report.heads += len(signed)
    report.dropped += len(read.taken)
    return read


def _signed(segment: Segment, is_live: bool) -> list[Head]:
    try:
        lines = segment.heads_path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    if lines and not lines[-1].endswith(b"\n") and not is_live:
        raise _Fault(f"{segment.name} 的签名树根文件末行不完整")
    return [Head(**orjson.loads(line)) for line in lines if line.endswith(b"\n")]


def _check_heads(read: _Read, signed: Sequence[Head], known: dict[str, bytes]) -> None:
    """Each head is of this segment, signed with a known key, and over the entries that are there."""
    name, good = read.segment.name, 0
    for head in signed:
        key = known.get(head.key_id)
        if head.segment != name or head.size < good:
            raise _Fault(f"{name} 的签名树根次序有误（{head.size} 条）")
        if head.size > read.count:
            raise _Fault(f"{name} 缺少已签名的条目：签名时 {head.size} 条，现有 {read.count} 条")
        if read.roots[head.size] != head.root:
            raise _Fault(f"{name} 第 {good} 至 {head.size - 1} 条之间有改动：树根与签名不符")
        if key is None or not heads.is_signed(head, key):
            raise _Fault(f"{name} 在 {head.size} 条处的签名不成立")
        good = head.size


def _replay(segment: Segment, wanted: set[int], is_live: bool) -> _Read:
    """Builds the tree from the records alone and compares it with what is stored beside them."""
    read, edge = _Read(segment), tree.Peaks(segment.suite)
    mark = read_mark(segment.mark_path)
    if mark is None:
        raise _Fault(f"{segment.name} 的标记文件缺失或损坏")
    nodes, offsets = segment.nodes_path.read_bytes(), segment.offsets_path.read_bytes()
    offset = end = 0
    with segment.entries_path.open("rb") as stream:
        for end, body in record.scan(stream, 0):
            parts = record.decode(body, segment.suite)
            made = b"".join(edge.add(parts.leaf(segment.suite)))
            start = tree.place(0, read.count) * HASH_BYTES
            if nodes[start : start + len(made)] != made:
                raise _Fault(f"{segment.name} 第 {read.count} 条与树中的叶不符")
            if offsets[read.count * OFFSET.size : (read.count + 1) * OFFSET.size] != OFFSET.pack(offset):
                raise _Fault(f"{segment.name} 第 {read.count} 条的位置与索引不符")
            _note(read, parts)
            read.count, offset = read.count + 1, end
            if read.count in wanted:
                read.roots[read.count] = edge.root().hex()
            if is_live and read.count == mark.count:
                break
    size = end if is_live else segment.entries_path.stat().st_size
    if (mark.count, mark.offset, size) != (read.count, end, end):
        raise _Fault(f"{segment.name} 第 {read.count} 条起损坏、缺失或多出：标记为 {mark.count} 条")
    return read


def _note(read: _Read, parts: Parts) -> None:
    """Keeps what was taken away, and who says so."""
    if parts.dropped or not parts.private:
        read.taken.add(read.count)
    if parts.public and forget.ACT.encode() in parts.public:
        said = orjson.loads(parts.public)
        if said["act"] == forget.ACT:
            read.told.append((said["detail"]["segment"], said["detail"]["numbers"]))


def _check_taken(reads: Sequence[_Read]) -> None:
    """What was taken away was taken away by retention, which entered it."""
    told: dict[str, set[int]] = {}
    for name, numbers in itertools.chain.from_iterable(read.told for read in reads):
        told.setdefault(name, set()).update(forget.read_numbers(numbers))
    for read in reads:
        missing = sorted(read.taken - told.get(read.segment.name, set()))
        if missing:
            raise _Fault(f"{read.segment.name} 第 {missing[0]} 条的内容被清除，台账中没有清除记录")
