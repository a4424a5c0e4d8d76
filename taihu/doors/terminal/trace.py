"""`taihu trace FILE`: whose delivery a leaked file comes from, with the probability, in the words of a record."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from taihu.data.engines import stores as engine_stores
from taihu.data.guard import deliver
from taihu.data.guard.imprint import apart
from taihu.data.guard.imprint.recognise import Suspect
from taihu.doors.terminal import places
from taihu.terms import shelf

SHOWN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and what narrows the deliveries that it may come from."""
    parser.add_argument("file", type=Path, help="the leaked file: CSV or xlsx")
    parser.add_argument("--dataset", default="", help="only deliveries of this query or dataset, by id")
    parser.add_argument(
        "--since", type=datetime.date.fromisoformat, help="only deliveries from this day on (2026-11-24)"
    )
    parser.add_argument("--by", default="terminal", help="who asks: stands in the ledger")


def run(arguments: argparse.Namespace) -> int:
    """Prints the likeliest recipients; exit code 1 where the evidence names nobody."""
    leak = apart.read_apart(arguments.file)
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="terminal")
    try:
        at = datetime.datetime.now(datetime.UTC)
        found = deliver.trace(
            leak, stores=stores, by=arguments.by, at=at, dataset=arguments.dataset, since=arguments.since
        )
        titles = {name: one.title for name, one in stores.shelf.standards.departments.items()}
    finally:
        stores.close()
    for line in say(found, titles):
        sys.stdout.write(line + "\n")
    return 0 if any(suspect.is_named for suspect in found) else 1


def say(found: Sequence[Suspect], titles: dict[str, str]) -> Iterator[str]:
    """The finding in lines: those whom the evidence names, else that it names nobody."""
    named = [suspect for suspect in found if suspect.is_named]
    if not named:
        yield f"不能认定来源：{len(found)} 次登记的交付中，没有一次的印记与该文件足够相符。"
    for suspect in (named or found)[:SHOWN]:
        department = suspect.delivery.department
        yield suspect.says.replace(department, titles.get(department, department), 1)
