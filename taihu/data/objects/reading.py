"""Reading: how to read the rows of a delivery, as one CSV of texts with the dataset's own column names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROW, FAULT, DATUM = "_row", "_fault", "__datum"

# Why a row cannot be what its sender meant, beside what its values say. Refine returns such rows.
FAULTS = {
    "short": "该行的列数少于表头",
    "long": "该行的列数多于表头",
    "cut": "文件在该行中间断开",
    "digits": "Excel 以数字保存了超过 15 位的号码，末尾数字已丢失",
    "error": "该行含有 Excel 错误值（如 #N/A、#REF!）",
    "garbled": "该行含有损坏的字符",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was found out about a delivery and is shown in its receipt."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A UTF-8 CSV (quote `"`, doubled inside) kept as an object, and what its columns mean.

    `layout` names what stands at each position: a column of the dataset, `_row`, `_fault`, `__datum`,
    or nothing for a column that is kept out. Without `_row` in the layout the file is the sender's own
    and row n of the data stands in line `skip + n`. `letters` are the columns of the sender's sheet.
    `units` are units of money that the heading states (月救助金额(万元)).
    `cut_at` is the line in which the file breaks off, 0 where it does not. `source` is the file that was read (the workbook inside a zip); `facts` go into the receipt.
    """

    sha256: str
    rows: int
    layout: tuple[str, ...]
    delimiter: str = ","
    skip: int = 0
    source: str = ""
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)
    header_rows: tuple[int, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    cut_at: int = 0

    @property
    def is_in_place(self) -> bool:
        """True where the sender's own file is read, row numbers being line numbers."""
        return ROW not in self.layout

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the dataset that the delivery has, in its order."""
        return tuple(name for name in self.layout if name and not name.startswith("_"))

    @property
    def has_datum(self) -> bool:
        """True where the delivery says the coordinate system row by row."""
        return DATUM in self.layout

    def to_scan(self, path: Path) -> str:
        """The bare `read_csv(…)` call; every column is VARCHAR, empty is NULL, names are the layout's."""
        names = [name or f"_skipped_{n}" for n, name in enumerate(self.layout)]
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        place = str(path).replace("'", "''")
        delimiter = self.delimiter.replace("'", "''")
        # Ours ends its lines with LF; left to guess, the engine takes a CR LF within quotes for the end of all lines.
        ends = "" if self.is_in_place else r"new_line='\n', "
        return (
            f"read_csv('{place}', auto_detect=false, header=false, skip={self.skip}, delim='{delimiter}', "
            f"quote='\"', escape='\"', {ends}columns={{{columns}}}, null_padding=false, max_line_size=16777216)"
        )

    def to_sql(self, path: Path) -> str:
        """A bracketed SELECT of the delivery's columns, `_row` (BIGINT), `_fault` and, where told, `__datum`."""
        wanted = ", ".join(f'"{name}"' for name in (*self.columns, *((DATUM,) if self.has_datum else ())))
        if self.is_in_place:
            marks = f"row_number() OVER () + {self.skip} AS {ROW}, NULL::VARCHAR AS {FAULT}"
        else:
            marks = f"{ROW}::BIGINT AS {ROW}, {FAULT}"
        return f"(SELECT {wanted}, {marks} FROM {self.to_scan(path)})"  # noqa: S608 - names are the dataset's, the path is quoted

    def to_json(self) -> str:
        """The reading as the register keeps it; it holds titles and counts, never a row's value."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Reading:
        """Reads what `to_json` wrote."""
        found = json.loads(text)
        found["facts"] = tuple(Fact(**fact) for fact in found["facts"])
        for name in ("layout", "header_rows", "notes"):
            found[name] = tuple(found[name])
        return cls(**found)
