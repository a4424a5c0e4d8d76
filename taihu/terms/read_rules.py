"""Reads what a pack works out and watches: queries, dated parameters, watches, cases, tests."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from taihu.terms import entry, placed
from taihu.terms.dataset import Cycle, Kind
from taihu.terms.pack import CaseKind, Parameter, Query, Situation, Title, Version, Watch
from taihu.terms.pipes import Rows, read_pipes

TEXT = Kind("text")
STEPS = ("accept", "dispatch", "handle", "verify")  # the steps that have a clock: flows in patterns.cases
CASE_LEVELS = ("一般", "较大", "重大")


def read_queries(folder: Path, file: Callable[[Path], str], pack: str, faults: placed.Faults) -> tuple[Query, ...]:
    """One query per `queries/*.sql`, with titles and parameters from `queries.yaml`."""
    declared = _read_declared(folder / "queries.yaml", file, faults)
    queries = []
    for path in sorted((folder / "queries").glob("*.sql")):
        text = placed.read_text(path, file(path), faults) or ""
        if path.stem not in declared:
            faults.add(
                f"{file(path)}:1",
                "is not declared",
                "queries.yaml gives each query its label",
                f"add {path.stem}: {{label: …}} there",
            )
        title, titles, parameters = declared.pop(path.stem, ("", (), {}))
        queries.append(Query(path.stem, pack, text, file(path), title, titles, parameters))
    for name in declared:
        faults.add(
            f"{file(folder / 'queries.yaml')}:1",
            f"declares {name!r}",
            f"there is no queries/{name}.sql",
            "write it or take the entry away",
        )
    return tuple(queries)


Declared = dict[str, tuple[str, tuple[Title, ...], dict[str, Kind]]]


def _read_declared(path: Path, file: Callable[[Path], str], faults: placed.Faults) -> Declared:
    node = placed.read_yaml(path, file(path), faults) if path.exists() else None
    if node is None:
        return {}
    declared: Declared = {}
    for inner in entry.named_entries(node, faults, ("label", "summary", "columns", "with")):
        titles = tuple(
            Title(c.name, c.need_text("label"), c.text("unit"), c.text("standard"))
            for c in inner.entries("columns", ("label", "unit", "standard"))
        )
        declared[inner.name] = (inner.need_text("label"), titles, read_kinds(inner, "with"))
    return declared


def read_kinds(inner: entry.Entry, key: str) -> dict[str, Kind]:
    """A mapping of names to kinds: `with: {days_allowed: int}`."""
    node = inner.map.get(key)
    if node is None:
        return {}
    if not isinstance(node, placed.Map):
        inner.fault(key, "is no mapping", "names and kinds: {days_allowed: int}")
        return {}
    return {name: entry.parse_text(kind, inner.faults, Kind.read, TEXT) for name, kind in node.entries.items()}


def read_parameters(node: placed.Node, pack: str, faults: placed.Faults) -> tuple[Parameter, ...]:
    """The dated numbers of `parameters.yaml`: one value a day, or a small table."""
    keys = ("label", "policy", "kind", "unit", "columns", "values")
    return tuple(_read_parameter(inner, pack) for inner in entry.named_entries(node, faults, keys))


def _read_parameter(inner: entry.Entry, pack: str) -> Parameter:
    columns = tuple(read_kinds(inner, "columns").items())
    if bool(columns) == inner.has("kind"):
        inner.fault(
            "kind", "stands with columns" if columns else "is missing", "a value has kind:, a table has columns:"
        )
    columns = columns or (("value", inner.read("kind", Kind.read, TEXT)),)
    versions = tuple(
        _read_version(version, columns) for version in inner.listed("values", ("since", "source", "value", "rows"))
    )
    if not versions:
        inner.fault("values", "is missing", "a list of {since: day, value: …} or {since: day, rows: table}")
    if len({version.since for version in versions}) != len(versions):
        inner.fault("values", "has two versions that begin on one day", "one version a day")
    return Parameter(
        inner.name, pack, inner.need_text("label"), inner.need_text("policy"), columns, versions, inner.text("unit")
    )


def _read_version(inner: entry.Entry, columns: tuple[tuple[str, Kind], ...]) -> Version:
    since = inner.need("since", entry.read_day, datetime.date.min)
    names = tuple(name for name, _ in columns)
    if inner.has("value"):
        rows: Rows = (("value",), (inner.need_text("value"),))
    else:
        rows = read_pipes(inner.at("rows"), inner.faults) if inner.has("rows") else ()
    if not rows:
        inner.fault("rows", "is missing", "give value: or rows:")
        return Version(since, ())
    if rows[0] != names:
        inner.fault("rows", f"has the head {' | '.join(rows[0])}", f"the columns are {' | '.join(names)}")
        return Version(since, ())
    _check_cells(inner, rows, columns)
    return Version(since, rows[1:], inner.text("source"))


def _check_cells(inner: entry.Entry, rows: Rows, columns: tuple[tuple[str, Kind], ...]) -> None:
    for number, row in enumerate(rows[1:], 1):
        for (name, kind), cell in zip(columns, row, strict=True):
            try:
                check_value(cell, kind)
            except ValueError as caught:
                inner.fault(
                    "rows" if inner.has("rows") else "value", f"reads {cell!r} as {name} in row {number}", str(caught)
                )


def check_value(text: str, kind: Kind) -> None:
    """Refuses a word that is not of the kind; an empty one is no value and passes."""
    checks: dict[str, Callable[[str], object]] = {
        "int": entry.read_whole,
        "decimal": entry.read_decimal,
        "date": entry.read_day,
        "time": datetime.datetime.fromisoformat,
        "bool": entry.read_flag,
    }
    if text and kind.name in checks:
        checks[kind.name](text)


def read_watches(node: placed.Node, pack: str, faults: placed.Faults) -> tuple[Watch, ...]:
    """The watched queries of `watch.yaml`."""
    watches = []
    for inner in entry.named_entries(node, faults, ("label", "query", "with", "every", "about", "alert")):
        alert = inner.entry("alert", ("when", "open", "level"))
        opens, level = "", CASE_LEVELS[0]
        if alert is not None:
            alert.need("when", entry.one_of(("rows",)), "rows")
            opens, level = alert.text("open"), alert.read("level", entry.one_of(CASE_LEVELS), CASE_LEVELS[0])
        every = inner.need("every", entry.one_of({c.value: c for c in Cycle}), Cycle.DAY)
        query = inner.need("query", entry.read_name, "")
        about = inner.texts("about", entry.read_name)
        if bool(about) == bool(opens):
            inner.fault(
                "about",
                "stands beside alert.open" if about else "is missing",
                "the columns that say which matter it is; a case's kind says it itself",
            )
        title = inner.need_text("label")
        watches.append(
            Watch(inner.name, pack, title, query, every, inner.pairs("with"), opens, level, about, inner.node.where)
        )
    return tuple(watches)


def read_cases(node: placed.Node, pack: str, department: str, faults: placed.Faults) -> tuple[CaseKind, ...]:
    """The kinds of case of `cases.yaml`; the loop of steps is one for all kinds, its working days are theirs."""
    keys = ("label", "summary", "policy", "about", "heading", "department", "limits", "facts", "place")
    kinds = []
    for inner in entry.named_entries(node, faults, keys):
        limits = inner.entry("limits", STEPS)
        days = {step: limits.read(step, entry.read_whole, 0) for step in STEPS if limits.has(step)} if limits else {}
        if not days or min(days.values()) < 1:
            inner.fault("limits", "has no working days", f"at least one for some of {', '.join(STEPS)}")
        if not inner.has("about"):
            inner.fault(
                "about", "is missing", "the columns that say which matter it is; one case is open for each at a time"
            )
        case = CaseKind(
            name=inner.name,
            pack=pack,
            title=inner.need_text("label"),
            about=inner.texts("about", entry.read_name),
            heading=inner.need_text("heading"),
            department=inner.read("department", entry.read_name, department),
            limits=days,
            policy=inner.need_text("policy"),
            summary=inner.text("summary"),
            facts=inner.texts("facts", entry.read_name),
            place=inner.text("place"),
            line=inner.node.where,
        )
        kinds.append(case)
    return tuple(kinds)


def read_situations(node: placed.Node, pack: str, faults: placed.Faults) -> tuple[Situation, ...]:
    """The sentences of `tests.yaml`."""
    if not isinstance(node, placed.List):
        faults.add(node, "is no list", "a list of {name, today, given, ask, with, expect}")
        return ()
    return tuple(_read_situation(item, pack, faults) for item in node.items)


def _read_situation(node: placed.Node, pack: str, faults: placed.Faults) -> Situation:
    inner = entry.Entry(node, faults, ("name", "today", "given", "ask", "run", "with", "expect"))
    given = inner.map.get("given")
    tables = (
        {name: read_pipes(table, faults) for name, table in given.entries.items()}
        if isinstance(given, placed.Map)
        else {}
    )
    if inner.has("ask") == inner.has("run"):
        inner.fault("ask", "stands with run" if inner.has("ask") else "is missing", "ask: a query, or run: a method")
    if not inner.has("expect"):
        inner.fault("expect", "is missing", "the rows that must come, in pipes")
    return Situation(
        name=inner.need_text("name"),
        pack=pack,
        today=inner.read("today", entry.read_day, None),
        given=tables,
        ask=inner.text("ask") or inner.text("run"),
        values=inner.pairs("with"),
        expect=read_pipes(inner.at("expect"), faults) if inner.has("expect") else (),
        source=node.where,
        is_run=inner.has("run"),
    )
