"""Write: the one pass that puts right rows and wrong rows into files, and the small one that words the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from taihu.data.lake import staged
from taihu.data.lake.staged import StagedFile
from taihu.data.refine.columns import name, quote
from taihu.data.refine.plan import BITS, Plan
from taihu.data.refine.reasons import Test
from taihu.terms import fault
from taihu.terms.dataset import Dataset

SEPARATOR = "chr(31)"
MARKED = "marked_rows"
# Level 1 is a third faster than the default and no larger; short dictionaries only.
FORMAT = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4000"
# What stands beside the columns of the delivery in a table of returned rows.
RETURNED_MARKS = (
    ("_batch", "VARCHAR"),
    ("_number", "BIGINT"),
    ("_row", "BIGINT"),
    ("_key", "VARCHAR"),
    ("_has_key", "BOOLEAN"),
    ("_codes", "VARCHAR"),
    ("_columns", "VARCHAR"),
    ("_reasons", "VARCHAR"),
)


@dataclass(frozen=True, slots=True)
class Written:
    """What the passes wrote: files for the governed and the returned table, with their rows."""

    accepted: Sequence[StagedFile]
    returned: Sequence[StagedFile]
    failed: Mapping[int, int]
    checked: Mapping[int, int]

    @property
    def accepted_rows(self) -> int:
        """Rows that kept the promise."""
        return sum(file.rows for file in self.accepted)

    @property
    def returned_rows(self) -> int:
        """Rows that did not."""
        return sum(file.rows for file in self.returned)


def returned_columns(dataset: Dataset) -> list[tuple[str, str]]:
    """The columns of a table of returned rows: the delivery's texts as they came, then the marks."""
    return [*((column.name, "VARCHAR") for column in dataset.columns), *RETURNED_MARKS]


def key_sql(dataset: Dataset, prefix: str = "") -> str:
    """The key of a governed row as one text, tokens standing for identifiers; null where a part is missing."""
    parts = ", ".join(f"{name(prefix + column)}::VARCHAR" for column in dataset.key)
    given = " AND ".join(f"{name(prefix + column)} IS NOT NULL" for column in dataset.key)
    return f"CASE WHEN {given} THEN concat_ws({SEPARATOR}, {parts}) END" if dataset.key else "NULL::VARCHAR"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one batch through one connection into one staging folder."""

    connection: duckdb.DuckDBPyConnection
    plan: Plan
    batch: str
    number: int
    stage: Path

    def write(self, *, twins: str) -> Written:
        """Judges all rows, then writes the right ones and the wrong ones."""
        self._judge(twins)
        failed, checked = self._count_bits()
        return Written(self._write_right(), self._write_wrong(), failed, checked)

    def _judge(self, twins: str) -> None:
        """Makes the table of rows worth a look: row, twin, bits that failed, bits that had something to look at.

        A row without a failed bit is right and was only spelled in a way of its own. Not a WHERE: pushed down, it would write the cleaning of a value out at each place that names it.
        """
        words = "".join(f", f{n}: {self.plan.word(n)}, g{n}: {self._applied(n)}" for n in range(self.plan.words))
        names = "".join(f", w.f{n}, w.g{n}" for n in range(self.plan.words))
        fault.point("refine.judge.table")
        self.connection.execute(
            f"CREATE TEMP TABLE {MARKED} AS SELECT w.row, w.twin{names} FROM ("  # noqa: S608
            f"SELECT unnest(CASE WHEN {self.plan.is_spelled} OR {self.plan.is_wrong} THEN [{{row: _row, twin: _twin{words}}}] END) AS w "
            f"FROM {self.plan.judged(twins)})"
        )

    @property
    def _wrong(self) -> str:
        """True in the table of marked rows where a bit failed."""
        return " OR ".join(f"f{n} <> 0" for n in range(self.plan.words))

    def _write_right(self) -> list[StagedFile]:
        governed = ", ".join(f"{sql} AS {name(column)}" for column, _, sql in self.plan.governed(self.batch))
        fault.point("refine.copy.right")
        rows = self.connection.execute(
            f"COPY (SELECT {governed} FROM {self.plan.typed(marked=MARKED)} WHERE _row NOT IN (SELECT row FROM {MARKED} WHERE {self._wrong})) "  # noqa: S608
            f"TO {quote(str(self.stage / 'right.parquet'))} ({FORMAT}, RETURN_STATS)"
        ).fetchall()
        return staged.read_copy(rows)

    def _applied(self, number: int) -> str:
        """Bits of the tests that had something to look at in a row."""
        mine = list(enumerate(self.plan.tests))[number * BITS : (number + 1) * BITS]
        return " + ".join(f"(({self._has_all(test)})::BIGINT << {bit % BITS})" for bit, test in mine) or "0"

    def _has_all(self, test: Test) -> str:
        cleaned = {sql.column.name: sql.cleaned for sql in self.plan.columns}
        return " AND ".join(f"{cleaned[column]} IS NOT NULL" for column in test.needs) or "true"

    def _count_bits(self) -> tuple[dict[int, int], dict[int, int]]:
        """Per test: wrong rows that failed it, and wrong rows that it looked at."""
        bits = list(enumerate(self.plan.tests))
        sums = [f"sum({word}{bit // BITS} >> {bit % BITS} & 1)" for word in "fg" for bit, _ in bits]
        row = self.connection.execute(f"SELECT {', '.join(sums)} FROM {MARKED} WHERE {self._wrong}").fetchone()  # noqa: S608
        counts = [int(count or 0) for count in row or ()]
        return dict(enumerate(counts[: len(bits)])), dict(enumerate(counts[len(bits) :]))

    def _write_wrong(self) -> list[StagedFile]:
        """The table of returned rows: texts as they came, key, codes and sentences."""
        dataset = self.plan.dataset
        raws = [f"{sql.raw} AS {name(sql.column.name)}" for sql in self.plan.columns]
        keys = {column: sql for column, _, sql in self.plan.governed(self.batch)}
        key = ", ".join(f"{keys[column]} AS {name('key ' + column)}" for column in dataset.key)
        spoiled = [self._failed(bit) for bit, test in enumerate(self.plan.tests) if self._spoils_key(test)]
        marks = [
            f"{quote(self.batch)} AS _batch",
            f"{self.number}::BIGINT AS _number",
            "_row",
            f"{key_sql(dataset, 'key ')} AS _key",
            f"({key_sql(dataset, 'key ')} IS NOT NULL AND NOT ({' OR '.join(spoiled)})) AS _has_key",
            f"{self._listed(lambda test: quote(f'{test.code}:{test.column}'), ' ')} AS _codes",
            f"{self._listed(lambda test: quote(test.column) if test.column else 'NULL', ',')} AS _columns",
            f"{self._listed(_sentence, chr(10))} AS _reasons",
        ]
        fault.point("refine.copy.wrong")
        rows = self.connection.execute(
            f"COPY (SELECT {', '.join([*raws, *marks])} FROM ("  # noqa: S608
            f"SELECT w.*, q.*{', ' + key if key else ''} "
            f"FROM {self.plan.typed()} q JOIN (SELECT * FROM {MARKED} WHERE {self._wrong}) w ON q._row = w.row) ORDER BY _row) "
            f"TO {quote(str(self.stage / 'wrong.parquet'))} ({FORMAT}, RETURN_STATS)"
        ).fetchall()
        return staged.read_copy(rows)

    def _spoils_key(self, test: Test) -> bool:
        return test.code.startswith("R-ROW") or (
            test.column in self.plan.dataset.key and test.code not in ("R-KEY-02", "R-KEY-03")
        )

    def _listed(self, write: Any, separator: str) -> str:
        parts = ", ".join(
            f"CASE WHEN {self._failed(bit)} THEN {write(test)} END" for bit, test in enumerate(self.plan.tests)
        )
        return f"concat_ws({quote(separator)}, {parts})"

    @staticmethod
    def _failed(bit: int) -> str:
        return f"(f{bit // BITS} >> {bit % BITS} & 1 = 1)"


def _sentence(test: Test) -> str:
    """The sentence of a test as SQL, with the row's number and its twin's."""
    before, _, after = test.to_line("{row}").partition("{row}")
    sql = f"{quote(before)} || _row || {quote(after)}"
    if "{twin}" in after:
        first, _, last = after.partition("{twin}")
        sql = f"{quote(before)} || _row || {quote(first)} || abs(twin) || {quote(last)}"
    return sql


def scan(files: Sequence[StagedFile]) -> str:
    """The relation of staged files."""
    listed = ", ".join(quote(str(file.path)) for file in files)
    return f"read_parquet([{listed}], hive_partitioning=false)"
