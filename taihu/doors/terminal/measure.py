"""Measures a built city against what its inventor knows: linkage by pairs of rows."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import duckdb

from taihu.data.collect import batches
from taihu.data.engines import stores as engine_stores
from taihu.data.engines.stores import Stores
from taihu.data.link import measure, subjects
from taihu.doors.terminal import places
from taihu.doors.terminal.progress import Progress
from taihu.terms import shelf


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to say: the city under TAIHU_VAR is measured."""


def run(arguments: argparse.Namespace) -> int:
    """Prints precision, recall and F1 of each base of the city."""
    stores = engine_stores.open_stores(places.var(), shelf.read_shelf(places.packs()), segment="measure")
    try:
        with Progress().step("measuring the linkage by pairs of rows"):
            found = lines(stores, places.var())
        sys.stdout.write("".join(line + "\n" for line in found))
    finally:
        stores.close()
    return 0


def lines(stores: Stores, root: Path) -> list[str]:
    """Two lines per base, all pairs and those between departments; a base that nobody linked, or without truth, has none."""
    truth = read_truth(root)
    found = []
    for base in (base for pack in stores.shelf.packs.values() for base in pack.bases):
        rows = subjects.list_rows(base, stores=stores)
        files = {batch.id: batch.filename for batch in batches.list_batches(stores)}
        grouped = {(row.dataset, files[row.batch], row.number): row.subject for row in rows}
        if grouped.keys() & truth.keys():
            apart = measure.between(grouped, truth, lambda row: stores.shelf.dataset(row[0]).department)
            found.append(f"{base.id}: {measure.measure(grouped, truth)}")
            found.append(f"{base.id}, between departments: {apart}")
    return found


def read_truth(root: Path) -> dict[object, object]:
    """The true subject of each row that the departments sent, by dataset, file name and row number."""
    truth: dict[object, object] = {}
    names = read_names(root)
    for file in sorted((root / "city" / "truth").glob("*.parquet")):
        with duckdb.connect() as connection:
            columns = {
                row[0] for row in connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(file)]).fetchall()
            }
            if not {"dataset", "file", "line", "subject"} <= columns:
                continue
            rows = connection.execute(
                "SELECT dataset, file, line, subject FROM read_parquet(?)", [str(file)]
            ).fetchall()
        for dataset, name, line, subject in rows:
            filename, heads = names.get(name, (Path(name).name, 0))
            truth[(dataset, filename, line + heads)] = subject
    return truth


def read_names(root: Path) -> dict[str, tuple[str, int]]:
    """What the intake calls a delivery that is no file, and how many lines of heads it then has: a table becomes a CSV."""
    manifest = json.loads((root / "city" / "manifest.json").read_text(encoding="utf-8"))
    names = {}
    for delivery in manifest["deliveries"]:
        if delivery["kind"] == "sql":
            names[f"{delivery['department']}/{delivery['table']}"] = (f"{delivery['table']}.csv", 1)
        elif delivery["kind"] == "api":
            route = urlsplit(delivery["url"]).path.strip("/")
            names[route] = (f"{route.replace('/', '-')}.jsonl", 0)
    return names
