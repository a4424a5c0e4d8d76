"""Everything that is not on the list is refused, with a code, line and column, and what to do."""

import logging

import pytest

from taihu.data.query import parse, refusals
from taihu.terms.problem import Problem
from tests.data.query import small_world

# text, code, line:column
CASES = [
    # statements and forms
    ("", "Q-TEXT-01", "1:1"),
    ("select reach frm reach where (", "Q-TEXT-01", None),
    ("select 'abc", "Q-TEXT-01", None),
    ("select 1 as a; select 2 as a", "Q-FORM-01", "1:1"),
    ("insert into reach select 1", "Q-FORM-01", None),
    ("copy reach to 'x.csv'", "Q-FORM-01", None),
    ("create table x as select 1 as a", "Q-FORM-01", None),
    ("drop table reach", "Q-FORM-01", None),
    ("attach 'x.db'", "Q-FORM-01", None),
    ("install httpfs", "Q-FORM-01", None),
    ("set memory_limit = '9GB'", "Q-FORM-01", None),
    ("pragma database_list", "Q-FORM-01", None),
    ("describe reach", "Q-FORM-01", None),
    ("call pragma_version()", "Q-FORM-01", None),
    ("values (1, 2)", "Q-FORM-01", None),
    ("pivot reach on rank using sum(metres)", "Q-FORM-01", None),
    ("select * from reach pivot (sum(metres) for rank in (1, 2))", "Q-FORM-01", None),
    ("select * from reach unpivot (v for n in (metres, rank))", "Q-FORM-01", None),
    ("select reach from reach using sample 10", "Q-FORM-01", None),
    ("select reach from reach tablesample 10%", "Q-FORM-01", None),
    ("select reach from reach limit 10%", "Q-FORM-01", None),
    ("select reach from reach limit $days", "Q-TYPE-01", None),
    ("select reach from reach limit 99999999999", "Q-TYPE-01", None),
    ("select reach from reach fetch first 1 rows only", "Q-FORM-01", None),
    ("select reach from reach for update", "Q-FORM-01", None),
    ("select reach into x from reach", "Q-FORM-01", None),
    ("select distinct on (reach) reach from reach", "Q-FORM-01", None),
    ("select reach from reach union by name select reach from patrol", "Q-FORM-01", None),
    ("select * from reach positional join patrol", "Q-FORM-01", None),
    ("select r.reach from reach r asof join patrol p on r.reach >= p.reach", "Q-FORM-01", None),
    ("select reach from reach natural join patrol", "Q-FORM-01", None),
    ("select r.reach from reach r, reading g right join patrol p on p.reach = r.reach", "Q-FORM-01", "1:51"),
    ("select r.reach from reach r left join patrol p", "Q-FORM-01", None),
    ("select r.reach from reach r left join patrol p on exists (select 1 from reading)", "Q-FORM-01", None),
    ("select * from reach r, lateral (select 1 as a) l", "Q-FORM-01", None),
    ("select * from unnest([1, 2]) u(a)", "Q-FORM-01", None),
    ("select reach from (reach join patrol using (reach))", "Q-FORM-01", None),
    ("select reach from reach at (version => 1)", "Q-FORM-01", None),
    ("select count(*) as n from reach group by rollup (rank)", "Q-FORM-01", None),
    ("select count(*) as n from reach group by grouping sets ((rank), ())", "Q-FORM-01", None),
    ("select count(*) as n from reach group by cube (rank)", "Q-FORM-01", None),
    ("with recursive t as (select 1 as a union select a + 1 from t) select a from t", "Q-FORM-01", None),
    ("select columns('r.*') from reach", "Q-FUNC-01", None),
    ("select * rename (reach as r) from reach", "Q-FORM-01", None),
    ("select [1, 2] as a", "Q-FUNC-01", None),
    ("select {'a': 1} as a", "Q-FUNC-01", None),
    ("select reach[1] as a from reach", "Q-FORM-01", None),
    ("select reach -> 'a' as a from reach", "Q-FUNC-01", None),
    ("select list_transform([1], x -> x) as a", "Q-FUNC-01", None),
    ("select reach from reach where rank = any (select n from reading)", "Q-FORM-01", None),
    ("select reach from reach where (reach, rank) in (select reach, n from reading)", "Q-FORM-01", None),
    ("select reach from reach where reach collate nocase = 'r1'", "Q-FUNC-01", None),
    ("select reach from reach order by random()", "Q-FUNC-01", None),
    ("select #1 from reach", "Q-FORM-01", None),
    ("select * from reach order by reach using sample 1", "Q-FORM-01", None),
    # functions
    ("select random() as a", "Q-FUNC-01", "1:8"),
    ("select uuid() as a", "Q-FUNC-01", None),
    ("select now() as a", "Q-FUNC-01", None),
    ("select current_date as a", "Q-FUNC-01", None),
    ("select current_timestamp as a", "Q-FUNC-01", None),
    ("select getenv('HOME') as a", "Q-FUNC-01", None),
    ("select current_setting('memory_limit') as a", "Q-FUNC-01", None),
    ("select getvariable('x') as a", "Q-FUNC-01", None),
    ("select nextval('s') as a", "Q-FUNC-01", None),
    ("select error('x') as a", "Q-FUNC-01", None),
    ("select repeat(reach, rank) as a from reach", "Q-FUNC-01", None),
    ("select lpad(reach, rank, '0') as a from reach", "Q-TYPE-01", None),
    ("select lpad(reach, 100000000, '0') as a from reach", "Q-TYPE-01", None),
    ("select hash(reach) as a from reach", "Q-FUNC-01", None),
    ("select levenshtein(reach, name) as a from reach", "Q-FUNC-01", None),
    ("select read_text('/etc/passwd') as a", "Q-FUNC-01", None),
    ("select * from read_csv('x.csv')", "Q-FORM-01", None),
    ("select * from read_parquet('x')", "Q-FORM-01", None),
    ("select * from glob('*')", "Q-FORM-01", None),
    ("select * from duckdb_settings()", "Q-FORM-01", None),
    ("select * from query('select 1')", "Q-FORM-01", None),
    ("select * from range(1000000000000)", "Q-FORM-01", None),
    ("select * from generate_series(1, 10)", "Q-FORM-01", None),
    ("select first(reach) as a from reach", "Q-FUNC-01", None),
    ("select any_value(reach) as a from reach", "Q-FUNC-01", None),
    ("select arg_max(reach, rank) as a from reach", "Q-FUNC-01", None),
    ("select approx_count_distinct(reach) as a from reach", "Q-FUNC-01", None),
    ("select list(reach) as a from reach", "Q-FUNC-01", None),
    ("select quantile_cont(rank, 0.5) as a from reach", "Q-FUNC-01", None),
    ("select stddev(rank) as a from reach", "Q-FUNC-01", None),
    ("select age(walked_on) as a from patrol", "Q-FUNC-01", None),
    ("select date_trunc('decade', walked_on) as a from patrol", "Q-FUNC-01", None),
    ("select extract(epoch from walked_on) as a from patrol", "Q-FUNC-01", None),
    ("select regexp_matches(name, reach) as a from reach", "Q-TYPE-01", None),
    ("select regexp_matches(name, '(') as a from reach", "Q-TYPE-01", None),
    ("select regexp_extract(name, 'a', 1) as a from reach", "Q-TYPE-01", None),
    ("select strftime(walked_on, '%c') as a from patrol", "Q-TYPE-01", None),
    ("select strftime(walked_on, reach) as a from patrol", "Q-TYPE-01", None),
    ("select count(distinct reach, rank) as a from reach", "Q-FORM-01", None),
    ("select sum(rank order by reach) as a from reach", "Q-FORM-01", None),
    ("select string_agg(reach, name) as a from reach", "Q-TYPE-01", None),
    ("select string_agg(distinct reach order by name) as a from reach", "Q-FORM-01", None),
    ("select first_value(rank ignore nulls) over (order by reach) as a from reach", "Q-FUNC-01", None),
    ("select row_number() over () as a from reach", "Q-FORM-01", None),
    ("select percent_rank() over (order by rank) as a from reach", "Q-FUNC-01", None),
    ("select lag(rank, rank) over (order by reach) as a from reach", "Q-TYPE-01", None),
    (
        "select sum(rank) over (order by reach rows between rank preceding and current row) as a from reach",
        "Q-FORM-01",
        None,
    ),
    (
        "select sum(rank) over (order by reach rows between current row and 1 preceding) as a from reach",
        "Q-FORM-01",
        None,
    ),
    (
        "select sum(rank) over (order by reach groups between 1 preceding and current row) as a from reach",
        "Q-FORM-01",
        None,
    ),
    (
        "select sum(rank) over (order by reach rows between 1 preceding and current row exclude ties) as a from reach",
        "Q-FORM-01",
        None,
    ),
    # names
    ("select reach\nfrom reech", "Q-NAME-01", "2:6"),
    ("select x.reach from reach r", "Q-NAME-01", "1:8"),
    ("select reach from bases.people.resident", "Q-NAME-01", None),
    ("select reach from 'x.csv'", "Q-NAME-01", None),
    ("select reach from information_schema.tables", "Q-NAME-01", None),
    ("select nmae\nfrom reach", "Q-NAME-02", "1:8"),
    ("select reach,\n  r.nmae from reach r", "Q-NAME-02", "2:3"),
    ("select reach from reach where _batch = 'x'", "Q-NAME-02", "1:31"),
    ("select reach from reach where chief__masked = 'x'", "Q-NAME-02", None),
    ("select reach from reach order by 3", "Q-NAME-02", None),
    ("select * exclude (nmae) from reach", "Q-NAME-02", None),
    ("select 1", "Q-NAME-02", None),
    ("select count(*) from reach", "Q-NAME-02", None),
    ("select p.reach from patrol p join reach using (name)", "Q-NAME-02", None),
    ("select reach from reach, patrol", "Q-NAME-03", "1:8"),
    ("select * from reach r join patrol p on r.reach = p.reach", "Q-NAME-03", None),
    ("select rank as a, name as A from reach", "Q-NAME-03", None),
    ("select a.reach from reach a join patrol a on true", "Q-NAME-03", None),
    ("select upper(reach) as reach, count(*) as n from reach group by reach", "Q-NAME-03", None),
    ("select -rank as rank, reach from reach order by rank + 0", "Q-NAME-03", None),
    ("select (select count(*) as rank from patrol p where p.minutes > rank) as n from reach r", "Q-NAME-03", "1:65"),
    ("with a as (select 1 as x), a as (select 2 as x) select x from a", "Q-NAME-03", None),
    ("with a as (select 1) select * from a", "Q-NAME-02", None),
    ("select reach from reach where reach = $nobody", "Q-NAME-04", "1:39"),
    ("select reach from reach where reach = $1", "Q-NAME-04", None),
    ("select reach from reach where reach = ?", "Q-NAME-04", None),
    ("select (select y from v where y = r.rank) as a from reach r", "Q-NAME-01", None),
    # kinds
    ("select reach from reach where reach = 1", "Q-TYPE-01", "1:31"),
    ("select reach from reach where rank = '1'", "Q-TYPE-01", None),
    ("select reach from reach where rank", "Q-TYPE-01", None),
    ("select reach from patrol where walked_on > 'yesterday'", "Q-TYPE-01", None),
    ("select reach from patrol where walked_on > '2026-02-30'", "Q-TYPE-01", None),
    ("select reach + 1 as a from reach", "Q-TYPE-01", None),
    ("select began_at - began_at as a from patrol", "Q-TYPE-01", None),
    ("select upper(rank) as a from reach", "Q-TYPE-01", None),
    ("select sum(reach) as a from reach", "Q-TYPE-01", None),
    ("select sum(cast(metres as decimal(38, 3))) as a from reach", "Q-TYPE-01", None),
    ("select bool_and(rank) as a from reach", "Q-TYPE-01", None),
    ("select case when rank = 1 then 'a' else 2 end as a from reach", "Q-TYPE-01", None),
    ("select coalesce(rank, 'a') as a from reach", "Q-TYPE-01", None),
    ("select reach from reach union select rank from reach", "Q-TYPE-01", None),
    ("select reach from reach union select reach, rank from reach", "Q-TYPE-01", None),
    ("select cast(rank as double) as a from reach", "Q-TYPE-01", None),
    ("select cast(rank as float) as a from reach", "Q-TYPE-01", None),
    ("select cast(reach as json) as a from reach", "Q-TYPE-01", None),
    ("select cast(reach as int[]) as a from reach", "Q-TYPE-01", None),
    ("select cast(walked_on as int) as a from patrol", "Q-TYPE-01", None),
    ("select 1e5 as a", "Q-TYPE-01", "1:8"),
    ("select reach from reach where reach in (select rank from reach)", "Q-TYPE-01", None),
    ("select reach from reach where reach in (select reach, rank from reach)", "Q-TYPE-01", None),
    ("select round(metres, rank) as a from reach", "Q-TYPE-01", None),
    ("select walked_on + interval (reach) day as a from patrol", "Q-TYPE-01", None),
    ("select cast(0.1 as decimal(20, 19)) * cast(0.1 as decimal(20, 20)) as a", "Q-TYPE-01", None),
    # groups and rows
    ("select reach, count(*) as n from reach", "Q-GROUP-01", "1:8"),
    ("select reach, name from reach group by reach", "Q-GROUP-01", "1:15"),
    ("select reach from reach where count(*) > 1", "Q-GROUP-01", None),
    ("select reach from reach where row_number() over (order by reach) = 1", "Q-GROUP-01", None),
    ("select reach from reach having reach = 'R1'", "Q-GROUP-01", None),
    ("select sum(count(*)) as a from reach", "Q-GROUP-01", None),
    ("select rank() over (order by rank() over (order by reach)) as a from reach", "Q-GROUP-01", None),
    ("select reach, (select max(r.rank) from patrol) as a from reach r", "Q-GROUP-01", None),
    ("select distinct reach from reach order by rank", "Q-GROUP-01", None),
    ("select r.reach from reach r join patrol p on count(*) > 1", "Q-GROUP-01", None),
    ("select reach, (select station from reading x where x.reach = r.reach) as a from reach r", "Q-ROWS-01", "1:23"),
    ("select (select reach from reach where rank = 1) as a", "Q-ROWS-01", None),
    ("select (select reach, rank from reach limit 1) as a", "Q-TYPE-01", None),
    # size
    ("select " + "(" * 60 + "1" + ")" * 60 + " as a", "Q-SIZE-01", None),
    ("select reach from reach where rank = 1" + " and rank = 1" * 3000, "Q-SIZE-01", None),
    ("select " + "not " * 500 + "true as a", "Q-SIZE-01", None),
    ("select 1 as a -- " + "x" * 60_000, "Q-SIZE-01", None),
    ("select reach from reach where rank in (" + "1, " * 20_000 + "1)", "Q-SIZE-01", None),
    ("select 1 as a" + " union all select 1" * 500, "Q-SIZE-01", None),
    ("select '\0' as a", "Q-TEXT-01", "1:9"),
    (
        "select rank as a0, " + ", ".join(f"a{n} + a{n} as a{n + 1}" for n in range(60)) + " from reach",
        "Q-SIZE-01",
        None,
    ),
    (
        "select "
        + "case (" * 25
        + "rank"
        + ") when 1 then 1 when 2 then 3 when 4 then 5 end" * 25
        + " as a from reach",
        "Q-SIZE-01",
        None,
    ),
]


@pytest.mark.parametrize(("text", "code", "place"), CASES, ids=lambda value: str(value)[:70])
def test_a_text_that_is_not_taihu_sql_is_refused_with_its_place(text, code, place):
    with pytest.raises(refusals.QueryRefused) as caught:
        small_world.a_plan(text)

    assert caught.value.code == code, caught.value
    assert caught.value.where.startswith("q.sql:")
    assert place is None or caught.value.where == f"q.sql:{place}"
    assert isinstance(caught.value, Problem)
    assert caught.value.help or code == "Q-TYPE-01"


def test_a_wrong_name_is_answered_with_the_known_names():
    with pytest.raises(refusals.UnknownName) as caught:
        small_world.a_plan("select nmae from reach")

    assert all(name in caught.value.help for name in ("reach", "name", "metres"))


def test_a_function_that_is_misspelt_is_answered_with_those_near_it():
    with pytest.raises(refusals.NotAFunction) as caught:
        small_world.a_plan("select substrng(reach, 1) as a from reach")

    assert "substring" in caught.value.help


@pytest.mark.parametrize(
    "text", ["select '330501199001010018' frm (", "vacuum '330501199001010018'", "show '330501199001010018'"]
)
def test_no_message_and_no_log_repeats_what_stands_in_a_text(text, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(refusals.QueryRefused) as caught:
        small_world.a_plan(text)

    assert "330501199001010018" not in str(caught.value) + caplog.text


def test_queries_that_name_each_other_in_a_circle_are_refused():
    queries = {"a": "select x from b", "b": "select x from a"}

    with pytest.raises(refusals.NotAllowed, match="成了圈"):
        small_world.a_plan("select x from a", queries)


def test_a_fault_in_a_named_query_is_told_where_it_stands():
    with pytest.raises(refusals.UnknownName) as caught:
        small_world.a_plan("select x from late", {"late": "select\n  nmae as x from reach"})

    assert caught.value.where == "late:2:3"


def test_a_text_within_the_caps_is_read():
    text = "select reach from reach where rank in (" + "1, " * 3000 + "1) and (" + " or ".join(["rank = 1"] * 100) + ")"

    assert len(text) < parse.LONGEST
    assert small_world.a_plan(text).columns[0].name == "reach"
