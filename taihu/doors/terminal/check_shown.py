"""Checks what packs watch and show: columns that exist, parameters that are given, labels that its readers may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from taihu.data.query import grade
from taihu.data.query.plan import Plan
from taihu.terms import entry, placed
from taihu.terms.check_names import find_line
from taihu.terms.dataset import Kind
from taihu.terms.label import PUBLIC, Label, Level
from taihu.terms.pack import Pack
from taihu.terms.read_rules import check_value
from taihu.terms.shelf import Shelf
from taihu.terms.view import Page, Reader

FIELD = re.compile(r"\{([^{}]*)\}")
NUMBERS = ("int", "decimal")


class _Shown:
    """One pack with the plans of its queries, and the columns of its datasets."""

    def __init__(self, pack: Pack, plans: Mapping[str, Plan], faults: placed.Faults) -> None:
        self.pack, self.plans, self.faults = pack, plans, faults
        self.kinds = {name: {column.name: column.kind for column in plan.columns} for name, plan in plans.items()}
        self.kinds |= {
            dataset.name: {column.name: column.kind for column in dataset.columns} for dataset in pack.datasets
        }

    def fault(self, file: str, path: str, word: str, found: str, allowed: str = "", remedy: str = "") -> None:
        """Notes a fault at a word of a file of the pack."""
        where = f"packs/{self.pack.id.replace('.', '/')}/{file}:{find_line(self.pack.folder / file, path, word)}"
        self.faults.add(where, found, allowed, remedy, path=path)

    def expect(self, file: str, path: str, query: str, columns: Iterable[str]) -> None:
        """Notes each named column that the query does not give; a query that could not be read is told elsewhere."""
        kinds = self.kinds.get(query)
        for column in columns if kinds is not None else ():
            if column and column not in (kinds or {}):
                self.fault(
                    file,
                    path,
                    column,
                    f"names {column!r}, which {query} does not give",
                    entry.tell_known(column, kinds or ()),
                )


def check_shown(pack: Pack, shelf: Shelf, plans: Mapping[str, Plan], faults: placed.Faults) -> None:
    """Notes what is wrong in watch, cases, maps and pages of one pack."""
    shown = _Shown(pack, plans, faults)
    _check_watches(shown)
    _check_maps(shown)
    _check_pages(shown)
    _check_labels(shown)


def _check_watches(shown: _Shown) -> None:
    cases = {kind.name: kind for kind in shown.pack.cases}
    for watch in shown.pack.watches:
        _check_values(shown, "watch.yaml", f"{watch.name}.with", watch.query, watch.values)
        shown.expect("watch.yaml", f"{watch.name}.about", watch.query, watch.about)
        kind = cases.get(watch.opens)
        if kind is None:
            continue
        fields = FIELD.findall(kind.heading)
        for path, columns in (
            ("about", kind.about),
            ("facts", kind.facts),
            ("place", (kind.place,)),
            ("heading", fields),
        ):
            shown.expect("cases.yaml", f"{kind.name}.{path}", watch.query, columns)
        _check_key(shown, watch.query, f"{kind.name}.about", (*kind.about, *(f for f in fields if f)))


def _check_key(shown: _Shown, query: str, path: str, columns: Iterable[str]) -> None:
    """Keys and headings stand in addresses, messages and the ledger: L2 at the most, nothing about persons."""
    plan = shown.plans.get(query)
    grades = grade.grade(plan) if plan else None
    for column in columns if grades else ():
        label = _label(grades, plan, column) if plan else None
        if label is not None and not label.is_within(Label(Level.L2)):
            shown.fault(
                "cases.yaml",
                path,
                column,
                f"names {column!r}, which is {label}",
                "keys and headings are L2 at the most and about nobody",
            )


def _label(grades: grade.Grades | None, plan: Plan, column: str) -> Label | None:
    if grades is None:
        return None
    names = [out.name for out in plan.columns]
    return grades.column(column).label if column in names else None


def _check_values(shown: _Shown, file: str, path: str, query: str, values: Mapping[str, str]) -> None:
    declared: Mapping[str, Kind] = next((q.parameters for q in shown.pack.queries if q.name == query), {})
    for name in declared.keys() - values.keys():
        shown.fault(
            file,
            path,
            query,
            f"is missing {name}",
            f"{query} asks for {', '.join(declared)}",
            f"add {name}: under with:",
        )
    for name, text in values.items():
        if name not in declared:
            shown.fault(
                file, path, text, f"names {name!r}, which {query} does not ask for", entry.tell_known(name, declared)
            )
            continue
        try:
            check_value(text, declared[name])
        except ValueError as caught:
            shown.fault(file, path, text, f"is {text!r} for {name}", str(caught))


def _check_maps(shown: _Shown) -> None:
    for chart in shown.pack.maps:
        for layer in chart.layers:
            path = f"{chart.name}.layers.{layer.name}"
            shown.expect("maps.yaml", path, layer.source, (layer.place, layer.heading, layer.colour_by, *layer.columns))
            _check_values(shown, "maps.yaml", path, layer.source, layer.values)


def _check_pages(shown: _Shown) -> None:
    for page in shown.pack.pages:
        for figure in page.figures:
            path = f"{page.name}.figures.{figure.name}"
            shown.expect("pages.yaml", path, figure.query, (figure.value,))
            shown.expect("pages.yaml", path, figure.trend, (figure.trend_x, figure.trend_y))
            _check_number(shown, path, figure.query, figure.value)
        for listing in page.lists:
            path = f"{page.name}.lists.{listing.name}"
            shown.expect("pages.yaml", path, listing.query, (listing.x, *listing.y, *listing.columns))
            for column in listing.y:
                _check_number(shown, path, listing.query, column)
        for query in _queries_of(page):
            _check_values(shown, "pages.yaml", page.name, query, {})


def _check_number(shown: _Shown, path: str, query: str, column: str) -> None:
    kind = shown.kinds.get(query, {}).get(column)
    if kind is not None and kind.name not in NUMBERS:
        shown.fault("pages.yaml", path, column, f"shows {column!r} as a number, but it is {kind}", "int or decimal")


def _queries_of(page: Page) -> list[str]:
    names = [name for figure in page.figures for name in (figure.query, figure.rows, figure.trend) if name]
    return [*names, *(listing.query for listing in page.lists)]


def _check_labels(shown: _Shown) -> None:
    """Rows of a page or map are within what its readers may see; columns above are hidden or masked by the guard."""
    for chart in shown.pack.maps:
        _check_rows(shown, "maps.yaml", chart.name, chart.readers, [layer.source for layer in chart.layers])
    for page in shown.pack.pages:
        _check_rows(shown, "pages.yaml", page.name, page.readers, _queries_of(page))


def _check_rows(shown: _Shown, file: str, path: str, readers: Reader, sources: Iterable[str]) -> None:
    datasets = {dataset.name: dataset for dataset in shown.pack.datasets}
    for name in dict.fromkeys(sources):
        plan = shown.plans.get(name)
        rows = grade.grade(plan).presence.label if plan else datasets[name].presence if name in datasets else PUBLIC
        if not rows.is_within(readers.ceiling):
            allowed = f"{readers.value} may see rows up to {readers.ceiling}"
            shown.fault(
                file, path, name, f"shows {name!r}, whose rows are {rows}", allowed, "show a released aggregate"
            )
