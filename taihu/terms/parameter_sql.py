"""Writes a dated parameter as a query in taihu SQL, so that other queries join it like any relation."""

from __future__ import annotations

import datetime

from taihu.terms.dataset import Kind
from taihu.terms.pack import Parameter, Query, Title

TYPES = {
    "text": "varchar",
    "code": "varchar",
    "int": "bigint",
    "date": "date",
    "time": "timestamp",
    "bool": "boolean",
    "point": "varchar",
}


def write_parameter(parameter: Parameter, source: str) -> Query:
    """The version in force on `$today`, as SELECTs over literals; no row before the first version begins."""
    ordered = sorted(parameter.versions, key=lambda version: version.since)
    ends = [*(version.since for version in ordered[1:]), None][: len(ordered)]
    branches = [
        _select(parameter, row, since=version.since, until=until)
        for version, until in zip(ordered, ends, strict=True)
        for row in version.rows
    ]
    titles = tuple(
        Title(name, parameter.title if parameter.is_scalar else name, parameter.unit) for name, _ in parameter.columns
    )
    return Query(
        parameter.name, parameter.pack, "\nunion all\n".join(branches), source, parameter.title, titles, {}, True
    )


def _select(parameter: Parameter, row: tuple[str, ...], *, since: datetime.date, until: datetime.date | None) -> str:
    cells = ", ".join(
        f"{write_literal(cell, kind)} as {name}" for (name, kind), cell in zip(parameter.columns, row, strict=True)
    )
    begun = f"$today >= date '{since.isoformat()}'"
    ended = f" and $today < date '{until.isoformat()}'" if until else ""
    return f"select {cells} where {begun}{ended}"


def write_literal(text: str, kind: Kind) -> str:
    """A typed literal; an empty word is null of that type."""
    type_name = str(kind) if kind.name == "decimal" else TYPES[kind.name]
    value = "null" if text == "" else "'" + text.replace("'", "''") + "'"
    return f"cast({value} as {type_name})"
