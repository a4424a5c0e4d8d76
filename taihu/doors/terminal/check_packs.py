"""Says what is wrong in packs and how to put it right: shapes, names, queries, columns, labels, methods, tests."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from taihu.data.query import read
from taihu.data.query.plan import Plan
from taihu.doors.terminal import check_derived, check_lowering, check_methods, check_shown, places
from taihu.terms import entry, mask, placed, shelf, standard
from taihu.terms.check_names import find_line
from taihu.terms.dataset import Dataset
from taihu.terms.pack import Pack, Wrong
from taihu.terms.problem import Problem

Plans = dict[str, Plan]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder of packs, if not the house's own."""
    parser.add_argument("folder", nargs="?", type=Path, help="the folder of packs (default: the house's)")


def run(arguments: argparse.Namespace) -> int:
    """Prints each fault on one line; the exit code says whether there were any."""
    root = (arguments.folder or places.packs()).resolve()
    faults = check_packs(root)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    packs = len(shelf.look_at(root)[0].packs)
    sys.stdout.write(f"{packs} packs, {len(faults)} faults\n")
    return 1 if faults else 0


def check_packs(root: Path) -> list[placed.Fault]:
    """Every fault of every pack under the root, in order of place."""
    found, faults = shelf.look_at(root)
    standards = _read_standards(root, faults)
    capabilities = _read_capabilities(root, faults)
    for pack in found.packs.values():
        _check_words(pack, standards, faults)
        _check_carries(pack, capabilities, faults)
        plans = _read_queries(pack, found, faults)
        check_derived.check_derived(pack, faults)
        check_shown.check_shown(pack, found, plans, faults)
        check_methods.check_methods(pack, root, faults)
        check_lowering.check_lowering(pack, found, plans, faults)
        _check_situations(pack, faults)
    return sorted(set(faults), key=lambda fault: (fault.where.rpartition(":")[0], _line(fault.where), fault.path))


def _line(where: str) -> int:
    last = where.split(":")[1] if ":" in where else ""
    return int(last) if last.isdigit() else 0


def _read_standards(root: Path, faults: placed.Faults) -> standard.Standards | None:
    if not (root / "standards").is_dir():
        return None
    try:
        return standard.read_standards(root / "standards")
    except Wrong as caught:
        faults.found.extend(caught.faults)
        return None


def _check_words(pack: Pack, standards: standard.Standards | None, faults: placed.Faults) -> None:
    """The words that masks and standards define; without a folder of standards only the masks are known."""
    for dataset in pack.datasets:
        for column in dataset.columns:
            path = f"columns.{column.name}.mask"
            _expect(pack, f"datasets/{dataset.name}.yaml", path, column.mask, mask.MASKS, "mask", faults)
        _check_holds(dataset, faults)
    if standards is not None:
        _check_standards(pack, standards, faults)


def _check_standards(pack: Pack, standards: standard.Standards, faults: placed.Faults) -> None:
    """The words that the standards define: departments, and the standards of columns and titles."""
    departments, known = standards.departments, standards.standards
    _expect(pack, "pack.yaml", "department", pack.department, departments, "department", faults)
    for dataset in pack.datasets:
        file = f"datasets/{dataset.name}.yaml"
        _expect(pack, file, "department", dataset.department, departments, "department", faults)
        for column in dataset.columns:
            _expect(pack, file, f"columns.{column.name}.standard", column.standard, known, "standard", faults)
    for query in pack.queries:
        for title in query.titles:
            path = f"{query.name}.columns.{title.column}.standard"
            _expect(pack, "queries.yaml", path, title.standard, known, "standard", faults)


def _expect(
    pack: Pack, file: str, path: str, name: str, known: Iterable[str], what: str, faults: placed.Faults
) -> None:
    names = list(known)
    if name and name not in names:
        where = f"packs/{pack.id.replace('.', '/')}/{file}:{find_line(pack.folder / file, path, name)}"
        faults.add(where, f"names {name!r}, which is no {what}", entry.tell_known(name, names), path=path)


def _check_holds(dataset: Dataset, faults: placed.Faults) -> None:
    for check in dataset.checks:
        try:
            read.read_expression(check.holds, dataset=dataset, source=f"{dataset.source}:{check.line}")
        except Problem as caught:
            faults.add(f"{dataset.source}:{check.line}", caught.message, caught.help, path=f"checks.{check.name}.holds")


def _read_queries(pack: Pack, found: shelf.Shelf, faults: placed.Faults) -> Plans:
    """The plans of all queries that could be read; the others are faults with line and column."""
    plans: Plans = {}
    try:
        tables, texts = found.tables_of(pack.id), found.queries_of(pack.id)
    except Problem:
        return {}  # a name in `uses` leads nowhere, which is told already
    for query in pack.queries:
        try:
            plans[query.name] = read.read(
                query.text, source=query.source, tables=tables, queries=texts, parameters=query.parameters
            )
        except Problem as caught:
            faults.add(caught.where or query.source, f"{caught.code} {caught.message}", caught.help)
            continue
        for title in query.titles:
            names = [column.name for column in plans[query.name].columns]
            _expect(
                pack,
                "queries.yaml",
                f"{query.name}.columns.{title.column}",
                title.column,
                names,
                "column of the query",
                faults,
            )
    return plans


def _read_capabilities(root: Path, faults: placed.Faults) -> frozenset[str]:
    """The capabilities of the plan, where its data file stands beside the packs; empty where it does not."""
    path = root / "plan" / "clauses.yaml"
    node = placed.read_yaml(path, "packs/plan/clauses.yaml", faults) if path.exists() else None
    return frozenset(_ids(node)) if node is not None else frozenset()


def _ids(node: placed.Node) -> Iterator[str]:
    if isinstance(node, placed.Map):
        own = node.entries.get("id")
        if isinstance(own, placed.Text):
            yield own.value
    inner = node.entries.values() if isinstance(node, placed.Map) else getattr(node, "items", ())
    for item in inner:
        yield from _ids(item)


def _check_carries(pack: Pack, capabilities: frozenset[str], faults: placed.Faults) -> None:
    for carried in pack.carries if capabilities else ():
        _expect(pack, "pack.yaml", "carries", carried, capabilities, "capability of the plan", faults)


def _check_situations(pack: Pack, faults: placed.Faults) -> None:
    """A topic that works something out proves it: at least one sentence for what is watched and for each method."""
    asked = {situation.ask for situation in pack.situations}
    folder = f"packs/{pack.id.replace('.', '/')}"
    for name in (*(watch.query for watch in pack.watches), *(method.name for method in pack.methods)):
        if name and name not in asked:
            faults.add(
                f"{folder}/tests.yaml",
                f"nothing tests {name!r}",
                "what is watched and every method is tested",
                f"add a sentence that asks {name}",
            )
