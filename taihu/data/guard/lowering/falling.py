"""Falling: a declassifier laid beside its query: labels before and after, whose data fall, and one digest of it all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taihu.data.guard.asked import list_columns
from taihu.data.guard.declassify.hierarchy import Hierarchy
from taihu.data.guard.declassify.methods import METHODS, Method
from taihu.data.guard.declassify.read_hierarchies import read_hierarchies
from taihu.data.query import grade
from taihu.data.query.grade import Grades
from taihu.data.query.plan import Plan
from taihu.data.query.read import read
from taihu.terms import placed
from taihu.terms.dataset import Dataset
from taihu.terms.declassifier import Declassifier
from taihu.terms.label import Label, join_all
from taihu.terms.pack import Pack, UnknownName
from taihu.terms.shelf import Shelf


@dataclass(frozen=True)
class Falling:
    """One declassifier with everything that decides what it releases. `method` is None where no label falls."""

    declassifier: Declassifier
    pack: Pack
    dataset: Dataset
    plan: Plan
    grades: Grades
    hierarchies: Mapping[str, Hierarchy]
    method: Method | None
    digest: str

    @property
    def label(self) -> Label:
        """What a reader of the query itself would have to be cleared for."""
        return join_all((self.grades.presence.label, *(column.label for column in self.grades.columns)))

    @property
    def sources(self) -> tuple[Dataset, ...]:
        """The datasets whose data fall: those that a reader of the release could not read; all where none is above."""
        read_ = {dataset.id: dataset for dataset in self.plan.tables.values()}
        high = [dataset for dataset in read_.values() if not dataset.label.is_within(self.declassifier.to)]
        return tuple(sorted(high or read_.values(), key=lambda dataset: dataset.id))

    @property
    def providers(self) -> tuple[str, ...]:
        """The departments whose word is needed: nobody's where no label falls."""
        return () if self.method is None else tuple(sorted({dataset.department for dataset in self.sources}))


def find_declassifier(name: str, shelf: Shelf) -> tuple[Pack, Declassifier]:
    """The declassifier of that full name with its pack; raises UnknownName."""
    known = {down.id: (pack, down) for pack in shelf.packs.values() for down in pack.declassifiers}
    if name not in known:
        raise UnknownName("降级方法", name, "、".join(sorted(known)))
    return known[name]


def list_declassifiers(shelf: Shelf) -> Iterator[Declassifier]:
    """All declassifiers of all packs, by name."""
    found = (down for pack in shelf.packs.values() for down in pack.declassifiers)
    yield from sorted(found, key=lambda down: down.id)


def read_falling(name: str, shelf: Shelf, faults: placed.Faults | None = None) -> Falling:
    """Reads and grades the query, and the hierarchies; raises what taihu SQL refuses and UnknownName.

    What is wrong with hierarchies goes to `faults`; `check` says what else is.
    """
    pack, down = find_declassifier(name, shelf)
    query = shelf.query(f"{pack.id}.{down.query}")
    plan = read(
        query.text,
        source=query.source or query.id,
        tables=shelf.tables_of(pack.id),
        queries=shelf.queries_of(pack.id),
        parameters=query.parameters,
    )
    dataset = shelf.dataset(down.id)
    known = shelf.standards.standards if any(map(_names_standard, down.hierarchies.values())) else {}
    hierarchies = read_hierarchies(down.hierarchies, faults if faults is not None else placed.Faults(), known)
    grades = grade.grade(plan)
    digest = _digest(down, dataset, plan, grades, _texts(down.query, shelf.queries_of(pack.id)))
    return Falling(down, pack, dataset, plan, grades, hierarchies, METHODS.get(down.method), digest)


def _names_standard(node: placed.Node) -> bool:
    """True where a hierarchy is that of a standard: only then are the standards read."""
    return isinstance(node, placed.Map) and "standard" in node.entries


def _texts(query: str, queries: Mapping[str, str]) -> dict[str, str]:
    """The query's text and those of all that it could reach by name, dated parameters among them."""
    reached: dict[str, str] = {}
    waiting = [query]
    while waiting:
        name = waiting.pop()
        if name in queries and name not in reached:
            reached[name] = queries[name]
            waiting += set(re.findall(r"\w+", queries[name])) & queries.keys()
    return reached


def _digest(down: Declassifier, dataset: Dataset, plan: Plan, grades: Grades, texts: Mapping[str, str]) -> str:
    """What two persons put their names under: the whole declaration, every text, labels before and after."""
    said: dict[str, Any] = {
        "id": down.id,
        "query": down.query,
        "method": down.method,
        "to": str(down.to),
        "every": down.every.value,
        "policy": down.policy,
        "who": down.who,
        "by": down.by,
        "count": down.count,
        "value": down.value,
        "columns": down.columns,
        "sensitive": down.sensitive,
        "ordered": down.ordered,
        "numbers": {key: str(number) for key, number in sorted(down.numbers.items())},
        "steps": dict(sorted(down.steps.items())),
        "hierarchies": {column: _spell(node) for column, node in sorted(down.hierarchies.items())},
        "trusts": down.trusts,
        "texts": dict(sorted(texts.items())),
        "read": [[dataset, column.name, str(column.label)] for dataset, column in list_columns(plan)],
        "rows": [[dataset.id, dataset.department, str(dataset.presence)] for dataset in plan.tables.values()],
        "before": [[column.name, str(column.label)] for column in grades.columns] + [["", str(grades.presence.label)]],
        "after": [[column.name, str(column.kind), str(column.label), column.open.value] for column in dataset.columns],
        "presence": str(dataset.presence),
        "zone": dataset.zone.value,
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _spell(node: placed.Node) -> Any:
    if isinstance(node, placed.Map):
        return {key: _spell(inner) for key, inner in sorted(node.entries.items())}
    if isinstance(node, placed.List):
        return [_spell(item) for item in node.items]
    return node.value if isinstance(node, placed.Text) else ""
