"""`taihu bring FILE --dataset NAME`: a file as a delivery, received and refined at once."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Iterator
from pathlib import Path

from taihu.data.collect import batches
from taihu.data.collect.receive import Receipt
from taihu.data.engines import stores as engine_stores
from taihu.data.engines.stores import Stores
from taihu.data.guard import serve
from taihu.data.intake import bring_in
from taihu.data.intake.source import File
from taihu.data.refine import refine
from taihu.doors.terminal import places
from taihu.doors.terminal.progress import Progress
from taihu.terms import shelf
from taihu.terms.dataset import Dataset


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, the dataset that it is a delivery of, and who brings it."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--dataset", required=True, help="as bases.people.resident")
    parser.add_argument("--by", default="terminal", help="who brings it: stands in the receipt and the ledger")


def run(arguments: argparse.Namespace) -> int:
    """Prints the receipt and what came of the rows; exit code 1 where the delivery was refused."""
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="terminal")
    try:
        dataset = stores.shelf.dataset(arguments.dataset)
        progress = Progress()
        with progress.step(f"接收 {arguments.file.name}"):
            receipts = bring_in.bring_in(
                File(arguments.file), dataset=dataset, stores=stores, by=arguments.by, at=now()
            )
        for receipt in receipts:
            for line in take(receipt, dataset, stores, by=arguments.by, progress=progress):
                sys.stdout.write(line + "\n")
    finally:
        stores.close()
    return int(any(receipt.batch.state == batches.REFUSED for receipt in receipts))


def take(receipt: Receipt, dataset: Dataset, stores: Stores, *, by: str, progress: Progress) -> Iterator[str]:
    """The receipt, and for a batch that was accepted the refining, told in lines."""
    batch = receipt.batch
    yield f"批次 {batch.id} · {batch.filename} · sha256 {batch.sha256[:16]}… · {'新批次' if receipt.is_new else '此前已收到'}"
    if batch.problem is not None:
        yield f"  退回：{batch.problem['code']} {batch.problem['message']} {batch.problem['help']}"
        return
    yield from (f"  {fact.title}:{fact.text}" for fact in receipt.dialect)
    yield from (f"  注意：{note}" for note in receipt.notes)
    if batch.state == batches.RECEIVED:
        with progress.step(f"治理 {batch.rows_in or 0:,} 行"):
            refined = refine.refine(batch=batch, stores=stores, by=by, at=now())
            batches.settle(
                stores=stores, batch=batch, accepted=refined.accepted, returned=refined.returned, by=by, at=now()
            )
        with progress.step("更新查询文件"):
            serve.serve(dataset, stores=stores)
        yield f"  行数 {refined.rows_in} = 接收 {refined.accepted} + 退回 {refined.returned}"
        yield from (f"    {code}:{count} 处" for code, count in refined.by_code.items())
    else:
        yield f"  行数 {batch.rows_in} = 接收 {batch.accepted} + 退回 {batch.returned}"


def now() -> datetime.datetime:
    """The clock of this door."""
    return datetime.datetime.now(datetime.UTC)
