"""Plan: one SELECT that cleans, types and checks every row of a delivery, written from the dataset's declaration."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
from duckdb import func, sqltypes

from taihu.data.refine import checks, columns, digits, points, readers, stage
from taihu.data.refine.columns import ColumnSql, name, quote
from taihu.data.refine.reasons import Test
from taihu.terms import identifiers
from taihu.terms.dataset import Dataset
from taihu.terms.standard import Standards

BITS = 62  # of a BIGINT, without its sign
MASKED = "__masked"
# Faults of a whole row: what its cells seem to say is noise then.
SHIFTED = ("short", "long", "cut", "garbled")


@dataclass(frozen=True, slots=True)
class Plan:
    """The typed relation of one delivery and the tests of its rows.

    Its columns: `_row`, `_fault`; per column `r{n}` (as it came), `t{n}` (clean text), `v{n}` (typed);
    `n{n}` for resident numbers. A word of bits holds one bit per test that failed.
    """

    dataset: Dataset
    columns: tuple[ColumnSql, ...]
    tests: tuple[Test, ...]
    source: str
    standards: Standards
    has_datum: bool
    units: Mapping[str, str]

    @property
    def words(self) -> int:
        """How many words of bits there are."""
        return max(1, -(-len(self.tests) // BITS))

    @property
    def key(self) -> tuple[ColumnSql, ...]:
        """The columns of the key."""
        return tuple(next(sql for sql in self.columns if sql.column.name == part) for part in self.dataset.key)

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Gives the connection the readers that the SQL calls."""
        for sql in self.columns:
            if not sql.is_sent:
                continue
            if sql.column.kind.name == "point":
                _add(connection, sql.reader, _point_reader(self, sql), 2)
            else:
                unit = self.units.get(sql.column.name, "")
                _add(connection, sql.reader, readers.make_reader(sql.column, self.standards, heading_unit=unit), 1)
        connection.execute("CREATE TEMP TABLE home_divisions AS SELECT unnest($1::VARCHAR[]) AS code", [_home(self)])
        for sql in self.columns:
            if sql.spellings:
                _fill_spellings(connection, sql, self.standards)
        if any(sql.standard and sql.standard.check == "certificate-id" for sql in self.columns):
            connection.create_function("certificate_is_wrong", _certificate_is_wrong, ["VARCHAR"], "BOOLEAN")

    def typed(self, *, only: Sequence[ColumnSql] = (), marked: str = "") -> str:
        """A bracketed SELECT of raw, clean and typed columns: all, or some with their row.

        Where `marked` is a table of rows that an earlier pass found worth a look, the others are known
        to be plain and are not cleaned again.
        """
        chosen = tuple(only) or self.columns
        raws = ", ".join(f"{name(sql.column.name)} AS {sql.raw}" for sql in chosen if sql.is_sent)
        raws += "".join(f", {stage.staged_names(sql)}" for sql in chosen if stage.is_staged(sql))
        missing = "".join(f", NULL::VARCHAR AS {sql.raw}" for sql in chosen if not sql.is_sent)
        datum = ', "__datum" AS _datum' if self.has_datum else ""
        texts = ", ".join(f"{self._text(sql, marked)} AS {sql.cleaned}" for sql in chosen)
        values = ", ".join(f"{sql.value} AS {sql.typed}" for sql in chosen)
        numbers = "".join(
            f", {digits.first_seventeen(sql.typed)} AS {checks.number_of(sql)}"
            for sql in chosen
            if checks.has_number(sql)
        )
        joins = "".join(
            f" LEFT JOIN {sql.spellings} w{sql.number} ON {sql.raw} = w{sql.number}.word"
            for sql in chosen
            if sql.spellings
        )
        datum += f", _row IN (SELECT row FROM {marked}) AS _marked" if marked else ""  # noqa: S608
        raw = f"SELECT _row, _fault{datum}{', ' + raws if raws else ''}{missing} FROM {self.source}"  # noqa: S608
        read = f"(SELECT *, {values} FROM (SELECT q.*, {texts} FROM ({raw}) q{joins}))"  # noqa: S608
        return f"(SELECT *{numbers} FROM {read})" if numbers else read  # noqa: S608

    def _text(self, sql: ColumnSql, marked: str) -> str:
        """The clean text of a column, unless it was worked out before."""
        if stage.is_staged(sql):
            return stage.clean_of(sql)
        is_known = marked and sql.keeps_plain
        return f"CASE WHEN _marked THEN {sql.text} ELSE {sql.raw} END" if is_known else sql.text

    def judged(self, twins: str = "") -> str:
        """A bracketed SELECT of the typed relation with `_twin`; `twins` is a table (row, twin) of rows that stand twice."""
        if not twins:
            return f"(SELECT *, NULL::BIGINT AS _twin FROM {self.typed()})"  # noqa: S608
        return f"(SELECT q.*, w.twin AS _twin FROM {self.typed()} q LEFT JOIN {twins} w ON q._row = w.row)"  # noqa: S608

    def word(self, number: int) -> str:
        """One word of bits; on a shifted row only what the reading said counts."""
        shifted = ", ".join(map(quote, SHIFTED))
        mine = list(enumerate(self.tests))[number * BITS : (number + 1) * BITS]
        of_row = [_bit(test, bit) for bit, test in mine if test.code.startswith("R-ROW")]
        of_cells = [_bit(test, bit) for bit, test in mine if not test.code.startswith("R-ROW")]
        cells = f"CASE WHEN _fault IN ({shifted}) THEN 0 ELSE {' + '.join(of_cells)} END" if of_cells else ""
        return " + ".join([*of_row, *filter(None, [cells])]) or "0::BIGINT"

    @property
    def is_spelled(self) -> str:
        """True where cleaning changed a cell of a column that keeps plain spellings."""
        looked = (sql for sql in self.columns if sql.keeps_plain)
        return " OR ".join(f"{sql.cleaned} IS DISTINCT FROM {sql.raw}" for sql in looked) or "false"

    @property
    def is_wrong(self) -> str:
        """True where a test fails: cheaper for the many right rows than their bits."""
        return " OR ".join(f"coalesce({test.fails}, false)" for test in self.tests)

    def governed(self, batch: str) -> list[tuple[str, str, str]]:
        """The columns of the governed table: name, type, SQL over the checked relation."""
        found = []
        for sql in self.columns:
            column = sql.column
            if column.is_vaulted:
                token = stage.token_of(sql) if sql.is_sent else "NULL::VARCHAR"
                found.append((column.name, "VARCHAR", token))
                masked = f"substr({sql.typed}, 1, 6) || '********' || substr({sql.typed}, 15, 4)"
                found.append((column.name + MASKED, "VARCHAR", masked))
            else:
                found.append((column.name, columns.duck_type(column), sql.typed))
        return [*found, ("_batch", "VARCHAR", f"{quote(batch)}"), ("_row", "BIGINT", "_row")]


def _bit(test: Test, number: int) -> str:
    return f"(coalesce({test.fails}, false)::BIGINT << {number % BITS})"


def _add(connection: duckdb.DuckDBPyConnection, reader: str, read: Callable[..., str | None], arguments: int) -> None:
    text = sqltypes.VARCHAR
    special = func.FunctionNullHandling.SPECIAL
    connection.create_function(reader, read, [text] * arguments, text, null_handling=special)


def _home(plan: Plan) -> list[str]:
    return sorted({division.code for division in plan.standards.atlas})


def _fill_spellings(connection: duckdb.DuckDBPyConnection, sql: ColumnSql, standards: Standards) -> None:
    """The table of plain spellings of a closed list; what is not in it goes to the reader."""
    found = readers.spellings_of(sql.column, standards)
    found |= {code: code for code in found.values()}
    connection.execute(
        f"CREATE TEMP TABLE {sql.spellings} AS SELECT unnest($1::VARCHAR[]) AS word, unnest($2::VARCHAR[]) AS code",
        [list(found), list(found.values())],
    )


def _certificate_is_wrong(text: str) -> bool:
    return identifiers.find_certificate_fault(text) is identifiers.Fault.CHECK


def _point_reader(plan: Plan, sql: ColumnSql) -> Callable[[str | None, str | None], str | None]:
    blank = readers.make_reader(sql.column, plan.standards)
    reader = points.PointReader(plan.standards)

    def read(text: str | None, datum: str | None) -> str | None:
        kept = blank(text)
        return None if kept is None else reader.read(kept, datum)

    return read


def make_plan(
    *,
    dataset: Dataset,
    source: str,
    sent: Sequence[str],
    standards: Standards,
    today: datetime.date,
    has_datum: bool = False,
    units: Mapping[str, str] | None = None,
) -> Plan:
    """The plan for a relation of texts with `_row` and `_fault`; columns that it lacks read as nothing."""
    made = tuple(
        columns.make(
            column,
            number,
            standards,
            is_sent=column.name in sent,
            has_datum=has_datum,
            heading_unit=(units or {}).get(column.name, ""),
        )
        for number, column in enumerate(dataset.columns)
    )
    tests = checks.list_tests(checks.Subject(dataset, made, standards, today))
    return Plan(dataset, made, tuple(tests), source, standards, has_datum, dict(units or {}))
