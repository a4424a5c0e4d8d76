"""Members: who stood behind each earlier release, kept beside its table under names that no permit reads."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

import pyarrow as pa

from taihu.data.engines import duck
from taihu.data.engines.stores import Stores
from taihu.data.guard.declassify.difference import Members
from taihu.data.guard.lowering.falling import Falling, list_declassifiers, read_falling
from taihu.data.lake import staged
from taihu.terms import fault
from taihu.terms.dataset import Dataset
from taihu.terms.zone import Zone

# No dataset of the shelf has such a name, so no question can ask for it.
MEMBERS = ".members"
# Not beside the released rows: whoever copies the open zone copies no persons.
ZONE = Zone.BASE
PURPOSE = "release-members"
COLUMNS = (
    ("release", "VARCHAR"),
    ("subject", "VARCHAR"),
    ("cell", "VARCHAR"),
    ("is_finest", "BOOLEAN"),
    ("is_partition", "BOOLEAN"),
)


def name_subjects(members: Members, stores: Stores) -> Members:
    """The same members under keyed names of their own purpose: they join with nothing else that is kept."""
    known = {
        text: stores.vault.token(text, purpose=PURPOSE) for text in set(members.rows.column("subject").to_pylist())
    }
    subjects = pa.array([known[text] for text in members.rows.column("subject").to_pylist()], type=pa.string())
    place = members.rows.column_names.index("subject")
    return dataclasses.replace(members, rows=members.rows.set_column(place, "subject", subjects))


def read_members(dataset: Dataset, stores: Stores) -> tuple[Members, ...]:
    """Those of all earlier releases of the dataset, oldest first."""
    snapshot = stores.lake.snapshot(ZONE, dataset.id + MEMBERS)
    if snapshot is None:
        return ()
    with duck.connect(reads=(stores.lake.root,)) as connection:
        rows = connection.execute(
            f"SELECT release, subject, cell, is_finest, is_partition FROM {snapshot.to_sql()} ORDER BY release"  # noqa: S608 - our own table
        ).to_arrow_table()
    found = []
    for release in dict.fromkeys(rows.column("release").to_pylist()):
        one = rows.filter(pa.compute.equal(rows.column("release"), release))
        is_partition = bool(one.column("is_partition")[0].as_py())
        found.append(Members(release, one.select(["subject", "cell", "is_finest"]), is_partition))
    return tuple(found)


def read_related(falling: Falling, stores: Stores) -> tuple[Members, ...]:
    """Those of the last release of every other dataset that counts the same persons: who has both subtracts both."""
    person = _person(falling)
    if person is None:
        return ()
    found: list[Members] = []
    for down in list_declassifiers(stores.shelf):
        if down.who and down.id != falling.declassifier.id and _person(read_falling(down.id, stores.shelf)) == person:
            found += read_members(stores.shelf.dataset(down.id), stores)[-1:]
    return tuple(found)


def _person(falling: Falling) -> tuple[str, str] | None:
    """Dataset and column from which a declassifier has its persons, where it has them as they are."""
    who = falling.declassifier.who
    copy = next((graded.copy for graded in falling.grades.columns if graded.name == who), None)
    return (falling.plan.tables[copy[0]].id, copy[1]) if copy else None


def keep_members(members: Members, dataset: Dataset, stores: Stores, *, number: int, at: datetime.datetime) -> None:
    """Keeps who stands behind a release before it leaves; a release that then does not is one more to compare with."""
    told = members.rows.append_column("release", pa.array([members.name] * members.rows.num_rows, type=pa.string()))
    told = told.append_column("is_partition", pa.array([members.is_partition] * told.num_rows, type=pa.bool_()))
    commit(told.select([name for name, _ in COLUMNS]), ZONE, dataset.id + MEMBERS, COLUMNS, stores, (number, at, True))


Moment = tuple[int, datetime.datetime, bool]


def commit(
    rows: pa.Table, zone: Zone, table: str, schema: Sequence[tuple[str, str]], stores: Stores, moment: Moment
) -> int:
    """Commits rows exactly once for a number, in place of all others or beside them; returns the version."""
    number, at, is_added = moment
    folder = stores.lake.staging(zone, table)
    listed = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in schema)
    with duck.connect(reads=(folder,)) as connection:
        connection.register("released", rows)
        fault.point("guard.lowering.write")
        copied = connection.execute(
            f"COPY (SELECT {listed} FROM released) TO '{folder}/part.parquet' (FORMAT parquet, COMPRESSION zstd, RETURN_STATS)"  # noqa: S608 - checked names
        ).fetchall()
    return stores.lake.commit(
        zone,
        table,
        staged.read_copy(copied),
        stream="lower",
        number=number,
        mode="append" if is_added else "replace",
        schema=schema,
        at=at,
    )
