"""Tests: every check that a dataset declares, in the order of its columns, as conditions over the checked relation."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taihu.data.query import duckdb as writer
from taihu.data.query import read
from taihu.data.refine import digits, reasons, stage
from taihu.data.refine.columns import ColumnSql, quote
from taihu.data.refine.reasons import Test, make_test
from taihu.terms.dataset import Column, Dataset
from taihu.terms.standard import Standards

FORM_CODES = {"date": "R-FRM-01", "time": "R-FRM-02", "int": "R-FRM-03", "decimal": "R-FRM-04", "bool": "R-FRM-05"}
AGREEMENT_CODES = {"sex": "R-AGR-01", "born": "R-AGR-02", "division": "R-AGR-03"}
LONGEST_LIST = 12
# Declared units as officials know them; others are shown as they are declared.
UNITS = {
    "minutes": "分钟", "hours": "小时", "days": "天", "years": "年", "metres": "米", "kilometres": "千米", "mm": "毫米",
    "percent": "%", "people": "人", "ug/m3": "微克/立方米",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """What the tests of a dataset are written about."""

    dataset: Dataset
    columns: Sequence[ColumnSql]
    standards: Standards
    today: datetime.date

    def find(self, column: str) -> ColumnSql:
        """The SQL of a column of the dataset."""
        return next(sql for sql in self.columns if sql.column.name == column)


def number_of(sql: ColumnSql) -> str:
    """The column of the checked relation that holds a resident number's first seventeen digits."""
    return f"n{sql.number}"


def has_number(sql: ColumnSql) -> bool:
    """True for a resident number."""
    return sql.is_sent and sql.standard is not None and sql.standard.check == "resident-id"


def list_tests(subject: Subject) -> list[Test]:
    """All tests in the order in which reasons are told; what the reading says of a row comes first."""
    found = [*_of_reading(), *_of_key(subject)]
    for sql in subject.columns:
        found += _of_column(subject, sql)
    found += [test for sql in subject.columns for test in _of_agreement(subject, sql)]
    return found + _of_rules(subject)


def _of_reading() -> list[Test]:
    other = " AND ".join(f"_fault <> {quote(word)}" for word in reasons.OF_READING)
    tests = [make_test(code, "", f"_fault = {quote(word)}") for word, code in reasons.OF_READING.items()]
    return [*tests, make_test(reasons.OTHER_READING, "", other)]


def _of_key(subject: Subject) -> list[Test]:
    """Rows that stand twice are told by the pre-scan, as `_twin`: the row of the other, negative where it differs."""
    title = "、".join(subject.dataset.column(column).title for column in subject.dataset.key)
    first = subject.dataset.key[0] if subject.dataset.key else ""
    return [
        make_test("R-KEY-02", first, "_twin > 0", row="{twin}"),
        make_test("R-KEY-03", first, "_twin < 0", row="{twin}", title=title),
    ]


def _of_column(subject: Subject, sql: ColumnSql) -> Iterator[Test]:
    column = sql.column
    if column.name in subject.dataset.key:
        yield make_test("R-KEY-01", column.name, f"{sql.cleaned} IS NULL", title=column.title)
    elif column.is_required:
        yield make_test("R-REQ-01", column.name, f"{sql.cleaned} IS NULL", title=column.title)
    if not sql.is_sent:
        return
    yield from _of_form(subject, sql)
    if column.range_from is not None or column.range_to is not None:
        yield _range(sql)


def _of_form(subject: Subject, sql: ColumnSql) -> Iterator[Test]:
    column, kind = sql.column, sql.column.kind
    if column.codes or (sql.standard and sql.standard.kind == "codes"):
        yield _code_test(sql)
    elif sql.standard and sql.standard.kind == "divisions":
        yield from _division_tests(subject, sql)
    elif sql.standard:
        yield from _identifier_tests(subject, sql)
    elif kind.name == "point":
        yield from _point_tests(subject, sql)
    elif kind.name == "text":
        yield make_test("R-TXT-01", column.name, sql.unread, needs=(column.name,), title=column.title)
    elif kind.name in FORM_CODES:
        code = "R-FRM-07" if column.unit == "fen" else FORM_CODES[kind.name]
        unit = f"（单位：{UNITS.get(column.unit, column.unit)}）" if column.unit and column.unit != "fen" else ""
        whole = str(kind.precision - kind.scale)
        yield make_test(code, column.name, sql.unread, needs=(column.name,), title=column.title, unit=unit, whole=whole)


def _code_test(sql: ColumnSql) -> Test:
    column = sql.column
    listed = sql.standard.codes if sql.standard else ()
    titles = [*column.codes, *(code.title for code in listed)]
    allowed = f"({'、'.join(titles)})" if len(titles) <= LONGEST_LIST else ""
    named = sql.standard.title if sql.standard else "允许的取值"
    return make_test(
        "R-COD-01",
        column.name,
        sql.unread,
        needs=(column.name,),
        title=column.title,
        standard=f"《{named}》" if sql.standard else named,
        allowed=allowed,
    )


def _division_tests(subject: Subject, sql: ColumnSql) -> Iterator[Test]:
    column, standard = sql.column, sql.standard
    assert standard is not None  # noqa: S101 - the caller chose by it
    yield make_test(
        "R-IDN-01", column.name, sql.unread, needs=(column.name,), title=column.title, standard=standard.title
    )
    if standard.home:
        length = len(standard.home)
        fails = (
            f"substr({sql.typed}, 1, {length}) = {quote(standard.home)} AND strlen({sql.typed}) > {length} "  # noqa: S608 - our own table
            f"AND {sql.typed} NOT IN (SELECT code FROM home_divisions)"
        )
        yield make_test("R-DIV-01", column.name, fails, needs=(column.name,), title=column.title)


def _identifier_tests(subject: Subject, sql: ColumnSql) -> Iterator[Test]:
    column, standard, text = sql.column, sql.standard, sql.cleaned
    assert standard is not None  # noqa: S101 - the caller chose by it
    names = {"title": column.title, "standard": standard.title}
    # The reader has marked what has not the right form; only there the exponent is looked for.
    cut = f"CASE WHEN {sql.unread} THEN regexp_full_match(substr({text}, 2), {quote(digits.SCIENTIFIC)}) ELSE false END"
    yield make_test("R-IDN-04", column.name, cut, needs=(column.name,), **names)
    yield make_test("R-IDN-01", column.name, f"{sql.unread} AND NOT {cut}", needs=(column.name,), **names)
    if standard.check == "resident-id":
        yield make_test("R-IDN-03", column.name, _no_birthday(subject, sql), needs=(column.name,), **names)
        wrong = stage.wrong_of(sql) if stage.is_staged(sql) else digits.resident_is_wrong(text, number_of(sql))
        yield make_test("R-IDN-02", column.name, wrong, needs=(column.name,), **names)
    elif standard.check in digits.WRONG:
        yield make_test("R-IDN-02", column.name, digits.WRONG[standard.check](sql.typed), needs=(column.name,), **names)
    elif standard.check == "certificate-id":
        fails = f"certificate_is_wrong({sql.typed})"
        yield make_test("R-IDN-02", column.name, fails, needs=(column.name,), **names)


def _no_birthday(subject: Subject, sql: ColumnSql) -> str:
    """A number whose birthday another column repeats needs no look at the calendar."""
    number, slow = number_of(sql), digits.is_no_birthday(sql.typed, subject.today)
    for other in subject.columns:
        agrees = other.column.agrees
        if other.is_sent and agrees and agrees.on == "born" and agrees.column == sql.column.name:
            late = f"{other.typed} > DATE '{subject.today}'"
            slow = f"CASE WHEN {digits.has_born(number, other.typed)} THEN {late} ELSE {slow} END"
    return f"CASE WHEN {number} IS NOT NULL THEN {slow} ELSE false END"


def _point_tests(subject: Subject, sql: ColumnSql) -> Iterator[Test]:
    column, box = sql.column, subject.standards.box
    told = f"{box.west}—{box.east}，北纬 {box.south}—{box.north}"
    signs = f"{sql.cleaned} IN ('!datum', '!box')"
    yield make_test("R-FRM-06", column.name, f"{sql.unread} AND NOT {signs}", needs=(column.name,), title=column.title)
    yield make_test("R-PNT-02", column.name, f"{sql.cleaned} = '!datum'", needs=(column.name,), title=column.title)
    yield make_test(
        "R-PNT-01", column.name, f"{sql.cleaned} = '!box'", needs=(column.name,), title=column.title, box=told
    )


def _range(sql: ColumnSql) -> Test:
    column = sql.column
    sides = [f"{sql.typed} < {column.range_from}"] if column.range_from is not None else []
    sides += [f"{sql.typed} > {column.range_to}"] if column.range_to is not None else []
    return make_test(
        "R-RNG-01", column.name, " OR ".join(sides), needs=(column.name,), title=column.title, range=_tell_range(column)
    )


def _tell_range(column: Column) -> str:
    """The bounds as an official reads them; amounts in yuan."""
    scale = Decimal(100) if column.unit == "fen" else Decimal(1)
    unit = "元" if column.unit == "fen" else ""
    low = f"{(column.range_from / scale).normalize():f}{unit}" if column.range_from is not None else ""
    high = f"{(column.range_to / scale).normalize():f}{unit}" if column.range_to is not None else ""
    return f"{low} 至 {high}" if low and high else f"不小于 {low}" if low else f"不大于 {high}"


def _of_agreement(subject: Subject, sql: ColumnSql) -> Iterator[Test]:
    agreement = sql.column.agrees
    if agreement is None or not sql.is_sent:
        return
    other = subject.find(agreement.column)
    if not has_number(other):
        return
    number, value = number_of(other), sql.typed
    fails = {
        "sex": f"CASE WHEN {value} IN ('1', '男') THEN {digits.sex_of(number)} <> 1 WHEN {value} IN ('2', '女') THEN {digits.sex_of(number)} <> 2 END",
        "born": f"CASE WHEN NOT {digits.has_born(number, value)} THEN NOT {digits.is_no_birthday(other.typed, subject.today)} ELSE false END",
        "division": f"substr({value}, 1, 6) <> substr({other.cleaned}, 1, 6)",
    }[agreement.on]
    yield make_test(
        AGREEMENT_CODES[agreement.on],
        sql.column.name,
        fails,
        needs=(sql.column.name, other.column.name),
        title=sql.column.title,
        other=other.column.title,
    )


def _of_rules(subject: Subject) -> list[Test]:
    """The dataset's own rules in taihu SQL; as with SQL's CHECK, a rule whose answer is unknown holds."""
    parameters: Mapping[str, datetime.date] = {"today": subject.today}
    tests = []
    for check in subject.dataset.checks:
        place = f"{subject.dataset.source or subject.dataset.id}:{check.line}"
        expression = read.read_expression(check.holds, dataset=subject.dataset, source=place)
        condition = writer.write_expression(expression, lambda column: subject.find(column).typed, parameters)
        marked = expression.columns[0] if expression.columns else ""
        tests.append(
            make_test(
                "R-CHK-01",
                marked,
                f"NOT ({condition})",
                needs=expression.columns,
                dimension=check.dimension,
                rule=check.title,
            )
        )
    return tests
