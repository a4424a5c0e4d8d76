"""`taihu deliver DATASET --for PERMIT --to FILE`: hands all granted rows over as CSV, entered in the ledger once."""

from __future__ import annotations

import argparse
import csv
import datetime
import getpass
import os
import sys
from pathlib import Path

from taihu.data.engines import stores as engine_stores
from taihu.data.guard import bulk, export
from taihu.data.guard.question import Rows
from taihu.doors.terminal import permits, places
from taihu.terms import fault, shelf


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What, under which permit, to which file, for which filing."""
    parser.add_argument("dataset")
    parser.add_argument("--for", dest="permit", required=True, help="the grant whose form is bulk")
    parser.add_argument("--to", type=Path, required=True, help="the CSV file; it must not be there yet")
    parser.add_argument("--filing", default="", help="number of the matter for which it is handed over")


def run(arguments: argparse.Namespace) -> int:
    """Writes the rows beside the file, enters the delivery, and only then puts the file in its place."""
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="terminal")
    draft = arguments.to.with_name(f".{arguments.to.name}.new")
    try:
        permit = permits.find_permit(arguments.permit, stores)
        asked = Rows(arguments.dataset, limit=permit.quota.rows_an_answer, filing=arguments.filing)
        at = datetime.datetime.now(datetime.UTC)
        delivery = bulk.begin(asked, permit, stores=stores, by=getpass.getuser(), at=at)
        _write(draft, delivery)
        receipt = delivery.enter()
        fault.point("terminal.deliver.place")
        os.link(draft, arguments.to)
    finally:
        draft.unlink(missing_ok=True)
        stores.close()
    sys.stdout.write(f"{delivery.rows} 行 · 留痕编号 {receipt.id if receipt else '无'}\n")
    return 0


def _write(path: Path, delivery: bulk.Delivery) -> None:
    fault.point("terminal.deliver.file")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8-sig") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        is_first = True
        for page in delivery.pages():
            if is_first:
                writer.writerow([column.title for column in page.columns])
                is_first = False
            for row in page.rows:
                writer.writerow(
                    [export.to_cell(value, column) for value, column in zip(row, page.columns, strict=True)]
                )
        stream.flush()
        os.fsync(stream.fileno())
