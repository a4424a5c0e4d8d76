"""`taihu explain QUERY --for PERMIT`: what would leave, in which form, and why not more."""

from __future__ import annotations

import argparse
import sys

from taihu.data.engines import stores as engine_stores
from taihu.data.guard import answer as guard
from taihu.doors.terminal import ask, permits, places
from taihu.terms import shelf


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """As for `ask`."""
    ask.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints each column with its label and form; exit code 1 where nothing would leave."""
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="terminal")
    try:
        found = guard.explain(
            ask.read_question(arguments), permits.find_permit(arguments.permit, stores), stores=stores
        )
    finally:
        stores.close()
    if found.problem is not None:
        sys.stdout.write(f"{found.problem.code} {found.problem.message}\n{found.problem.help}\n")
        return 1
    sys.stdout.write(f"有哪些行:{found.presence}\n")
    for column in found.columns:
        sys.stdout.write(f"{column.name}({column.title}):{column.label}{',脱敏' if column.is_masked else ''}\n")
    for withheld in found.withheld:
        sys.stdout.write(
            f"{withheld.name}({withheld.title})不能提供:{withheld.problem.message} {withheld.problem.help}\n"
        )
    return 0
