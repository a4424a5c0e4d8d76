"""Runs the sentences of `tests.yaml`: the given rows in, the query or method asked, the expected rows out."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb as engine

from taihu.data.engines import duck
from taihu.data.query import duckdb, kinds, read
from taihu.data.query.plan import Plan
from taihu.doors.terminal import places
from taihu.patterns.methods import run as methods
from taihu.terms import shelf
from taihu.terms.dataset import Dataset, Kind
from taihu.terms.figure import Figure
from taihu.terms.pack import Method, Pack, Situation
from taihu.terms.pipes import Rows
from taihu.terms.problem import Problem
from taihu.terms.shelf import Shelf
from taihu.terms.table import Cell, Table, read_cell, write_cell

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one sentence: nothing said means that it holds."""

    situation: Situation
    said: str

    @property
    def holds(self) -> bool:
        """True where the answer was the expected one."""
        return not self.said


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Packs by id, or all."""
    parser.add_argument("packs", nargs="*", help="ids of packs (default: all)")


def run(arguments: argparse.Namespace) -> int:
    """Prints each sentence with its verdict; the exit code says whether all hold."""
    started = time.monotonic()
    failed = 0
    root = getattr(arguments, "folder", None) or places.packs()
    for outcome in run_pack_tests(shelf.read_shelf(root), packs=getattr(arguments, "packs", ())):
        failed += not outcome.holds
        mark = "holds" if outcome.holds else "FAILS"
        sys.stdout.write(f"{mark}  {outcome.situation.pack}: {outcome.situation.name}\n")
        if outcome.said:
            sys.stdout.write(f"       {outcome.situation.source}: {outcome.said}\n")
    sys.stdout.write(f"{failed} failed, {time.monotonic() - started:.1f} s\n")
    return 1 if failed else 0


def run_pack_tests(found: Shelf, *, packs: Sequence[str] = ()) -> Iterator[Outcome]:
    """The outcome of each sentence of the packs named, or of all."""
    for pack in (found.pack(name) for name in packs or sorted(found.packs)):
        for situation in pack.situations:
            yield run_situation(situation, pack, found)


def run_situation(situation: Situation, pack: Pack, found: Shelf) -> Outcome:
    """Runs one sentence on a database of its own; a refusal is what it says."""
    try:
        if situation.is_run:
            columns, rows = _run_method(situation, pack)
        else:
            columns, rows = _ask(situation, pack, found)
        return Outcome(situation, compare(situation.expect, columns, rows))
    except (Problem, ValueError) as caught:
        return Outcome(situation, str(caught))


def _ask(situation: Situation, pack: Pack, found: Shelf) -> tuple[dict[str, Kind | None], list[Words]]:
    query = found.query(f"{pack.id}.{situation.ask}")
    tables = found.tables_of(pack.id)
    plan = read.read(
        query.text, source=query.source, tables=tables, queries=found.queries_of(pack.id), parameters=query.parameters
    )
    values: dict[str, Cell] = {
        name: read_cell(situation.values.get(name), kind) for name, kind in query.parameters.items()
    }
    if situation.today is not None:
        values["today"] = situation.today
    unknown = set(situation.values) - set(query.parameters)
    if unknown:
        raise ValueError(f"{query.name} does not ask for {', '.join(sorted(unknown))}")
    connection = duck.connect(threads=1, memory_mb=256)
    try:
        names = _fill(connection, plan, situation.given, pack)
        sql, parameters = duckdb.write_duckdb(plan, scan=names.__getitem__, parameters=values)
        rows = connection.execute(sql, parameters).fetchall()
    except engine.Error as caught:
        raise ValueError(f"the engine refused: {type(caught).__name__}") from None
    finally:
        connection.close()
    width = len(plan.columns)
    return {column.name: column.kind for column in plan.columns}, [_words(row[:width]) for row in rows]


def _fill(connection: engine.DuckDBPyConnection, plan: Plan, given: Mapping[str, Rows], pack: Pack) -> dict[str, str]:
    """Makes a table for each dataset that the plan reads; what is not given is empty. Gives their names by table."""
    by_id = {(name if "." in name else f"{pack.id}.{name}"): rows for name, rows in given.items()}
    made: dict[str, str] = {}
    for number, (name, dataset) in enumerate(plan.tables.items()):
        table = f"given_{number}"
        columns = ", ".join(f'"{column}" {kind}' for column, kind in _columns(dataset))
        connection.execute(f"create table {table} ({columns})")
        made[name] = f"(from {table})"
        rows = by_id.get(dataset.id, ())
        if len(rows) > 1:
            marks = ", ".join("?" for _ in rows[0])
            heads = ", ".join(f'"{column}"' for column in rows[0])
            insert = f"insert into {table} ({heads}) values ({marks})"  # noqa: S608 - names of a checked dataset
            connection.executemany(insert, [_cells(row, rows[0], dataset) for row in rows[1:]])
    return made


def _columns(dataset: Dataset) -> Iterator[tuple[str, str]]:
    for column in dataset.columns:
        yield column.name, kinds.to_duckdb(column.kind)
        if column.is_vaulted:
            yield f"{column.name}__masked", "VARCHAR"
    yield "_batch", "VARCHAR"
    yield "_row", "BIGINT"


def _cells(row: Sequence[str], head: Sequence[str], dataset: Dataset) -> list[Cell]:
    return [
        "" if cell == "''" else read_cell(cell, dataset.column(name).kind) for name, cell in zip(head, row, strict=True)
    ]


def _run_method(situation: Situation, pack: Pack) -> tuple[dict[str, Kind | None], list[Words]]:
    method: Method = next(method for method in pack.methods if method.name == situation.ask)
    tables = {item.name: _table(situation.given.get(item.name, ()), dict(item.columns)) for item in method.inputs}
    result = methods.run(method, tables, situation.values)
    return {output.name: output.kind for output in result.outputs}, [_words(row) for row in result.rows]


def _table(rows: Rows, kinds: Mapping[str, Kind]) -> Table:
    head = rows[0] if rows else tuple(kinds)
    return Table(
        {name: tuple(read_cell(row[index], kinds[name]) for row in rows[1:]) for index, name in enumerate(head)}
    )


def _words(row: Sequence[object]) -> Words:
    return tuple(
        "''" if cell == "" else f"{cell.value:.6g}" if isinstance(cell, Figure) else write_cell(cell) for cell in row
    )


def compare(expect: Rows, columns: Mapping[str, Kind | None], rows: Sequence[Words]) -> str:
    """What differs between the expected and the found rows over the expected columns, as bags; empty where nothing does."""
    head = expect[0]
    unknown = [name for name in head if name not in columns]
    if unknown:
        return f"expects {', '.join(unknown)}, but the columns are {', '.join(columns)}"
    kinds = [columns[name] for name in head]
    places = [list(columns).index(name) for name in head]
    wanted = Counter(tuple(_same(cell, kind) for cell, kind in zip(row, kinds, strict=True)) for row in expect[1:])
    found = Counter(tuple(_same(row[place], kind) for place, kind in zip(places, kinds, strict=True)) for row in rows)
    said = [f"missing: {_say(row)}" for row in (wanted - found).elements()] + [
        f"unexpected: {_say(row)}" for row in (found - wanted).elements()
    ]
    return "; ".join(said)


def _same(cell: str, kind: Kind | None) -> Cell:
    """One form for equal values: 2.50 is 2.5; an empty cell is no value, two quotes are the empty text."""
    if cell == "''":
        return ""
    return (cell or None) if kind is None else read_cell(cell, kind)


def _say(row: Sequence[Cell]) -> str:
    return " | ".join("''" if cell == "" else "" if cell is None else write_cell(cell) for cell in row)
