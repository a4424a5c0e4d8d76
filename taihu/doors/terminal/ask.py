"""`taihu ask QUERY --for PERMIT`: asks taihu SQL or a pack's query under a permit, through the guard."""

from __future__ import annotations

import argparse
import datetime
import sys

from taihu.data.engines import stores as engine_stores
from taihu.data.guard import answer as guard
from taihu.data.guard.question import Ask
from taihu.doors.terminal import permits, places
from taihu.terms import shelf


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The query, the permit, and the query's parameters."""
    parser.add_argument("query", help="the id of a pack's query, or a text in taihu SQL")
    parser.add_argument("--for", dest="permit", required=True, help="a grant, open:DATASET or own:DEPARTMENT")
    parser.add_argument("--with", dest="values", action="append", default=[], metavar="NAME=VALUE", help="a parameter")
    parser.add_argument("--by", default="terminal", help="who asks: stands in the ledger")


def read_question(arguments: argparse.Namespace) -> Ask:
    """The question: a query's id has no blanks."""
    values = dict(pair.partition("=")[::2] for pair in arguments.values)
    if " " in arguments.query.strip():
        return Ask(text=arguments.query, parameters=values)
    return Ask(query=arguments.query.strip(), parameters=values)


def run(arguments: argparse.Namespace) -> int:
    """Prints the rows as tab-separated text, and where the ledger keeps the answer."""
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="terminal")
    try:
        permit = permits.find_permit(arguments.permit, stores)
        at = datetime.datetime.now(datetime.UTC)
        answered = guard.answer(read_question(arguments), permit, stores=stores, by=arguments.by, at=at)
    finally:
        stores.close()
    sys.stdout.write("\t".join(column.title for column in answered.columns) + "\n")
    for row in answered.rows:
        sys.stdout.write("\t".join("" if value is None else str(value) for value in row) + "\n")
    if answered.receipt is not None:
        sys.stderr.write(f"留痕台账 {answered.receipt.id}\n")
    return 0
