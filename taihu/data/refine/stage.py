"""Stage: the delivery as Parquet of texts with row numbers, beside the cleaned identifiers and their tokens.

Rows of a text file can be numbered only one after the other; in Parquet each thread knows its place.
The later passes read the few columns that they need, and no token is worked out twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb

from taihu.data.objects.reading import DATUM, FAULT, ROW, Reading
from taihu.data.refine import digits
from taihu.data.refine.columns import ColumnSql, name, quote
from taihu.terms import fault

TokenSql = Callable[[str], str]
# Short dictionaries only: columns of many values cost less without one.
FORMAT = "FORMAT parquet, COMPRESSION lz4, DICTIONARY_SIZE_LIMIT 4000"


# The longest line is 16 MB. DuckDB would take sixteen times that for each buffer: two for a whole city,
# so that its threads wait for each other and for memory.
BUFFER = 33_554_432


def _scan(reading: Reading, path: Path) -> str:
    return f"{reading.to_scan(path).removesuffix(')')}, buffer_size={BUFFER})"


def clean_of(sql: ColumnSql, raw: str = "") -> str:
    """The identifier's cleaned text, of which only what differs from the sent text is staged; empty is nothing."""
    return f"CASE WHEN _c{sql.number} IS NULL THEN {raw or sql.raw} ELSE nullif(_c{sql.number}, '') END"


def token_of(sql: ColumnSql) -> str:
    """The staged column that holds an identifier's token; null where there is no identifier."""
    return f"_k{sql.number}"


def wrong_of(sql: ColumnSql) -> str:
    """The staged column that says that an identifier's check character differs; null without an identifier."""
    return f"_w{sql.number}"


def staged_names(sql: ColumnSql) -> str:
    """All staged columns of an identifier."""
    return f"_c{sql.number}, {token_of(sql)}, {wrong_of(sql)}"


def is_staged(sql: ColumnSql) -> bool:
    """True for a vaulted column that was sent: its text and token are worked out while staging."""
    return sql.is_sent and sql.column.is_vaulted


def source_of(reading: Reading, target: Path) -> str:
    """A bracketed SELECT of everything staged, with `_row` and `_fault`."""
    scan = f"read_parquet({quote(str(target))}, file_row_number=true)"
    if reading.is_in_place:
        # The nth row of the data stands in line skip + n.
        first = reading.skip + 1
        return f"(SELECT *, file_row_number + {first} AS {ROW}, NULL::VARCHAR AS {FAULT} FROM {scan})"  # noqa: S608
    return f"(SELECT * REPLACE ({ROW}::BIGINT AS {ROW}) FROM {scan})"  # noqa: S608


def write(
    connection: duckdb.DuckDBPyConnection,
    *,
    reading: Reading,
    path: Path,
    columns: Sequence[ColumnSql],
    target: Path,
    token: TokenSql,
    parameters: Mapping[str, bytes],
) -> None:
    """Writes the staged file."""
    marks = [] if reading.is_in_place else [ROW, FAULT]
    marks += [name(DATUM)] if reading.has_datum else []
    kept = ", ".join([*map(name, reading.columns), *marks])
    staged = [sql for sql in columns if is_staged(sql)]
    select = f"SELECT {kept} FROM {_scan(reading, path)}"  # noqa: S608 - names are the dataset's
    if staged:
        raws = ", ".join(f"{name(sql.column.name)} AS {sql.raw}" for sql in staged)
        texts = ", ".join(f"{sql.text} AS {sql.cleaned}" for sql in staged)
        values = ", ".join(f"{sql.value} AS {sql.typed}" for sql in staged)
        made = ", ".join(
            f"CASE WHEN {sql.cleaned} IS DISTINCT FROM {sql.raw} THEN coalesce({sql.cleaned}, '') END AS _c{sql.number}, "
            f"CASE WHEN {sql.typed} IS NOT NULL THEN {token(sql.typed)} END AS {token_of(sql)}, "
            f"{digits.resident_is_wrong(sql.typed, f'n{sql.number}')} AS {wrong_of(sql)}"
            for sql in staged
        )
        numbers = ", ".join(f"{digits.first_seventeen(sql.typed)} AS n{sql.number}" for sql in staged)
        select = (
            f"SELECT {kept}, {made} FROM (SELECT *, {numbers} FROM (SELECT *, {values} FROM (SELECT *, {texts} FROM "  # noqa: S608
            f"(SELECT {kept}, {raws} FROM {_scan(reading, path)}))))"
        )
    fault.point("refine.copy.stage")
    connection.execute(f"COPY ({select}) TO {quote(str(target))} ({FORMAT})", dict(parameters) if staged else {})
