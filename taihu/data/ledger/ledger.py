"""The ledger of one process: appends to a segment of its own, reads and proves entries of all."""

from __future__ import annotations

import asyncio
import datetime
import itertools
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from taihu.data.ledger import entry as entries
from taihu.data.ledger import handover, record, tree
from taihu.data.ledger import keys as key_files
from taihu.data.ledger.entry import Entry
from taihu.data.ledger.handover import Standing
from taihu.data.ledger.head import Head, Signer
from taihu.data.ledger.index import Index, Place, Wanted
from taihu.data.ledger.proof import Extension, Proof
from taihu.data.ledger.salt import Salts
from taihu.data.ledger.segment import NotInLedger, Segment, suite_id
from taihu.data.ledger.suite import ONLY_INTL_1, Policy
from taihu.data.ledger.writer import Pending, Receipt, Taken, Unavailable, Writer

MOST_SEGMENTS = 64
RETRY_SECONDS = 5.0
# A segment is whole after a year: retention works on whole segments only.
SEAL_AFTER = datetime.timedelta(days=365)
NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC) - SEAL_AFTER
ANY = Wanted()


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with its place in the ledger."""

    segment: str
    number: int
    entry: Entry

    @property
    def id(self) -> str:
        """The place as receipts quote it: `web/12`."""
        return f"{self.segment}/{self.number}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first; `next` asks for the page after it, empty on the last."""

    entries: tuple[Found, ...]
    next: str


class Ledger:
    """Opens its segment at the first append: `segment`, or `segment-2` … where other processes hold it.

    After a failed write all appends are refused; five seconds later the segment is opened again.
    A segment's tree keeps its suite for ever: under another suite a new segment begins, and the old heads are
    signed forward.
    """

    def __init__(self, root: Path, segment: str, *, keys: Path | None = None, policy: Policy = ONLY_INTL_1) -> None:
        self.root = root
        self._segment = segment
        self._policy = policy
        self._suite = policy.writes
        self._keys = keys or root.parent / "keys"
        self.signer = Signer(self._suite, self._signing_key)
        self._is_handed_over = False
        self.index = Index(root / "index-1.sqlite3")
        self._opening = threading.Lock()
        self._writer: Writer | None = None
        self._process = os.getpid()
        self._salts = Salts()
        self._seal_at = NEVER

    def append(self, entry: Entry) -> Receipt:
        """Writes an entry; returns when it is durable. Raises Unavailable. Many threads share one write."""
        return self.append_many((entry,))[0]

    def append_many(self, batch: Sequence[Entry]) -> list[Receipt]:
        """Writes entries in order; returns when all are durable."""
        writer = self._open(batch[-1].at if batch else None)
        waiting = [self._encode(entry, Future[Receipt](), None) for entry in batch]
        writer.enqueue(waiting)
        return [pending.future.result() for pending in waiting if isinstance(pending.future, Future)]

    def append_soon(self, entry: Entry) -> asyncio.Future[Receipt]:
        """Hands an entry over from an event loop; the receipt can be awaited. Raises Unavailable at once if dead."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()
        self._open(entry.at).enqueue((self._encode(entry, future, loop),))
        return future

    def check_writable(self) -> None:
        """Opens the segment for writing; raises Unavailable where that cannot be."""
        self._open()

    def close(self) -> None:
        """Writes what waits and lets the segment go; the next append opens it again."""
        with self._opening:
            writer, self._writer = self._writer, None
        if writer is not None and self._process == os.getpid():
            writer.close()

    def segments(self) -> list[Segment]:
        """All segments of the ledger, in order of name."""
        marks = sorted(self.root.glob("*/mark.bin"))
        return [Segment(path.parent, self._policy.find(suite_id(path.parent))) for path in marks]

    def segment(self, name: str = "") -> Segment:
        """The segment of that name, or the one this process appends to; raises NotInLedger."""
        if not name:
            return self._open().segment
        for segment in self.segments():
            if segment.name == name:
                return segment
        raise NotInLedger(
            "留痕台账中没有这个分段", help=f"现有分段：{'、'.join(s.name for s in self.segments()) or '无'}"
        )

    def find(self, id: str) -> Found:  # noqa: A002 - what receipts call it
        """The entry that a receipt's id names; raises NotInLedger."""
        name, number = _read_id(id)
        segment = self.segment(name)
        return Found(segment.name, number, segment.entry(number))

    def entries(self, wanted: Wanted = ANY, *, after: str = "", limit: int = 50) -> Page:
        """The wanted entries of all segments, newest first, a page at a time."""
        place = Place.read(after) if after else None
        self.catch_up()
        places = self.index.find(wanted, after=place, limit=limit + 1)
        page = tuple(self.find(f"{place.segment}/{place.number}") for place in places[:limit])
        return Page(page, str(places[limit - 1]) if len(places) > limit else "")

    def count(self, wanted: Wanted = ANY) -> int:
        """How many entries are wanted."""
        self.catch_up()
        return self.index.count(wanted)

    def catch_up(self) -> int:
        """Brings the index up to date; returns how many entries were new to it."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.index.catch_up(self.segments())

    def head(self, segment: str = "") -> Head:
        """The signed head over all durable entries of a segment."""
        return self._head(self.segment(segment), None)

    def prove(self, id: str, *, is_whole: bool = False, size: int | None = None) -> Proof:  # noqa: A002 - what receipts call it
        """The proof for one entry, in the tree of `size` or of all; with its private part only where `is_whole`.

        Raises Dropped.
        """
        name, number = _read_id(id)
        segment = self.segment(name)
        segment.entry(number)
        parts = segment.parts(number)
        head = self._head(segment, size)
        with segment.nodes() as node:
            path = tree.prove_inclusion(segment.suite, node, number, head.size)
        return Proof(
            number=number,
            public=parts.public.decode(),
            commitment=parts.commitment.hex(),
            salt=parts.salt.hex() if is_whole else "",
            private=parts.private.decode() if is_whole else "",
            path=tuple(step.hex() for step in path),
            head=head,
            public_key=self.signer.public().hex(),
            handovers=handover.read_all(self.root),
        )

    def prove_extension(self, before: int, *, segment: str = "") -> Extension:
        """Proves that a segment still begins with its first `before` entries."""
        found = self.segment(segment)
        head = self._head(found, None)
        if not 0 < before <= head.size:
            raise NotInLedger("先前的条目数不在该分段范围内", where=found.name, help=f"该分段现有 {head.size} 条")
        with found.nodes() as node:
            path = tree.prove_consistency(found.suite, node, before, head.size)
        return Extension(
            self._head(found, before),
            head,
            tuple(step.hex() for step in path),
            self.signer.public().hex(),
            handover.read_all(self.root),
        )

    def check(self, segment: str = "") -> Iterator[tuple[int, str]]:
        """Reads a whole segment again: (number, what is wrong) for each entry that differs from the tree."""
        found = self.segment(segment)
        with found.nodes() as node:
            for number, parts in found.scan(0, found.mark().count):
                if parts.leaf(found.suite) != node(0, number):
                    yield number, "条目与树中的叶不符"

    def _head(self, segment: Segment, size: int | None) -> Head:
        size = segment.mark().count if size is None else size
        if not size:
            raise NotInLedger("该分段还没有条目", where=segment.name)
        last = segment.parts(size - 1)
        root, at = segment.root(size), "" if last.dropped else entries.to_text(entries.join(last).at)
        return self.signer.sign(segment=segment.name, size=size, root=root, at=at, tree=segment.suite)

    def _encode(
        self, entry: Entry, future: Future[Receipt] | asyncio.Future[Receipt], loop: asyncio.AbstractEventLoop | None
    ) -> Pending:
        parts = entries.split(entry, salt=self._salts.take(), suite=self._suite)
        return Pending(record.encode(parts), parts.leaf(self._suite), entries.to_text(entry.at), future, loop)

    def _open(self, at: datetime.datetime | None = None) -> Writer:
        """The live writer of this process; a forked child takes a segment of its own.

        A segment that is a year old at the moment of an entry is sealed, and the next one begins.
        """
        writer = self._writer
        is_old = at is not None and at >= self._seal_at
        if writer is not None and writer.problem is None and self._process == os.getpid() and not is_old:
            return writer
        with self._opening:
            if is_old and self._writer is writer and writer is not None and self._process == os.getpid():
                self._writer = None
                writer.close(is_last=writer.problem is None)
            return self._reopen(at)

    def _reopen(self, at: datetime.datetime | None = None) -> Writer:
        writer = self._writer
        if writer is not None and self._process != os.getpid():
            writer.release()
            writer = self._writer = None
            self._salts = Salts()
        self._process = os.getpid()
        if writer is not None and writer.problem is not None:
            if time.monotonic() < writer.died_at + RETRY_SECONDS or not writer.is_cut:
                raise writer.problem
            writer.release()
            writer = self._writer = None
        if writer is None:
            writer = self._writer = self._take()
            self._seal_at = (writer.segment.first_at() or at or NEVER) + SEAL_AFTER
        return writer

    def _signing_key(self) -> bytes:
        """The key of the suite that is written with, after the key before has handed over to it."""
        if not self._is_handed_over:
            handover.hand_over(self.root, self._keys, to=self._suite, standing=self.standing)
            self._is_handed_over = True
        name = key_files.name_of(handover.PURPOSE, self._suite)
        return key_files.read_or_make(self._keys, name, self._suite.make_key, suite=self._suite).secret

    def standing(self) -> list[Standing]:
        """How far each segment has come, with the root of its tree."""
        found = ((segment, segment.mark().count) for segment in self.segments())
        return [Standing(s.name, s.suite.id, size, s.root(size).hex()) for s, size in found if size]

    def _take(self) -> Writer:
        """The first segment of the suite that nobody holds."""
        tried = 0
        for number in itertools.count(1):
            name = self._segment if number == 1 else f"{self._segment}-{number}"
            if Segment(self.root / name, self._suite).is_sealed():
                continue
            tried += 1
            if tried > MOST_SEGMENTS:
                break
            try:
                self._signing_key()  # what stands is handed over before anything is written under another suite
                return Writer(Segment(self.root / name, self._suite), self.signer)
            except Taken:
                continue
            except OSError as failure:
                reason = os.strerror(failure.errno or 0)
                raise Unavailable(
                    f"留痕台账无法打开（{reason}）", where=name, help="请检查磁盘空间与目录权限"
                ) from None
        raise Unavailable("留痕分段都被占用", where=self._segment, help="请检查是否有未退出的进程")


def _read_id(id: str) -> tuple[str, int]:  # noqa: A002 - what receipts call it
    name, _, number = id.rpartition("/")
    if not name or not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotInLedger("留痕编号写法有误", help="编号形如 web/12")
    return name, int(number)
