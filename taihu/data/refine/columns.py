"""Columns: the SQL that cleans and types each column of a delivery, plain spellings in SQL and the rest by its reader."""

from __future__ import annotations

import re
from dataclasses import dataclass

from taihu.data.query import kinds
from taihu.data.refine import readers, words
from taihu.terms.dataset import Column
from taihu.terms.standard import Standard, Standards

PLAIN_IDENTIFIERS = {
    "resident-id": "[1-9][0-9]{16}[0-9X]",
    "uscc": "[0-9A-HJ-NP-RTUWXY]{18}",
    "org-code": "[0-9A-Z]{9}",
    "registration-number": "[1-9][0-9]{14}",
    "phone": "1[3-9][0-9]{9}",
    "bank-account": "[0-9]{8,30}",
}
# Without 1899 and 1900, in which systems put their days of "nothing": the reader knows them.
PLAIN_YEAR = "(18[0-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})"
PLAIN_DATE = PLAIN_YEAR + "[-/][0-9]{1,2}[-/][0-9]{1,2}"
CHINESE_DATE = PLAIN_YEAR + "年[0-9]{1,2}月[0-9]{1,2}日"
COMPACT_DATE = PLAIN_YEAR + "[0-9]{4}"
PLAIN_TIME = "(1[89]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
DIVISION = "[1-9][0-9]{5}([0-9]{3}([0-9]{3})?)?"


def quote(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """An identifier in double quotes."""
    return '"' + text.replace('"', '""') + '"'


def duck_type(column: Column) -> str:
    """The governed type of a column."""
    return kinds.to_duckdb(column.kind)


def has_list(column: Column, standard: Standard | None) -> bool:
    """True for a column whose values stand in a closed list."""
    return bool(column.codes) or (standard is not None and standard.kind == "codes")


@dataclass(frozen=True, slots=True)
class ColumnSql:
    """One column in the checked relation: `r{n}` as it came, `t{n}` as cleaned text, `v{n}` typed.

    `text` is SQL over raw names, `value` over text names; `unread` says, over both, that there is a
    text but no value. `is_sent` is false for a column that the delivery lacks.
    """

    column: Column
    number: int
    text: str
    value: str
    is_sent: bool
    standard: Standard | None

    @property
    def raw(self) -> str:
        return f"r{self.number}"

    @property
    def cleaned(self) -> str:
        return f"t{self.number}"

    @property
    def typed(self) -> str:
        return f"v{self.number}"

    @property
    def reader(self) -> str:
        """The name under which the column's reader is registered."""
        return f"read_{self.number}"

    @property
    def spellings(self) -> str:
        """The table of plain spellings of a closed list, joined under `w{n}`; empty for other columns."""
        return f"spellings_{self.number}" if self.is_sent and has_list(self.column, self.standard) else ""

    @property
    def keeps_plain(self) -> bool:
        """True where a plain spelling is kept letter by letter, so that few rows need the cleaning twice."""
        is_other = self.spellings or self.column.is_vaulted or self.column.unit == "fen"
        return self.is_sent and not is_other and self.column.kind.name not in ("point", "bool")

    @property
    def unread(self) -> str:
        """True where there is a text that could not be typed."""
        return f"({self.cleaned} IS NOT NULL AND {self.typed} IS NULL)"


def make(
    column: Column, number: int, standards: Standards, *, is_sent: bool, has_datum: bool, heading_unit: str
) -> ColumnSql:
    """The SQL of one column."""
    standard = standards.standards.get(column.standard) if not column.codes else None
    if not is_sent:
        return ColumnSql(column, number, "NULL::VARCHAR", f"NULL::{duck_type(column)}", False, standard)
    text, value = _Writer(column, number, standards, has_datum=has_datum, heading_unit=heading_unit).write()
    return ColumnSql(column, number, text, value, True, standard)


class _Writer:
    """Writes text and value of one column."""

    def __init__(
        self, column: Column, number: int, standards: Standards, *, has_datum: bool, heading_unit: str
    ) -> None:
        self.column = column
        self.number, self.raw, self.cleaned = number, f"r{number}", f"t{number}"
        self.read = f"read_{number}({self.raw})"
        if column.kind.name == "point":
            self.read = f"read_{number}({self.raw}, {'_datum' if has_datum else 'NULL::VARCHAR'})"
        self.standards = standards
        self.heading_unit = heading_unit
        self.blanks = sorted({word.lower() for word in standards.blanks.words} | {""})

    def write(self) -> tuple[str, str]:
        kind = self.column.kind.name
        if kind in ("text", "code"):
            return self._text()
        return getattr(self, f"_{kind}")()  # type: ignore[no-any-return]

    def _case(self, *plain: tuple[str, str]) -> str:
        """The plain forms in order, each a condition on the raw text and what it becomes; then the reader."""
        whens = "".join(f" WHEN {condition} THEN {then}" for condition, then in plain)
        return f"CASE WHEN {self.raw} IS NULL THEN NULL{whens} ELSE {self.read} END"

    def _matches(self, pattern: str, text: str = "") -> str:
        return f"regexp_full_match({text or self.raw}, {quote(pattern)})"

    def _text(self) -> tuple[str, str]:
        standard = self.standards.standards.get(self.column.standard)
        if has_list(self.column, standard):
            return self._codes()
        if standard and standard.kind == "divisions":
            return self._division()
        if standard and standard.check in PLAIN_IDENTIFIERS:
            plain = (self._matches(PLAIN_IDENTIFIERS[standard.check]), self.raw)
            return self._case(plain), self._unless_marked(self.cleaned)
        if standard:
            return self._case(), self._unless_marked(self.cleaned)
        return self._free_text(), self._unless_marked(self.cleaned)

    def _free_text(self) -> str:
        """One pattern asks for dirt and for words of nothing; a long IN would become a join over every row."""
        blanks = "|".join(re.escape(word) for word in self.blanks)
        dirt = f"{words.DIRT}|^(?i:{blanks})$" + (f"|{words.DIRT_IN_NAMES}" if readers.is_name(self.column) else "")
        trimmed = f"trim({self.raw})"
        return self._case(
            (f"NOT regexp_matches({self.raw}, {quote(dirt)})", self.raw),
            (f"NOT regexp_matches({trimmed}, {quote(dirt)})", trimmed),
        )

    def _codes(self) -> tuple[str, str]:
        """Plain spellings are joined from a table (`spellings`), which beats a long CASE; the rest is read."""
        return self._case((f"w{self.number}.code IS NOT NULL", f"w{self.number}.code")), self._unless_marked(
            self.cleaned
        )

    def _unless_marked(self, value: str) -> str:
        """Nothing for a text that could not be read; a cast gives that by itself."""
        return f"CASE WHEN NOT starts_with({self.cleaned}, {quote(readers.MARK)}) THEN {value} END"

    def _division(self) -> tuple[str, str]:
        text = self._case((self._matches(DIVISION), self.raw))
        t = self.cleaned
        short = (
            f"CASE WHEN strlen({t}) = 12 AND ends_with({t}, '000000') THEN substr({t}, 1, 6) "
            f"WHEN strlen({t}) IN (9, 12) AND ends_with({t}, '000') THEN substr({t}, 1, strlen({t}) - 3) ELSE {t} END"
        )
        return text, self._unless_marked(short)

    def _date(self) -> tuple[str, str]:
        r = self.raw
        text = self._case(
            (self._matches(PLAIN_DATE), r),
            (self._matches(CHINESE_DATE), f"replace(replace(replace({r}, '年', '-'), '月', '-'), '日', '')"),
            (self._matches(COMPACT_DATE), f"substr({r}, 1, 4) || '-' || substr({r}, 5, 2) || '-' || substr({r}, 7, 2)"),
        )
        return text, f"try_cast({self.cleaned} AS DATE)"

    def _time(self) -> tuple[str, str]:
        text = self._case((self._matches(PLAIN_TIME), self.raw))
        return text, f"try_cast({self.cleaned} AS TIMESTAMP)"

    def _int(self) -> tuple[str, str]:
        number = f"try_cast({self.cleaned} AS BIGINT)"
        if self.column.unit == "fen" and self.heading_unit != readers.FEN_HEADING:
            zeros = str(100 * readers.MONEY_SCALE.get(self.heading_unit, 1))[1:]
            return self._case((self._matches("[1-9][0-9]{0,9}"), f"{self.raw} || '{zeros}'")), number
        return self._case((self._matches("0|-?[1-9][0-9]{0,17}"), self.raw)), number

    def _decimal(self) -> tuple[str, str]:
        whole = max(self.column.kind.precision - self.column.kind.scale, 1)
        text = self._case((self._matches(f"-?[0-9]{{1,{whole}}}(\\.[0-9]{{1,18}})?"), self.raw))
        return text, f"try_cast({self.cleaned} AS {duck_type(self.column)})"

    def _bool(self) -> tuple[str, str]:
        text = self._case(
            (f"{self.raw} IN ('是', '1', 'true')", "'true'"), (f"{self.raw} IN ('否', '0', 'false')", "'false'")
        )
        return text, f"CASE {self.cleaned} WHEN 'true' THEN true WHEN 'false' THEN false END"

    def _point(self) -> tuple[str, str]:
        return self._case(), f"CASE WHEN starts_with({self.cleaned}, 'POINT(') THEN {self.cleaned} END"
