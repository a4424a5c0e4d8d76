"""Values: hands the vault the identifiers for which tokens will stand, read back from the staged delivery."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from taihu.data.engines import duck
from taihu.data.refine import stage
from taihu.data.refine.columns import ColumnSql, name
from taihu.data.vault.vault import Vault

MEMORY_MB = 300
ROWS_AT_ONCE = 200_000


def keep(vault: Vault, *, columns: Sequence[ColumnSql], source: str, folder: Path) -> None:
    """Keeps the values of all identifiers whose check character is right.

    Opens an engine of its own, so that it can run beside the passes over the rows.
    """
    connection = duck.connect(threads=1, memory_mb=MEMORY_MB, reads=[folder])
    try:
        for sql in filter(stage.is_staged, columns):
            value = stage.clean_of(sql, name(sql.column.name))
            reader = connection.execute(
                f"SELECT {stage.token_of(sql)} AS token, {value} AS value FROM {source} "  # noqa: S608 - names are the dataset's
                f"WHERE NOT {stage.wrong_of(sql)}"
            ).to_arrow_reader(ROWS_AT_ONCE)
            vault.keep(reader)
    finally:
        connection.close()
