"""Checks the names between the files of a pack and between packs: everything that is named must be declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from taihu.terms import entry, placed
from taihu.terms.declassifier import MADE, PLAIN
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
            where = f"{self.folder}/{file}:{find_line(self.pack.folder / file, path, name)}"
            self.faults.add(where, f"names {name!r}, which is no {what}", entry.tell_known(name, names), path=path)


def find_line(path: Path, inside: str, word: str) -> int:
    """The line of a word of a file, first under the dotted path, else anywhere; 1 where it cannot be found."""
    root = placed.read_yaml(path, path.name, placed.Faults()) if path.exists() else None
    found = [node for node in _walk(root) if isinstance(node, placed.Text) and node.value == word] if root else []
    within = [node for node in found if node.path.startswith(inside)]
    return next((node.line for node in (*within, *found)), 1)


def _walk(node: placed.Node) -> Iterator[placed.Node]:
    yield node
    inner: Iterable[placed.Node] = node.entries.values() if isinstance(node, placed.Map) else ()
    for item in node.items if isinstance(node, placed.List) else inner:
        yield from _walk(item)


def check_names(packs: Mapping[str, Pack], faults: placed.Faults) -> None:
    """Notes every name that leads nowhere."""
    for pack in packs.values():
        names = _Names(pack, packs, faults)
        _check_uses(names)
        _check_doubles(names)
        _check_watches(names)
        _check_made(names)
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
    for method in names.pack.methods:
        for item in method.inputs:
            names.expect("methods.yaml", f"{method.name}.inputs.{item.name}.query", item.query, names.queries, "query")


def _check_made(names: _Names) -> None:
    """A dataset of a zone that the house fills is made by the declassifier of its name, and each makes one."""
    made = {down.name for down in names.pack.declassifiers}
    for down in names.pack.declassifiers:
        names.expect("declassifiers.yaml", f"{down.name}.from", down.query, names.queries, "query")
        for trusted in down.trusts:
            names.expect("declassifiers.yaml", f"{down.name}.trusts", trusted, _tables(names), "dataset that it reads")
        dataset = names.datasets.get(down.name)
        if dataset is None or dataset.zone not in MADE:
            found = "is no dataset of this pack" if dataset is None else f"makes a dataset of the zone {dataset.zone}"
            zones = ", ".join(sorted(MADE))
            names.faults.add(down.line, found, f"it makes the dataset of its name, of a zone {zones}", path=down.name)
    for dataset in names.pack.datasets:
        if dataset.zone in MADE and dataset.name not in made:
            names.faults.add(
                f"{dataset.source}:1",
                f"is {dataset.zone}, and nothing makes it",
                "such a table is made of a query, by the entry of its name in declassifiers.yaml",
                f"add {dataset.name}: {{from: …}} there, with method: {PLAIN} where no label falls",
                path="zone",
            )


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
