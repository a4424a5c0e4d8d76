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
from taihu.data.refine.plan import BITS, Plan, TokenSql
from taihu.data.refine.reasons import Test
from taihu.terms import fault
from taihu.terms.dataset import Dataset

SEPARATOR = "chr(31)"
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
    parts = ", ".join(f"{prefix}{name(column)}::VARCHAR" for column in dataset.key)
    given = " AND ".join(f"{prefix}{name(column)} IS NOT NULL" for column in dataset.key)
    return f"CASE WHEN {given} THEN concat_ws({SEPARATOR}, {parts}) END" if dataset.key else "NULL::VARCHAR"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one batch through one connection into one staging folder."""

    connection: duckdb.DuckDBPyConnection
    plan: Plan
    batch: str
    number: int
    stage: Path

    def write(self, *, twins: str, token: TokenSql, parameters: Mapping[str, Any]) -> Written:
        """One pass over the delivery, one over the wrong rows."""
        right, wrong = self._split(twins, token, parameters)
        if not wrong:
            return Written(right, [], {}, {})
        failed, checked = self._count_bits(wrong)
        return Written(right, self._word(wrong), failed, checked)

    def _split(
        self, twins: str, token: TokenSql, parameters: Mapping[str, Any]
    ) -> tuple[list[StagedFile], list[StagedFile]]:
        governed = ", ".join(f"{sql} AS {name(column)}" for column, _, sql in self.plan.governed(token, self.batch))
        raws = ", ".join(sql.raw for sql in self.plan.columns)
        words = "".join(f", CASE WHEN NOT _right THEN f{n} END AS _f{n}" for n in range(self.plan.words))
        applied = "".join(
            f", CASE WHEN NOT _right THEN {self._applied(n)} END AS _g{n}" for n in range(self.plan.words)
        )
        twin = ", CASE WHEN NOT _right THEN _twin END AS _twin"
        select = (
            f"SELECT _right, {governed}, CASE WHEN NOT _right THEN [{raws}] END AS _raw{words}{applied}{twin} "  # noqa: S608
            f"FROM (SELECT *, {self.plan.is_right} AS _right FROM {self.plan.checked(twins)})"
        )
        fault.point("refine.copy.split")
        rows = self.connection.execute(
            f"COPY ({select}) TO {quote(str(self.stage / 'split'))} "
            "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (_right), RETURN_STATS)",
            {key: value for key, value in parameters.items() if f"${key}" in select},
        ).fetchall()
        right = [row for row in rows if (row[5] or {}).get("_right") == "true"]
        wrong = [row for row in rows if (row[5] or {}).get("_right") == "false"]
        return staged.read_copy(right), staged.read_copy(wrong)

    def _applied(self, number: int) -> str:
        """Bits of the tests that had something to look at in a row."""
        mine = list(enumerate(self.plan.tests))[number * BITS : (number + 1) * BITS]
        return " + ".join(f"(({self._has_all(test)})::BIGINT << {bit % BITS})" for bit, test in mine) or "0"

    def _has_all(self, test: Test) -> str:
        cleaned = {sql.column.name: sql.cleaned for sql in self.plan.columns}
        return " AND ".join(f"{cleaned[column]} IS NOT NULL" for column in test.needs) or "true"

    def _count_bits(self, wrong: Sequence[StagedFile]) -> tuple[dict[int, int], dict[int, int]]:
        """Per test: wrong rows that failed it, and wrong rows that it looked at."""
        bits = list(enumerate(self.plan.tests))
        sums = [f"sum(_{word}{bit // BITS} >> {bit % BITS} & 1)" for word in "fg" for bit, _ in bits]
        row = self.connection.execute(f"SELECT {', '.join(sums)} FROM {scan(wrong)}").fetchone()  # noqa: S608
        counts = [int(count or 0) for count in row or ()]
        return dict(enumerate(counts[: len(bits)])), dict(enumerate(counts[len(bits) :]))

    def _word(self, wrong: Sequence[StagedFile]) -> list[StagedFile]:
        """The table of returned rows: raw texts, key, codes and sentences."""
        dataset = self.plan.dataset
        raws = [f"_raw[{n + 1}] AS {name(column.name)}" for n, column in enumerate(dataset.columns)]
        has_key = " AND ".join(
            f"NOT {self._failed(bit)}" for bit, test in enumerate(self.plan.tests) if self._spoils_key(test)
        )
        marks = [
            "_batch",
            f"{self.number}::BIGINT AS _number",
            "_row",
            f"{key_sql(dataset)} AS _key",
            f"({key_sql(dataset)} IS NOT NULL AND {has_key or 'true'}) AS _has_key",
            f"{self._listed(lambda test: quote(f'{test.code}:{test.column}'), ' ')} AS _codes",
            f"{self._listed(lambda test: quote(test.column) if test.column else 'NULL', ',')} AS _columns",
            f"{self._listed(_sentence, chr(10))} AS _reasons",
        ]
        fault.point("refine.copy.returned")
        rows = self.connection.execute(
            f"COPY (SELECT {', '.join([*raws, *marks])} FROM {scan(wrong)} ORDER BY _row) "  # noqa: S608
            f"TO {quote(str(self.stage / 'returned.parquet'))} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS)"
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
        return f"(_f{bit // BITS} >> {bit % BITS} & 1 = 1)"


def _sentence(test: Test) -> str:
    """The sentence of a test as SQL, with the row's number and its twin's."""
    before, _, after = test.to_line("{row}").partition("{row}")
    sql = f"{quote(before)} || _row || {quote(after)}"
    if "{twin}" in after:
        first, _, last = after.partition("{twin}")
        sql = f"{quote(before)} || _row || {quote(first)} || abs(_twin) || {quote(last)}"
    return sql


def scan(files: Sequence[StagedFile]) -> str:
    """The relation of staged files."""
    listed = ", ".join(quote(str(file.path)) for file in files)
    return f"read_parquet([{listed}], hive_partitioning=false)"
