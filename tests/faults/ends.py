"""How a city ended: what its tables hold, whether rows add up, whether the ledger holds, what was left half-written."""

import sqlite3
from dataclasses import dataclass

import duckdb

from taihu.data.collect import batches
from taihu.data.ledger import proof
from taihu.data.link import subjects
from taihu.data.refine import report
from taihu.terms.zone import Zone
from tests import builders as make

# A batch is called by its day and by when its turn came: two builds may differ in that and in nothing else.
TURNS = {"_batch", "_number", "batch"}
DRAFTS = (
    "lake/*/*/_stage-*",
    "lake/*/*/_delta_log/*#*",
    "lake/*/*/_delta_log/*.tmp",
    "objects/incoming/*",
    "collect/fetch-*",
    "vault/draft-*",
    "refined/*.draft",
    "serving/*/*.new",
    "releases/*/.*",
    "search/.*",
    "keys/.*",
    "keys/*-secret.*",
    "*.new",
    "city.part",
    "city.old",
)


@dataclass
class End:
    """What two builds of one city must have in common."""

    tables: dict
    batches: set
    cases: set
    releases: set


def read_end(root):
    """How the city under a folder ended."""
    with make.a_house(root, segment="reader") as stores, duckdb.connect() as connection:
        tables = {}
        for zone in Zone:
            for table in stores.lake.tables(zone):
                snapshot = stores.lake.snapshot(zone, table)
                kept = ", ".join(f'"{name}"' for name, _ in snapshot.columns if name not in TURNS)
                rows = connection.execute(f"SELECT {kept} FROM {snapshot.to_sql()}").fetchall()
                tables[f"{zone.value}/{table}"] = sorted(map(repr, rows))
        known = {
            (b.dataset, b.sha256, b.state, b.rows_in, b.accepted, b.returned) for b in batches.list_batches(stores)
        }
    return End(tables, known, ask(root, CASES), ask(root, RELEASES))


CASES = "SELECT kind, key, heading FROM cases_case"
# A base that is linked anew is a version of its own, and so is its release.
RELEASES = "SELECT DISTINCT dataset, rows FROM portal_release WHERE withdrawn_at IS NULL"


def ask(root, select):
    connection = sqlite3.connect(root / "control.sqlite3")
    try:
        found = connection.execute(select).fetchall()
    finally:
        connection.close()
    assert len(found) == len(set(found)), f"doubled: {select}"
    return set(found)


def check_sound(root):
    """What holds in every city, however it came to be."""
    with make.a_house(root, segment="reader") as stores:
        for batch in batches.list_batches(stores):
            if batch.state == batches.REFUSED:
                continue
            said = report.find(root, batch.id)
            assert batch.state == batches.REFINED, f"{batch.id} {batch.filename} was never refined"
            assert batch.rows_in == batch.accepted + batch.returned, batch.id
            assert (said.rows_in, said.accepted, said.returned) == (batch.rows_in, batch.accepted, batch.returned)
        for zone in Zone:
            for table in stores.lake.tables(zone):
                assert stores.lake.verify(zone, table) == [], f"{zone}/{table}"
        for pack in stores.shelf.packs.values():
            for base in pack.bases:
                rows = [(row.dataset, row.batch, row.number) for row in subjects.list_rows(base, stores=stores)]
                assert len(rows) == len(set(rows)), f"{base.id}: a row has two subjects"
        check_ledger(stores)
    assert [str(path.relative_to(root)) for pattern in DRAFTS for path in root.glob(pattern)] == []
    waiting = ask(root, "SELECT id, job, state FROM runs_run WHERE state IN ('waiting', 'running')")
    assert waiting == set()


def check_ledger_of(root):
    with make.a_house(root, segment="reader") as stores:
        check_ledger(stores)


def check_ledger(stores):
    """Every entry of every segment stands in the tree, and each signed head is a prefix of the last one."""

    for segment in stores.ledger.segments():
        assert list(stores.ledger.check(segment.name)) == [], segment.name
        count = segment.mark().count
        for number in {0, count // 2, count - 1} if count else ():
            written = stores.ledger.prove(f"{segment.name}/{number}").to_json()
            assert proof.verify(written).is_valid, f"{segment.name}/{number}"
        for size in {1, count // 2 or 1} if count else ():
            assert proof.verify(stores.ledger.prove_extension(size, segment=segment.name).to_json()).is_valid
