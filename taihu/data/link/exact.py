"""Groups records by identifier; a record whose name and birth contradict its group stands alone."""

from __future__ import annotations

import duckdb

from taihu.data.link import levels
from taihu.data.link.spec import How
from taihu.terms.base import Base


def group(connection: duckdb.DuckDBPyConnection, base: Base) -> None:
    """Adds to `record` its `party`: the first record with the same identifier that it does not contradict.

    Contradiction (the same number on two people, 重号): another name, not one of the same sound and not one
    character apart, and nothing equal (a date, an address, a telephone) that could explain it as a change of name.
    Columns that the base calls weak explain nothing.
    """
    connection.execute("ALTER TABLE record ADD COLUMN party VARCHAR")
    identifier, name = base.identifier, base.name
    connection.execute(
        f"""CREATE TEMP TABLE first_of AS
            SELECT "{identifier}" AS identifier, arg_min(unique_id, (rank, unique_id)) AS party
            FROM record WHERE "{identifier}" IS NOT NULL GROUP BY 1"""  # noqa: S608 - checked names
    )
    connection.execute(
        f"""UPDATE record SET party = CASE WHEN {_agrees(base)} THEN l.unique_id ELSE record.unique_id END
            FROM first_of f JOIN record l ON l.unique_id = f.party
            WHERE record."{identifier}" = f.identifier"""  # noqa: S608 - checked names
    )
    connection.execute("UPDATE record SET party = unique_id WHERE party IS NULL")
    connection.execute(
        f"""UPDATE record SET party = alone.party FROM (
                SELECT unique_id, min(unique_id) OVER (PARTITION BY "{identifier}", "{name}") AS party FROM record
                WHERE party = unique_id AND "{identifier}" IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM first_of f WHERE f.party = record.unique_id)
            ) alone WHERE alone.unique_id = record.unique_id"""  # noqa: S608 - checked names
    )


def _agrees(base: Base) -> str:
    """SQL over `record` and `l` (the first of its group): are they about one subject?"""
    how = {comparison.column: How(comparison.how) for comparison in base.comparisons}
    close = levels.is_close_name(how.get(base.name, How.EXACT), base.name, "l", "record")
    others = [column for column in how if column not in (base.name, *base.weak)]
    same = " OR ".join(levels.is_equal(how[column], column, "l", "record") for column in others)
    return f"({close} OR {same or 'false'})"
