"""One expression over one row, as dataset checks write it, embedded in any statement."""

import datetime
import itertools

import pytest

from taihu.data.query import duckdb, read, refusals
from taihu.terms import dataset
from tests.data.query import small_world

TODAY = {"today": datetime.date(2026, 11, 23)}


def written(text, **options):
    expression = read.read_expression(text, dataset=small_world.PATROL, **options)
    return duckdb.write_expression(expression, lambda column: f'p."{column}"', TODAY)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("walked_on <= $today", {"p1", "p2", "p3", "p4", "p6"}),
        ("walked_on is null or walked_on <= $today", {"p1", "p2", "p3", "p4", "p5", "p6"}),
        ("minutes between 1 and 40", {"p1", "p5", "p6"}),
        ("try_cast(found as int) > 1 and patrol.minutes > 0", {"p1", "p5"}),
        ("began_at >= walked_on", {"p1", "p2"}),
        ("length(reach) = 2 and reach like 'R%'", {"p1", "p2", "p3", "p4", "p6"}),
        ("minutes // 0 = 1", set()),
        ("not is_late", {"p2", "p5"}),
    ],
)
def test_a_condition_holds_for_the_rows_it_says(text, held):
    with small_world.a_connection() as connection:
        rows = connection.execute(f"SELECT patrol FROM patrol p WHERE {written(text)}").fetchall()

    assert {row[0] for row in rows} == held


def test_a_condition_stands_inside_any_statement():
    with small_world.a_connection() as connection:
        sql = f"SELECT count(*) FILTER (WHERE NOT ({written('walked_on <= $today')})), count(*) FROM patrol p"

        assert connection.execute(sql).fetchall() == [(0, 6)]


def test_its_columns_come_in_order_of_first_use():
    expression = read.read_expression(
        "walked_on > '2026-01-01' or reach = patrol or walked_on is null", dataset=small_world.PATROL
    )

    assert expression.columns == ("walked_on", "reach", "patrol")


def test_an_expression_of_another_kind_is_taken_where_it_is_asked_for():
    expression = read.read_expression("year(walked_on)", dataset=small_world.PATROL, kind=None)

    assert expression.kind == dataset.Kind("int")


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("walked_on <= $tomorrow", "Q-NAME-04", "1:14"),
        ("walkedon <= $today", "Q-NAME-02", "1:1"),
        ("walked_on", "Q-TYPE-01", None),
        ("minutes > '3'", "Q-TYPE-01", None),
        ("count(*) > 1", "Q-GROUP-01", None),
        ("rank() over (order by reach) = 1", "Q-GROUP-01", None),
        ("exists (select 1)", "Q-FORM-01", None),
        ("reach in (select reach from reach)", "Q-NAME-01", None),
        ("true from reach", "Q-FORM-01", None),
        ("true, false", "Q-FORM-01", None),
        ("true; drop table x", "Q-FORM-01", None),
        ("true as x", "Q-FORM-01", None),
        ("*", "Q-FORM-01", None),
        ("", "Q-TEXT-01", None),
        ("random() > 0.5", "Q-FUNC-01", "1:1"),
    ],
)
def test_what_is_no_condition_over_one_row_is_refused(text, code, place):
    with pytest.raises(refusals.QueryRefused) as caught:
        read.read_expression(text, dataset=small_world.PATROL, source="patrol.yaml:18")

    assert caught.value.code == code, caught.value
    assert caught.value.where.startswith("patrol.yaml:18")
    assert place is None or caught.value.where == f"patrol.yaml:18:{place}"


@pytest.mark.parametrize("kind", ["text", "int", "decimal(8,3)", "date", "time", "bool"])
def test_nothing_that_a_row_may_hold_aborts(kind):
    values = {
        "text": ["", "x", "1", "2026-02-30", "infinity", "-infinity", "nan", "9" * 40, "1e400", "\u0001", "'"],
        "int": [0, -(2**63), 2**63 - 1],
        "decimal(8,3)": ["99999.999", "-99999.999", "0"],
        "date": ["0001-01-01", "9999-12-31", "infinity", "-infinity", "5877642-06-25 (BC)"],
        "time": ["0001-01-01", "9999-12-31 23:59:59.999999", "infinity", "-infinity"],
        "bool": [True, False],
    }[kind]
    one = small_world.a_dataset("one", [("x", kind)])
    texts = [text for text in TRIED if _is_read(text, one)]
    assert len(texts) >= 3
    sql_type = {"text": "VARCHAR", "int": "BIGINT", "date": "DATE", "time": "TIMESTAMP", "bool": "BOOLEAN"}.get(
        kind, kind
    )
    with small_world.a_connection("") as connection:
        connection.execute(
            f"CREATE TABLE one AS SELECT TRY_CAST(v AS {sql_type}) AS x FROM (SELECT unnest(?) AS v)", [values]
        )
        connection.execute("INSERT INTO one VALUES (NULL)")
        for text in texts:
            expression = read.read_expression(text, dataset=one, kind=None)
            connection.execute(
                f"SELECT {duckdb.write_expression(expression, lambda column: column, TODAY)}::VARCHAR FROM one"
            ).fetchall()


def _is_read(text, one):
    try:
        return read.read_expression(text, dataset=one, kind=None)
    except refusals.QueryRefused:
        return None


KINDS_OF_CAST = ("varchar", "bigint", "decimal(8,3)", "decimal(38,0)", "date", "timestamp", "boolean")
TRIED = [
    *(f"cast(x as {kind})" for kind in KINDS_OF_CAST),
    *(f"cast(cast(x as {one}) as {other})" for one, other in itertools.product(KINDS_OF_CAST, KINDS_OF_CAST)),
    *(f"{fn}(x)" for fn in ("abs", "sign", "floor", "ceil", "round", "year", "quarter", "month", "week", "day", "dayofyear", "isodow", "dayofweek")),
    *(f"{fn}(x)" for fn in ("hour", "minute", "second", "last_day", "lower", "upper", "length", "trim")),
    *(f"x {sign} x" for sign in ("+", "-", "*", "/", "//", "%", "||", "=", "<", "<>")),
    *(f"x {sign} 9223372036854775807" for sign in ("+", "-", "*", "/", "//", "%")),
    *(f"x {sign} 0.001" for sign in ("+", "-", "*", "/")),
    *(f"date_trunc('{unit}', x)" for unit in ("year", "quarter", "month", "week", "day", "hour")),
    *(f"date_diff('{unit}', x, $today)" for unit in ("year", "quarter", "month", "week", "day", "hour", "second")),
    *(f"x {sign} interval 2000000 {unit}" for sign in "+-" for unit in ("year", "month", "week", "day", "hour", "minute", "second")),
    *(f"x {sign} 2147483647" for sign in "+-"), "$today - x", "x - $today", "-x", "make_date(x, x, x)", "round(x, -3)", "round(x, 38)",
    "substring(x, -9223372036854775807, 9223372036854775807)", "left(x, -5)", "right(x, 9223372036854775807)", "split_part(x, 'a', 9223372036854775807)",
    "substring('abc', x, x)", "left('abc', x)", "right('abc', x)", "split_part('a,b', ',', x)", "$today + x", "$today - x", "$today + interval (x) year",
    "strftime(x, '%Y-%m-%d %H:%M:%S %j %y %f')", "strptime(x, '%Y-%m-%d')", "replace(x, '', 'y')", "replace(x, 'x', x)", "regexp_matches(x, '^a')",
    "regexp_extract(x, '(a)', 1)", "lpad(x, 200, '')", "lpad(x, 5, 'ab')", "rpad(x, 5, 'ab')", "x like '%\\'", "x like '!' escape '!'", "x like 'a!%' escape '!'", "x ilike 'Ä%'",
    "greatest(x, null)", "nullif(x, x)", "coalesce(x, null)", "x in (x, null)", "x between x and x", "case when x is null then null else x end", "strpos(x, '')", "contains(x, '')",
]  # fmt: skip
