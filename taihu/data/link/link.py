"""Links the rows of a base's members: finds the subject of each row and the value that wins in each column."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import duckdb

from taihu.data.engines import duck, exclusion
from taihu.data.engines import stores as engine_stores
from taihu.data.lake import staged
from taihu.data.lake.lake import Lake
from taihu.data.ledger.entry import Entry
from taihu.data.link import cluster, derive, exact, gather, golden, identity, probable
from taihu.terms import fault
from taihu.terms.base import Base
from taihu.terms.zone import Zone

LINKS = (
    ("subject", "VARCHAR"),
    ("dataset", "VARCHAR"),
    ("lasting", "VARCHAR"),
    ("batch", "VARCHAR"),
    ("row", "BIGINT"),
    ("how", "VARCHAR"),
)


@dataclass(frozen=True, slots=True)
class Linked:
    """What came of one linking: records read, subjects found, parties joined by probability, rows that contradict."""

    base: str
    records: int
    subjects: int
    probable: int
    contradicting: int
    version: int


def link(base: Base, *, stores: engine_stores.Stores, by: str, at: datetime.datetime) -> Linked:
    """Rebuilds the base from its members' current rows; commits the links and the linked dataset.

    Subjects keep the id they had (see `identity`). Committed once per `at`; the same members give the same base.
    """
    with exclusion.writing(stores.root), duck.connect(memory_mb=3072, reads=(stores.lake.root,)) as connection:
        gather.gather(connection, base, stores)
        derive.derive(connection, "record", base, stores.shelf.standards)
        exact.group(connection, base)
        pairs = probable.join(connection, base)
        _name_subjects(connection, base, [(pair.left, pair.right) for pair in pairs], stores)
        number = int(at.timestamp() * 1000)
        _commit(
            connection, stores.lake, f"{base.id}.links", "SELECT * FROM link ORDER BY ALL", LINKS, number=number, at=at
        )
        dataset = stores.shelf.dataset(base.id)
        version = _commit(
            connection, stores.lake, base.id, golden.select(base, dataset), golden.schema(dataset), number=number, at=at
        )
        records, subjects, contradicting = _count(connection, base)
    found = Linked(base.id, records, subjects, len(pairs), contradicting, version)
    stores.ledger.append(_entry(found, base, by=by, at=at))
    return found


def _name_subjects(
    connection: duckdb.DuckDBPyConnection, base: Base, pairs: list[tuple[str, str]], stores: engine_stores.Stores
) -> None:
    """Makes the table `link`: each record with its subject and how it got there."""
    records = connection.execute("SELECT party, lasting FROM record ORDER BY party, lasting").fetchall()
    root = cluster.cluster(sorted({party for party, _ in records}), pairs)
    parties: dict[str, list[str]] = {}
    for party, lasting in records:
        parties.setdefault(root[party], []).append(lasting)
    earlier = _earlier(connection, base, stores)
    subjects = identity.keep(parties, earlier, base.about, stores.vault.key("subject"))
    joined = {party for pair in pairs for party in pair}
    names = [(party, subjects[root[party]], party in joined) for party in root]
    connection.execute("CREATE TEMP TABLE named (party VARCHAR, subject VARCHAR, is_joined BOOLEAN)")
    columns = [list(column) for column in zip(*names, strict=True)] if names else [[], [], []]
    connection.execute(
        "INSERT INTO named SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BOOLEAN[])", columns
    )
    connection.execute(
        """CREATE TEMP TABLE link AS SELECT n.subject, r.dataset, r.lasting, r.batch, r.row,
               CASE WHEN n.is_joined THEN 'probable' WHEN r.party = r.unique_id THEN 'first' ELSE 'identifier' END AS how
           FROM record r JOIN named n USING (party)"""
    )


def _earlier(connection: duckdb.DuckDBPyConnection, base: Base, stores: engine_stores.Stores) -> dict[str, str]:
    snapshot = stores.lake.snapshot(Zone.BASE, f"{base.id}.links")
    if snapshot is None:
        return {}
    return dict(connection.execute(f"SELECT lasting, subject FROM {snapshot.to_sql()} ORDER BY ALL").fetchall())  # noqa: S608 - our own table


def _commit(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    table: str,
    select: str,
    schema: tuple[tuple[str, str], ...],
    *,
    number: int,
    at: datetime.datetime,
) -> int:
    folder = lake.staging(Zone.BASE, table)
    fault.point("link.write.files")
    copied = connection.execute(
        f"COPY ({select}) TO '{folder}/part.parquet' (FORMAT parquet, COMPRESSION zstd, RETURN_STATS)"
    ).fetchall()
    return lake.commit(
        Zone.BASE, table, staged.read_copy(copied), stream="link", number=number, mode="replace", schema=schema, at=at
    )


def _count(connection: duckdb.DuckDBPyConnection, base: Base) -> tuple[int, int, int]:
    row = connection.execute(
        f"""SELECT count(*), count(DISTINCT l.subject),
                   count(*) FILTER (WHERE r."{base.identifier}" = f.identifier AND r.party <> f.party)
            FROM record r JOIN link l ON l.dataset = r.dataset AND l.batch = r.batch AND l.row = r.row
            LEFT JOIN first_of f ON f.identifier = r."{base.identifier}" """  # noqa: S608 - checked names
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate gives one row
    return int(row[0]), int(row[1]), int(row[2])


def _entry(found: Linked, base: Base, *, by: str, at: datetime.datetime) -> Entry:
    detail = {
        "records": str(found.records),
        "probable": str(found.probable),
        "contradicting": str(found.contradicting),
        "version": str(found.version),
    }
    if base.fall is not None:
        # What linking tells of the columns that it looks at falls by somebody's decision, which stands here each time.
        detail["falls"] = f"{base.fall.to} {base.fall.by} {base.fall.policy}"
    return Entry(at=at, act="link", by=by, dataset=found.base, rows=found.subjects, detail=detail)
