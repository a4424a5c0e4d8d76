"""Writer: the one thread that appends to a segment; many callers share one write and one fdatasync."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from taihu.data.ledger.head import Signer
from taihu.data.ledger.recover import nodes_bytes, recover
from taihu.data.ledger.segment import OFFSET, Mark, Segment, suite_of
from taihu.terms import fault
from taihu.terms.problem import Problem

BATCH_ENTRIES = 2_000
BATCH_SECONDS = 0.003
HEAD_SECONDS = 1.0
CHECKPOINT_ENTRIES = 20_000
MOST_WAITING = 100_000


class Unavailable(Problem):
    """The ledger cannot write: nothing above L1 may leave until it can."""

    code = "L-001"
    status = 503


class Taken(Problem):
    """Another process appends to this segment, or its tree is of another suite."""

    code = "L-002"
    status = 503


@dataclass(frozen=True, slots=True)
class Receipt:
    """Says where in the ledger an entry stands, durably."""

    segment: str
    number: int
    leaf: str

    @property
    def id(self) -> str:
        """The receipt as people and headers quote it: `web/12`."""
        return f"{self.segment}/{self.number}"


@dataclass(slots=True)
class Pending:
    """An encoded entry that waits for its batch, with whom to tell."""

    record: bytes
    leaf: bytes
    at: str
    future: Future[Receipt] | asyncio.Future[Receipt]
    loop: asyncio.AbstractEventLoop | None = None


class Writer:
    """Holds a segment's lock from opening to closing. After a failed write it is dead and says so to all;
    where `is_cut` is false, bytes may remain of which nobody knows whether they are durable.
    """

    def __init__(self, segment: Segment, signer: Signer) -> None:
        self.segment = segment
        self._signer = signer
        self._lock = _lock(segment)
        self._files: list[int] = []
        try:
            _claim(segment)
            state = recover(segment)
            paths = (segment.entries_path, segment.nodes_path, segment.offsets_path, segment.mark_path)
            for path in paths:
                self._files.append(os.open(path, os.O_WRONLY))
        except BaseException:
            self.release()
            raise
        self._mark, self._peaks = state.mark, state.peaks
        self._checked = state.mark.count
        self._headed, self._headed_at, self._last_at = state.mark.count, 0.0, ""
        self._began_at = 0.0
        self._pending: list[Pending] = []
        self._changed = threading.Condition()
        self._is_stopping = False
        self.problem: Unavailable | None = None
        self.is_cut = True
        self.died_at = 0.0
        self._thread = threading.Thread(target=self._run, name=f"ledger-{segment.name}", daemon=True)
        self._thread.start()

    def enqueue(self, batch: Sequence[Pending]) -> None:
        """Hands entries to the thread; raises Unavailable where it is dead or too far behind."""
        with self._changed:
            if self.problem is not None:
                raise self.problem
            if self._is_stopping or len(self._pending) + len(batch) > MOST_WAITING:
                raise Unavailable("留痕台账来不及写入", where=self.segment.name, help="请稍后重试")
            self._pending.extend(batch)
            self._changed.notify()

    def close(self, *, is_last: bool = False) -> None:
        """Writes what waits, signs a last head, lets the segment go; the last one seals it for good."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        self._thread.join()
        if is_last and self.problem is None:
            fault.point("ledger.close.seal")
            self.segment.sealed_path.touch(mode=0o600)
        self.release()

    def release(self) -> None:
        """Closes the files and lets the lock go, without writing."""
        while self._files:
            os.close(self._files.pop())
        os.close(self._lock)

    def _run(self) -> None:
        while batch := self._take():
            if not (self._attempt(self._commit, batch) and self._attempt(self._sign, [])):
                return
        self._attempt(self._sign_last, [])

    def _take(self) -> list[Pending]:
        """The next batch: begun at most every three milliseconds. Empty when closing and nothing waits."""
        with self._changed:
            while not self._pending and not self._is_stopping:
                self._changed.wait()
        pause = self._began_at + BATCH_SECONDS - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._began_at = time.monotonic()
        with self._changed:
            batch, self._pending = self._pending[:BATCH_ENTRIES], self._pending[BATCH_ENTRIES:]
        return batch

    def _attempt(self, write: Callable[[list[Pending]], None], batch: list[Pending]) -> bool:
        """Runs one write; where it fails, everybody who waits is told and the writer is dead."""
        try:
            write(batch)
        except Exception as failure:  # the outer edge of the thread: whatever happened, nobody may wait for ever
            self._die(failure, batch)
            return False
        return True

    def _die(self, failure: Exception, batch: list[Pending]) -> None:
        reason = (
            os.strerror(failure.errno) if isinstance(failure, OSError) and failure.errno else type(failure).__name__
        )
        problem = Unavailable(
            f"留痕台账无法写入（{reason}），已转为只读",
            where=self.segment.name,
            help="请检查磁盘空间，恢复后会自动重试",
        )
        try:
            os.ftruncate(self._files[0], self._mark.offset)
        except OSError:
            self.is_cut = False
        self.died_at = time.monotonic()
        with self._changed:
            self.problem = problem
            waiting, self._pending = [*batch, *self._pending], []
        _settle(waiting, [problem] * len(waiting))

    def _commit(self, batch: list[Pending]) -> None:
        records, nodes, offsets = self._files[:3]
        first, start = self._mark.count, self._mark.offset
        data = b"".join(pending.record for pending in batch)
        fault.point("ledger.append.entries")
        _write_at(records, data, start)
        fault.point("ledger.append.sync")
        os.fdatasync(records)
        begins, offset = [], start
        for pending in batch:
            begins.append(OFFSET.pack(offset))
            offset += len(pending.record)
        made = b"".join(node for pending in batch for node in self._peaks.add(pending.leaf))
        fault.point("ledger.append.nodes")
        _write_at(nodes, made, nodes_bytes(first))
        fault.point("ledger.append.offsets")
        _write_at(offsets, b"".join(begins), first * OFFSET.size)
        self._move(Mark(first + len(batch), offset))
        self._last_at = batch[-1].at
        name = self.segment.name
        _settle(batch, [Receipt(name, first + n, pending.leaf.hex()) for n, pending in enumerate(batch)])

    def _move(self, mark: Mark) -> None:
        fault.point("ledger.append.mark")
        _write_at(self._files[3], mark.encode(), 0)
        self._mark = mark

    def _sign(self, _: list[Pending]) -> None:
        """Signs a head at most once a second; makes derived files durable from time to time."""
        if time.monotonic() - self._headed_at >= HEAD_SECONDS:
            self._sign_head()
        if self._mark.count - self._checked >= CHECKPOINT_ENTRIES:
            self._check()

    def _sign_last(self, _: list[Pending]) -> None:
        if self._headed < self._mark.count:
            self._sign_head()
        if self._checked < self._mark.count:
            self._check()

    def _sign_head(self) -> None:
        count, root = self._mark.count, self._peaks.root()
        tree = self.segment.suite
        head = self._signer.sign(segment=self.segment.name, size=count, root=root, at=self._last_at, tree=tree)
        fault.point("ledger.head.line")
        with self.segment.heads_path.open("ab") as stream:
            stream.write(head.to_line())
        self._headed, self._headed_at = count, time.monotonic()

    def _check(self) -> None:
        os.fdatasync(self._files[1])
        os.fdatasync(self._files[2])
        fault.point("ledger.checkpoint.file")
        self.segment.checkpoint_path.write_bytes(self._mark.encode())
        self._checked = self._mark.count


def _lock(segment: Segment) -> int:
    segment.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fault.point("ledger.open.lock")
    descriptor = os.open(segment.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Taken("该留痕分段正由另一进程写入", where=segment.name) from None
    return descriptor


def _claim(segment: Segment) -> None:
    """Notes the suite of a new segment's tree; refuses a segment of another suite. The caller holds the lock."""
    found = suite_of(segment.folder)
    if found is None:
        fault.point("ledger.open.suite")
        segment.suite_path.write_text(segment.suite.id, "ascii")
    elif found != segment.suite:
        raise Taken(f"该留痕分段属于密码套件 {found.id}", where=segment.name)


def _write_at(descriptor: int, data: bytes, offset: int) -> None:
    """Writes all bytes; the system may take several turns."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _settle(batch: Sequence[Pending], outcomes: Sequence[Receipt | Problem]) -> None:
    """Tells each caller: threads at once, each event loop by one call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Pending, Receipt | Problem]]] = {}
    for pending, outcome in zip(batch, outcomes, strict=True):
        if pending.loop is None:
            _tell(pending, outcome)
        else:
            by_loop.setdefault(pending.loop, []).append((pending, outcome))
    for loop, told in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits there any more
            loop.call_soon_threadsafe(_tell_all, told)


def _tell_all(told: Sequence[tuple[Pending, Receipt | Problem]]) -> None:
    for pending, outcome in told:
        if not pending.future.done():
            _tell(pending, outcome)


def _tell(pending: Pending, outcome: Receipt | Problem) -> None:
    if isinstance(outcome, Problem):
        pending.future.set_exception(outcome)
    else:
        pending.future.set_result(outcome)
