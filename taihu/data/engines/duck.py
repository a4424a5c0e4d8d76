"""Opens DuckDB connections that can read what they are given and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
from duckdb.sqltypes import BLOB, VARCHAR

from taihu.data.ledger import suite as suites

THREADS = 2
MEMORY_MB = 2048


def connect(
    *, threads: int = THREADS, memory_mb: int = MEMORY_MB, reads: Sequence[Path] = (), spills: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """An in-memory database whose configuration is locked before the first statement.

    Files are reachable only under `reads` (folders or single files); without any, none is. No extension is
    installed or loaded, no Python variable stands in for a table, no secret is kept. `spills` is a folder for
    what does not fit into memory; without it a query that needs more fails.
    """
    connection = duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": f"{memory_mb}MB",
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_unsigned_extensions": False,
        }
    )
    try:
        _lock(connection, reads, spills)
    except BaseException:
        connection.close()
        raise
    return connection


def _lock(connection: duckdb.DuckDBPyConnection, reads: Sequence[Path], spills: Path | None) -> None:
    connection.create_function(suites.GM_1.engine_digest, _sm3, [BLOB], VARCHAR)
    connection.execute("SET TimeZone = 'Asia/Shanghai'")
    connection.execute("SET allow_persistent_secrets = false")
    connection.execute(f"SET temp_directory = {_literal(str(spills) if spills else '')}")
    reachable = [*reads, *((spills,) if spills else ())]
    folders = [str(path.absolute()) + "/" for path in reachable if path.is_dir()]
    files = [str(path.absolute()) for path in reachable if not path.is_dir()]
    connection.execute(f"SET allowed_directories = [{', '.join(map(_literal, folders))}]")
    connection.execute(f"SET allowed_paths = [{', '.join(map(_literal, files))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _sm3(data: bytes) -> str:
    """SM3 in hexadecimal digits, for tokens: the engine has SHA-256 of its own, but not this. Nulls do not come here."""
    return suites.GM_1.digest(data).hex()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
