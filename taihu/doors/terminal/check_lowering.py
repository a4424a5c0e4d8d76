"""Checks declassifiers of packs: each lies rightly between its query, its method and the dataset that it makes."""

from __future__ import annotations

from taihu.data.guard.lowering import check, falling
from taihu.data.query.plan import Plan
from taihu.terms import placed
from taihu.terms.declassifier import Declassifier
from taihu.terms.pack import Pack
from taihu.terms.shelf import Shelf


def check_lowering(pack: Pack, shelf: Shelf, plans: dict[str, Plan], faults: placed.Faults) -> None:
    """Notes what is wrong; a query that could not be read, or a dataset that is not there, is told elsewhere."""
    datasets = {dataset.name for dataset in pack.datasets}
    for down in pack.declassifiers:
        if down.query in plans and down.name in datasets:
            _check_one(down, shelf, faults)


def _check_one(down: Declassifier, shelf: Shelf, faults: placed.Faults) -> None:
    found = falling.read_falling(down.id, shelf, faults)
    if len(found.hierarchies) < len(down.hierarchies):
        return  # told with its own line
    for one in check.check(found):
        faults.add(down.line, one.found, one.allowed, path=f"{down.name}.{one.key}")
