"""Gathers the rows of all members of a base into one table of records."""

from __future__ import annotations

import duckdb

from taihu.data.engines import stores as engine_stores
from taihu.data.lake.snapshot import Snapshot
from taihu.terms.base import Base, Member
from taihu.terms.problem import Problem
from taihu.terms.zone import Zone


class NothingToLink(Problem):
    """No member of the base has been sent yet."""

    code = "K-060"
    status = 409


def gather(connection: duckdb.DuckDBPyConnection, base: Base, stores: engine_stores.Stores) -> dict[str, Snapshot]:
    """Makes the table `record`; returns the snapshot that was read of each member.

    A record is `unique_id` (dataset|batch|row), `lasting` (dataset|key: its name over all deliveries), `dataset`, `batch`, `row`, `rank` (place of the dataset among the
    members), `is_unique`, and each column of the base, NULL where the member has none. A member that nobody has
    sent yet gives no records; raises NothingToLink where none was.
    """
    read: dict[str, Snapshot] = {}
    selects = []
    for rank, member in enumerate(base.members):
        snapshot = stores.lake.snapshot(Zone.GOVERNED, member.dataset)
        if snapshot is not None:
            read[member.dataset] = snapshot
            selects.append(_select(base, member, rank, snapshot, stores))
    if not selects:
        raise NothingToLink(
            "还没有可以关联的数据",
            where=base.id,
            help="请先归集并治理成员数据资源:" + "、".join(m.dataset for m in base.members),
        )
    connection.execute(f"CREATE TEMP TABLE record AS {' UNION ALL '.join(selects)}")
    return read


OURS = ("subject", "sources")


def _select(base: Base, member: Member, rank: int, snapshot: Snapshot, stores: engine_stores.Stores) -> str:
    columns = []
    for column in stores.shelf.dataset(base.id).columns:
        if column.name in OURS:
            continue
        source = member.columns.get(column.name)
        columns.append(f'"{source}" AS "{column.name}"' if source else f'NULL AS "{column.name}"')
        if column.is_vaulted:
            masked = f'"{source}__masked"' if source else "NULL"
            columns.append(f'{masked} AS "{column.name}__masked"')
    key = " || '|' || ".join(f"coalesce(\"{name}\"::VARCHAR, '')" for name in stores.shelf.dataset(member.dataset).key)
    head = [
        f"'{member.dataset}|' || \"_batch\" || '|' || \"_row\" AS unique_id",
        f"'{member.dataset}|' || {key} AS lasting",
        f"'{member.dataset}' AS dataset",
        '"_batch" AS batch',
        '"_row" AS row',
        f"{rank} AS rank",
        f"{str(member.is_unique).lower()} AS is_unique",
    ]
    return f"SELECT {', '.join([*head, *columns])} FROM {snapshot.to_sql()}"  # noqa: S608 - names come from checked packs
