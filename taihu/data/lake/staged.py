"""Staged files: Parquet that a writer has put beside a table, with the statistics that its commit will carry."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

TEXT_CUT = 32  # what other writers of Delta tables keep of a text
LAST = "\U0010ffff"  # above every text that begins alike

CopyRow = tuple[str, int, int, int, Mapping[str, Mapping[str, str]], Mapping[str, str] | None]


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One Parquet file with rows, bytes, and per column the text that DuckDB gave for min, max and null count."""

    path: Path
    rows: int
    size: int
    statistics: Mapping[str, Mapping[str, str]]

    def to_json(self, columns: Iterable[tuple[str, str]]) -> str:
        """The `stats` of a Delta add action.

        Every column has its null count: a reader that sees statistics for some columns only may take
        the others for empty and return nothing. A column of the table that the file lacks is all null.
        A missing min or max means "may match".
        """
        types = dict(columns)
        lowest: dict[str, object] = {}
        highest: dict[str, object] = {}
        nulls = dict.fromkeys(types, self.rows)
        for name, found in self.statistics.items():
            if name not in types:
                continue
            nulls[name] = int(found.get("null_count", 0))
            bounds = _read_bounds(types[name], found)
            if bounds:
                lowest[name], highest[name] = bounds
        return json.dumps(
            {"numRecords": self.rows, "minValues": lowest, "maxValues": highest, "nullCount": nulls},
            ensure_ascii=False,
        )


def read_copy(rows: Iterable[CopyRow]) -> list[StagedFile]:
    """The files that a DuckDB `COPY … (FORMAT parquet, RETURN_STATS)` says it wrote, empty ones left out."""
    return [
        StagedFile(Path(path), rows_, size, read_statistics(statistics))
        for path, rows_, size, _footer, statistics, _partition in rows
        if rows_
    ]


def read_statistics(found: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Statistics by column; of a list (`"a"."element"`) only that the column is there."""
    read: dict[str, Mapping[str, str]] = {}
    for name, statistics in found.items():
        if name.endswith('"."element"'):
            read[_unquote(name.removesuffix('."element"'))] = {}
        else:
            read[_unquote(name)] = statistics
    return read


def _unquote(name: str) -> str:
    """`"a""b"` as DuckDB spells a column in its statistics → `a"b`."""
    return name[1:-1].replace('""', '"') if name[:1] == '"' == name[-1:] else name


def _read_bounds(duckdb_type: str, found: Mapping[str, str]) -> tuple[object, object] | None:
    """Min and max as JSON values; none where the type has no order that all readers share."""
    kind = duckdb_type.upper()
    least, most = found.get("min"), found.get("max")
    if least is None or most is None or kind.endswith("[]") or found.get("has_nan") == "true":
        return None
    read = BOUNDS.get(kind.partition("(")[0])
    return read(least, most) if read else None


def _read_whole(least: str, most: str) -> tuple[object, object] | None:
    """Bounds of whole numbers."""
    return int(least), int(most)


def _read_decimal(least: str, most: str) -> tuple[object, object] | None:
    """Bounds of decimals, rounded outwards."""
    return _round_down(least), _round_up(most)


def _read_float(least: str, most: str) -> tuple[object, object] | None:
    """Bounds of finite floats."""
    bounds = float(least), float(most)
    return bounds if all(map(math.isfinite, bounds)) else None


def _read_bool(least: str, most: str) -> tuple[object, object] | None:
    """Bounds of truth values, which DuckDB spells 0 and 1."""
    return least == "1", most == "1"


def _read_text(least: str, most: str) -> tuple[object, object] | None:
    """Bounds of texts, cut outwards."""
    return least[:TEXT_CUT], most if len(most) <= TEXT_CUT else most[:TEXT_CUT] + LAST


def _read_date(least: str, most: str) -> tuple[object, object] | None:
    """Bounds of dates."""
    return (least, most) if _is_plain(least) and _is_plain(most) else None


def _read_time(least: str, most: str) -> tuple[object, object] | None:
    """Bounds of times without a zone."""
    return (least.replace(" ", "T"), most.replace(" ", "T")) if _is_plain(least) and _is_plain(most) else None


def _read_instant(least: str, most: str) -> tuple[object, object] | None:
    """Bounds of instants in UTC, as Delta spells them."""
    return (_spell_instant(least), _spell_instant(most)) if _is_plain(least) and _is_plain(most) else None


BOUNDS: Mapping[str, Callable[[str, str], tuple[object, object] | None]] = {
    **dict.fromkeys(("BIGINT", "INTEGER", "SMALLINT", "TINYINT"), _read_whole),
    **dict.fromkeys(("DOUBLE", "FLOAT"), _read_float),
    "DECIMAL": _read_decimal,
    "BOOLEAN": _read_bool,
    "VARCHAR": _read_text,
    "DATE": _read_date,
    "TIMESTAMP": _read_time,
    "TIMESTAMP WITH TIME ZONE": _read_instant,
}


def _spell_instant(text: str) -> str:
    """`2020-01-01 08:00:00+08` → `2020-01-01T00:00:00.000000Z`."""
    return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _is_plain(text: str) -> bool:
    """False for infinity, years before Christ and years beyond 9999: readers disagree on their spelling."""
    return text[:4].isdigit() and text[4:5] == "-"


def _round_down(text: str) -> float:
    """The greatest float not above: JSON has no decimals, and a bound must hold after rounding too."""
    value = float(text)
    return value if Decimal(value) <= Decimal(text) else math.nextafter(value, -math.inf)


def _round_up(text: str) -> float:
    """The least float not below."""
    value = float(text)
    return value if Decimal(value) >= Decimal(text) else math.nextafter(value, math.inf)
