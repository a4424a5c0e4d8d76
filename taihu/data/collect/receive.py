"""Receives a delivery: keeps its bytes as they came, finds out how to read it, answers with a receipt."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from taihu.data.collect import batches, child
from taihu.data.engines import exclusion
from taihu.data.engines.stores import Stores
from taihu.data.ledger.entry import Entry
from taihu.data.objects import batch as states
from taihu.data.objects.batch import Batch
from taihu.data.objects.objects import ObjectRef
from taihu.data.objects.reading import Fact, Reading
from taihu.data.objects.register import NoSuchBatch, Register
from taihu.terms import fault, problem
from taihu.terms.dataset import Dataset
from taihu.terms.dataset import Delivery as DeliveryMode
from taihu.terms.declassifier import MADE

MOST_BYTES = 10_000_000_000


class Cut(problem.Problem):
    """A delivery is not what its sender said it would be: rows or bytes are missing."""

    code = "C-017"


class NotDelivered(problem.Problem):
    """The house makes the dataset of a query; whoever could deliver it could steer what is released."""

    code = "C-018"
    status = 403


@dataclass(frozen=True)
class Delivered:
    """What came in: a stream of bytes, and its name as the sender wrote it.

    `rows` and `sha256` are what the sender said the delivery holds, where it said so; `replaces` is the
    batch that this one mends.
    """

    stream: BinaryIO
    filename: str
    rows: int | None = None
    sha256: str = ""
    replaces: str = ""


@dataclass(frozen=True)
class Receipt:
    """The answer to a delivery: its batch, and whether it is new or was here before."""

    batch: Batch
    is_new: bool

    @property
    def id(self) -> str:
        """The batch's id."""
        return self.batch.id

    @property
    def sha256(self) -> str:
        """The digest of the bytes as they came."""
        return self.batch.sha256

    @property
    def rows(self) -> int | None:
        """How many rows were found; none for a refused delivery."""
        return self.batch.rows_in

    @property
    def dialect(self) -> tuple[Fact, ...]:
        """What was detected: format, encoding, delimiter, sheet, heading, rows."""
        return self.batch.reading.facts if self.batch.reading else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or read in a way that the sender should know."""
        return self.batch.reading.notes if self.batch.reading else ()

    @property
    def problem(self) -> problem.Shape | None:
        """Why the delivery was refused."""
        return self.batch.problem


def receive(*, delivery: Delivered, dataset: Dataset, stores: Stores, by: str, at: datetime.datetime) -> Receipt:
    """Keeps a delivery and registers it as a batch, received or refused.

    The same bytes for the same dataset are one batch, whenever and however often they come; one that
    was refused is read again, since the dataset may have learnt a heading. Killed at any point, a
    second call ends in the same state. Only a full disk or a broken store raises.
    """
    with exclusion.writing(stores.root):
        return _receive(delivery, dataset, stores, by, at)


def _receive(delivery: Delivered, dataset: Dataset, stores: Stores, by: str, at: datetime.datetime) -> Receipt:
    register = batches.open_register(stores.root)
    ref = stores.objects.put(delivery.stream, limit=MOST_BYTES)
    known = register.find_same(dataset.id, ref.sha256)
    if known is not None and (known.is_erased or known.state != states.REFUSED):
        if known.is_erased:
            _let_go(ref.sha256, register, stores)
        return Receipt(known, is_new=False)
    fresh = Batch(
        id="",
        number=0,
        dataset=dataset.id,
        department=dataset.department,
        filename=clean_name(delivery.filename),
        sha256=ref.sha256,
        size=ref.size,
        received_at=at,
        received_by=by,
        state=states.RECEIVED,
    )
    judged = _judge(fresh, delivery, ref, dataset, stores)
    entries: list[Batch] = []

    def enter(batch: Batch) -> None:
        entries.append(batch)
        fault.point("collect.receive.ledger")
        stores.ledger.append(_enter(batch, by, at))

    kept = _register(register, known, judged, enter)
    return Receipt(kept, is_new=known is None and bool(entries))


def _let_go(sha256: str, register: Register, stores: Stores) -> None:
    """Destroys bytes that were sent again after rows of them were erased, unless another batch keeps them."""
    if not any(sha256 in batch.objects for batch in register.list_batches()):
        stores.objects.destroy([sha256])


def clean_name(filename: str) -> str:
    """The last part of a file name, without control characters and marks that turn text around."""
    base = filename.replace("\\", "/").rpartition("/")[2] or "未命名"
    return "".join(c if c.isprintable() else "_" for c in base)[:200]


def _judge(batch: Batch, delivery: Delivered, ref: ObjectRef, dataset: Dataset, stores: Stores) -> Batch:
    """The batch with its reading, or refused with the reason."""
    try:
        if dataset.zone in MADE:
            raise NotDelivered(
                f"「{dataset.title}」由平台按查询生成，不接受报送。",
                where=batch.filename,
                help="请报送其来源数据资源。",
            )
        if delivery.sha256 and delivery.sha256.lower() != ref.sha256:
            raise Cut(
                "收到的内容与声明的摘要（SHA-256）不符。", where=batch.filename, help="请核对文件是否完整后重新报送。"
            )
        reading, marked = read(ref, batch.filename, dataset, stores)
        _check_whole(delivery, reading, dataset, batch.filename)
        replaced = _find_replaced(delivery.replaces or marked, dataset, stores)
        return replace(batch, reading=reading, rows_in=reading.rows, replaces=replaced)
    except problem.Problem as why:
        return replace(batch, state=states.REFUSED, problem=why.to_shape())


def _check_whole(delivery: Delivered, reading: Reading, dataset: Dataset, filename: str) -> None:
    """Raises Cut where rows are missing by the sender's own count, or where a full delivery breaks off.

    Half of a full delivery would take the place of everything before it. Of changes the good rows
    stand, and the broken one is returned.
    """
    if delivery.rows is not None and delivery.rows != reading.rows:
        raise Cut(
            f"声明有 {delivery.rows:,} 行，实际读到 {reading.rows:,} 行。",
            where=filename,
            help="文件可能在传输中被截断，请重新报送。",
        )
    if reading.cut_at and dataset.delivery is DeliveryMode.FULL:
        raise Cut(
            "文件在该行中间断开。该数据资源按全量报送，残缺的文件会替换全部已有数据，故整批退回。",
            where=f"第 {reading.cut_at} 行",
            help="请核对源文件是否完整，重新导出后报送。",
        )


def _find_replaced(batch_id: str, dataset: Dataset, stores: Stores) -> str | None:
    """The batch that a workbook says it mends, if it is one of this dataset."""
    if not batch_id:
        return None
    try:
        found = batches.find_batch(stores, batch_id)
    except NoSuchBatch:
        return None
    return found.id if found.dataset == dataset.id else None


def read(ref: ObjectRef, filename: str, dataset: Dataset, stores: Stores) -> tuple[Reading, str]:
    """The reading of an object for a dataset, and the batch that it says it mends; raises what the child found."""
    with stores.objects.plain(ref.sha256) as path:
        job = child.Job(
            path=path,
            filename=filename,
            out=stores.objects.reserve(ref.size),
            inner=stores.objects.reserve(ref.size),
            columns=child.describe(dataset),
        )
        try:
            answer = child.run(job)
            return _adopt(answer, job, ref.sha256, stores), answer["replaces"]
        finally:
            fault.point("collect.read.clear")
            job.out.unlink(missing_ok=True)
            job.inner.unlink(missing_ok=True)


def _adopt(answer: dict[str, Any], job: child.Job, sha256: str, stores: Stores) -> Reading:
    """Moves what the child wrote into the store and notes it in the reading."""
    files: dict[str, Callable[[], str]] = {
        "path": lambda: sha256,
        "inner": lambda: stores.objects.adopt(job.inner).sha256,
        "out": lambda: stores.objects.adopt(job.out).sha256,
    }
    reading = Reading.from_json(answer["reading"])
    rows = files[answer["file"]]()
    needs_source = bool(reading.sheet) and answer["source"] == "inner"
    return replace(reading, sha256=rows, source=files["inner"]() if needs_source else sha256)


def _register(register: Register, known: Batch | None, judged: Batch, enter: Callable[[Batch], None]) -> Batch:
    """The batch as it now stands in the register; the ledger hears of it first."""
    if known is None:
        return register.keep(judged, before=enter)
    if judged.state == states.REFUSED:
        return known
    return register.move(
        known.id,
        states.RECEIVED,
        before=enter,
        problem=None,
        reading=judged.reading,
        rows_in=judged.rows_in,
        replaces=judged.replaces,
    )


def _enter(batch: Batch, by: str, at: datetime.datetime) -> Entry:
    """The ledger's line about a delivery: digests and counts only."""
    detail = {"batch": batch.id, "sha256": batch.sha256, "state": batch.state, "size": str(batch.size)}
    if batch.problem:
        detail["problem"] = batch.problem["code"]
    return Entry(
        at=at,
        act="receive",
        by=by,
        department=batch.department,
        dataset=batch.dataset,
        rows=batch.rows_in or 0,
        detail=detail,
    )


def open_path(path: Path) -> Delivered:
    """A file of the disk as a delivery; the caller closes the stream."""
    return Delivered(path.open("rb"), path.name)
