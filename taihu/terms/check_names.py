"""Checks the names between the files of a pack and between packs: everything that is named must be declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from taihu.terms import entry, placed
from taihu.terms.pack import Pack


class _Names:
    """What one pack declares, and where to note that a name is missing."""

    def __init__(self, pack: Pack, packs: Mapping[str, Pack], faults: placed.Faults) -> None:
        self.pack, self.packs, self.faults = pack, packs, faults
        self.datasets = {dataset.name: dataset for dataset in pack.datasets}
        self.queries = {query.name for query in pack.queries}
        self.folder = f"packs/{pack.id.replace('.', '/')}"

    def expect(self, file: str, path: str, name: str, known: Iterable[str], what: str) -> None:
        """Notes a fault where a name is not among the known ones; an empty name was not given."""
        names = list(known)
        if name and name not in names:
            self.faults.add(
                f"{self.folder}/{file}:1",
                f"names {name!r}, which is no {what}",
                entry.tell_known(name, names),
                path=path,
            )


def check_names(packs: Mapping[str, Pack], faults: placed.Faults) -> None:
    """Notes every name that leads nowhere."""
    for pack in packs.values():
        names = _Names(pack, packs, faults)
        _check_uses(names)
        _check_doubles(names)
        _check_watches(names)
        _check_shown(names)
        _check_pages(names)
        _check_situations(names)


def _check_uses(names: _Names) -> None:
    known = {*names.packs, *(dataset.id for pack in names.packs.values() for dataset in pack.datasets)} - {
        names.pack.id
    }
    for used in names.pack.uses:
        names.expect("pack.yaml", "uses", used, known, "pack or dataset")
        if used.startswith("topics.") and used in names.packs:
            names.faults.add(
                f"{names.folder}/pack.yaml:1",
                f"names the whole topic {used!r}",
                "a topic reads another only through a dataset",
                path="uses",
            )


def _check_doubles(names: _Names) -> None:
    for name in names.queries & names.datasets.keys():
        where = f"{names.folder}/queries/{name}.sql:1"
        names.faults.add(
            where,
            f"{name!r} is also a dataset",
            "datasets, queries and parameters of a pack have different names",
            "rename one",
        )
    written = [query.name for query in names.pack.queries]
    for name in {name for name in written if written.count(name) > 1}:
        names.faults.add(
            f"{names.folder}/parameters.yaml:1", f"{name!r} is also a query", "different names", "rename one", path=name
        )


def _check_watches(names: _Names) -> None:
    kinds = [kind.name for kind in names.pack.cases]
    for watch in names.pack.watches:
        names.expect("watch.yaml", f"{watch.name}.query", watch.query, names.queries, "query")
        names.expect("watch.yaml", f"{watch.name}.alert.open", watch.opens, kinds, "kind of case in cases.yaml")
    for down in names.pack.declassifiers:
        names.expect("declassifiers.yaml", f"{down.name}.from", down.query, names.queries, "query")


def _check_shown(names: _Names) -> None:
    for register in names.pack.registers:
        names.expect(
            "registers.yaml", f"{register.name}.dataset", register.dataset, names.datasets, "dataset of this pack"
        )
        dataset = names.datasets.get(register.dataset)
        columns = [column.name for column in dataset.columns] if dataset else None
        for column in (*register.columns, *register.search, register.heading) if columns is not None else ():
            names.expect("registers.yaml", register.name, column, columns or (), f"column of {register.dataset}")
    for chart in names.pack.maps:
        for layer in chart.layers:
            path = f"{chart.name}.layers.{layer.name}.query"
            names.expect("maps.yaml", path, layer.source, {*names.queries, *names.datasets}, "query or dataset")


def _check_pages(names: _Names) -> None:
    pack = names.pack
    for page in pack.pages:
        for found, known, what in (
            (page.watches, [watch.name for watch in pack.watches], "watch"),
            (page.cases, [kind.name for kind in pack.cases], "kind of case"),
            ((page.map,), [chart.name for chart in pack.maps], "map"),
            (page.registers, [register.name for register in pack.registers], "register"),
            ((f for figure in page.figures for f in (figure.query, figure.rows, figure.trend)), names.queries, "query"),
            ((listing.query for listing in page.lists), names.queries, "query"),
        ):
            for name in found:
                names.expect("pages.yaml", page.name, name, known, what)
        for name in page.data:
            names.expect("pages.yaml", f"{page.name}.data", name, _tables(names), "dataset")


def _tables(names: _Names) -> set[str]:
    used = [names.packs[used] for used in names.pack.uses if used in names.packs]
    return {
        *names.datasets,
        *(dataset.id for pack in used for dataset in pack.datasets),
        *(u for u in names.pack.uses if u not in names.packs),
    }


def _check_situations(names: _Names) -> None:
    pack = names.pack
    methods = {method.name: method for method in pack.methods}
    for situation in pack.situations:
        known = (
            {i.name for i in methods[situation.ask].inputs}
            if situation.is_run and situation.ask in methods
            else _tables(names)
        )
        names.expect(
            "tests.yaml",
            situation.name,
            situation.ask,
            methods if situation.is_run else names.queries,
            "method" if situation.is_run else "query",
        )
        for table in situation.given:
            names.expect("tests.yaml", f"{situation.name}.given", table, known, "table that it reads")
