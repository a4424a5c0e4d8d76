"""`taihu replay ENTRY`: gives a past answer again in memory and says 一致 or 不一致; rows are not shown."""

from __future__ import annotations

import argparse
import datetime
import getpass
import sys

from taihu.data.engines import stores as engine_stores
from taihu.data.guard import replay
from taihu.doors.terminal import places
from taihu.terms import shelf


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The entry, as receipts and the ledger's pages name it."""
    parser.add_argument("entry", help="the entry's place in the ledger, such as web/12")


def run(arguments: argparse.Namespace) -> int:
    """Prints both digests; exit code 1 where they differ. The replay is entered in the ledger."""
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="terminal")
    try:
        at = datetime.datetime.now(datetime.UTC)
        replayed = replay.replay(arguments.entry, stores=stores, by=getpass.getuser(), at=at)
    finally:
        stores.close()
    sys.stdout.write(
        f"{'一致' if replayed.is_same else '不一致'} · 当时 {replayed.said} · 重放 {replayed.found or '无'}\n"
    )
    if replayed.reason:
        sys.stdout.write(f"{replayed.reason}\n")
    return 0 if replayed.is_same else 1
