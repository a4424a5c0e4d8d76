"""Hunt: what is looked for, as conditions over the columns of any table and over the bytes of any file."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from duckdb import sqltypes

from taihu.data.refine import dates
from taihu.data.refine.columns import name as quoted
from taihu.terms import identifiers
from taihu.terms.zone import Zone

SEPARATORS = r"[ \t\x{a0}\x{3000}\x{200b}\x{feff}\-‐‑‒–—―·_.]{0,2}"
LAST_LETTER = "[XxＸｘ×Хх]"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
DEEPEST = 4
ROWS, SUBJECTS = "hunted", "hunted_subjects"
DAY, NUMBER = "hunt_day", "hunt_number"


@dataclass(frozen=True, slots=True)
class Found:
    """Rows to erase by dataset and batch; batches to rewrite with the objects they had; tokens; subjects of bases."""

    rows: Mapping[str, Mapping[str, Sequence[int]]] = field(default_factory=dict)
    batches: Sequence[str] = ()
    objects: Sequence[str] = ()
    tokens: Sequence[str] = ()
    subjects: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Hunt:
    """A person by the kept spelling of the identifier and its token, or the rows of a dataset from before a day."""

    identifier: str = ""
    token: str = ""
    dataset: str = ""
    column: str = ""
    before: str = ""

    @property
    def pattern(self) -> str:
        """The number in half or full width, with marks between its digits; and its form of fifteen digits, standing alone."""
        if not self.identifier:
            return ""
        whole = _spell(self.identifier)
        is_old = len(self.identifier) == 18 and self.identifier[6:8] == "19"
        short = _spell(self.identifier[:6] + self.identifier[8:17]) if is_old else ""
        return f"{whole}|(?:^|[^0-9]){short}(?:[^0-9]|$)" if short else whole

    @property
    def parameters(self) -> dict[str, object]:
        """What the conditions name."""
        return {"pattern": self.pattern, "token": self.token, "number": self.identifier, "before": self.before}

    def in_texts(self, columns: Sequence[tuple[str, str]]) -> str:
        """True where a column of the person's row says the number or holds its token; empty where none can."""
        parts = []
        for column, kind in columns if self.identifier else ():
            text = f"{quoted(column)}::VARCHAR"
            if "VARCHAR" in kind:
                parts.append(f"(regexp_matches({text}, $pattern) OR contains({text}, $token))")
            elif kind.startswith(("BIGINT", "DECIMAL", "HUGEINT")):
                parts.append(f"{text} = $number")
        return " OR ".join(f"coalesce({part}, false)" for part in parts)

    def in_dates(self, columns: Sequence[tuple[str, str]]) -> str:
        """True where the date from which the period runs lies too far back; it may be a text as it came."""
        kinds = dict(columns)
        if not self.before or self.column not in kinds:
            return ""
        value = quoted(self.column)
        day = f"{DAY}({value})" if kinds[self.column] == "VARCHAR" else f"{value}::VARCHAR"
        return f"coalesce(try_cast(left({day}, 10) AS DATE) < $before::DATE, false)"

    def in_rows(self, zone: Zone, table: str, columns: Sequence[tuple[str, str]]) -> str:
        """What goes of a table once all rows are known: by what it says, by its batch and row, by its subject."""
        names = {name for name, _ in columns}
        own = table.removesuffix(".returned")
        parts = [self.in_texts(columns)]
        if zone in (Zone.GOVERNED, Zone.COLLECTED) and {"_batch", "_row"} <= names:
            parts.append(f"(_batch, _row) IN (SELECT batch, row FROM {ROWS} WHERE dataset = '{own}')")  # noqa: S608 - ours
        elif {"subject", "dataset", "batch", "row"} <= names:
            parts.append(f"(dataset, batch, row) IN (SELECT dataset, batch, row FROM {ROWS})")  # noqa: S608 - ours
        elif zone is Zone.BASE and "subject" in names:
            parts.append(f"subject IN (SELECT subject FROM {SUBJECTS})")  # noqa: S608 - ours
        return " OR ".join(filter(None, parts))

    def holds(self, path: Path) -> bool:
        """True where a file says the number, in any of four encodings, also inside archives; reads it into memory."""
        return bool(self.identifier) and holds(path.read_bytes(), self.identifier)


def register(connection: duckdb.DuckDBPyConnection, check: str) -> None:
    """Gives the engine the readers of dates and identifiers, and empty tables of what was found."""
    text = sqltypes.VARCHAR
    connection.create_function(DAY, dates.read_date, [text], text)
    connection.create_function(NUMBER, lambda said: identifiers.read(check, said), [text], text)
    connection.execute(f"CREATE TEMP TABLE {ROWS} (dataset VARCHAR, batch VARCHAR, row BIGINT)")
    connection.execute(f"CREATE TEMP TABLE {SUBJECTS} (subject VARCHAR)")


def fill(connection: duckdb.DuckDBPyConnection, found: Found) -> None:
    """Puts what was found into the engine's tables."""
    triples = [(d, b, r) for d, of in found.rows.items() for b, rows in of.items() for r in rows]
    columns = [list(column) for column in zip(*triples, strict=True)] or [[], [], []]
    connection.execute(f"DELETE FROM {ROWS}")  # noqa: S608 - ours
    connection.execute(
        f"INSERT INTO {ROWS} SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[])",
        columns,
    )
    connection.execute(f"INSERT INTO {SUBJECTS} SELECT unnest(?::VARCHAR[])", [list(found.subjects)])


def holds(data: bytes, needle: str, *, depth: int = 0) -> bool:
    """True where bytes hold a text, also packed into zip or gzip."""
    if any(needle.encode(encoding) in data for encoding in ENCODINGS):
        return True
    return depth < DEEPEST and any(holds(inner, needle, depth=depth + 1) for inner in _unpack(data))


def _unpack(data: bytes) -> Iterator[bytes]:
    try:
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                yield from (packed.read(info) for info in packed.infolist() if not info.flag_bits & 1)
        elif data[:2] == b"\x1f\x8b":
            yield gzip.decompress(data)
    except (OSError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return


def _spell(number: str) -> str:
    digits = [f"[{c}{chr(ord(c) + 0xFEE0)}]" if c.isdigit() else LAST_LETTER for c in number]
    return SEPARATORS.join(digits)
