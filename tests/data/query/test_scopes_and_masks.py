"""Row scopes stand in every scan; masks stand for plain copies only, and nothing high shows through them."""

import dataclasses

import duckdb as engine
import pytest

from taihu.data.query import duckdb, grade, refusals, rules, twins
from taihu.terms.permit import Scope
from tests.data.query import small_world, worlds

REACH, PATROL, READING = (small_world.TABLES[name].id for name in ("reach", "patrol", "reading"))
TOWN = {REACH: (Scope("town", ("0501",)),), PATROL: (Scope("reach", ("R1",)),), READING: ()}
ROWS = """
CREATE TABLE reach (reach VARCHAR, name VARCHAR, metres DECIMAL(8,3), town VARCHAR, chief VARCHAR, rank BIGINT, chief__masked VARCHAR);
CREATE TABLE patrol (patrol VARCHAR, reach VARCHAR, walked_on DATE, minutes BIGINT, found VARCHAR, began_at TIMESTAMP, is_late BOOLEAN);
CREATE TABLE reading (station VARCHAR, reach VARCHAR, value DECIMAL(8,3), n BIGINT);
INSERT INTO reach VALUES ('R1', 'a', 1, '0501', 't1', 1, '张*'), ('R2', 'b', 2, '0501', 't2', 2, '李*'), ('R3', 'c', 3, '0502', 't1', 3, '张*'),
  ('R4', 'd', 4, '05', NULL, 4, NULL);
INSERT INTO patrol VALUES ('p1', 'R1', '2026-01-01', 1, NULL, NULL, NULL), ('p2', 'R2', '2026-01-01', 2, NULL, NULL, NULL);
"""


@pytest.fixture
def connection():
    with small_world.a_connection(ROWS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select reach from reach", [("R1",), ("R2",)]),
        ("with a as (select reach from reach) select reach from a", [("R1",), ("R2",)]),
        ("select count(*) as n from (select 1 as one from reach) x", [(2,)]),
        ("select r.reach from reach r join reach q on q.rank = r.rank + 1", [("R1",)]),
        ("select (select max(rank) from reach) as m", [(2,)]),
        ("select patrol from patrol where not exists (select 1 from reach r where r.rank = 3)", [("p1",)]),
        ("select reach from reach except select reach from patrol", [("R2",)]),
        ("select reach from reach where rank in (select rank + 1 from reach)", [("R2",)]),
    ],
)
def test_a_scope_stands_in_every_scan(connection, text, expected):
    assert small_world.run(connection, text, scope=TOWN) == expected


def test_a_scope_stands_in_the_scans_of_named_queries(connection):
    assert small_world.run(
        connection, "select n from counted", {"counted": "select count(*) as n from reach"}, scope=TOWN
    ) == [(2,)]


def test_a_scope_by_prefix_takes_what_begins_so(connection):
    scope = {REACH: (Scope("town", ("0501", "0502"), by_prefix=True),)}

    assert small_world.run(connection, "select reach from reach", scope=scope) == [("R1",), ("R2",), ("R3",)]


def test_a_scope_without_values_shows_nothing(connection):
    assert small_world.run(connection, "select reach from reach", scope={REACH: (Scope("town", ()),)}) == []


def test_a_value_of_a_scope_is_never_read_as_sql(connection):
    scope = {REACH: (Scope("town", ("x' or '1'='1",)),)}

    assert small_world.run(connection, "select reach from reach", scope=scope) == []


def test_a_table_without_a_scope_is_closed_to_a_scoped_reader():
    with pytest.raises(refusals.Closed):
        duckdb.write_duckdb(small_world.a_plan("select reach from patrol"), scan=small_world.a_scan, scope={REACH: ()})


def test_the_columns_of_a_scope_count_into_the_rows():
    plan = small_world.a_plan("select reach from reach")
    scope = {REACH: (Scope("chief", ("t1",)),)}

    assert str(grade.grade(plan, scope=scope).presence.label) == "L4 person"


def test_without_its_scope_rule_the_columns_of_a_scope_would_not_count():
    plan = small_world.a_plan("select reach from reach")
    scope = {REACH: (Scope("chief", ("t1",)),)}
    blind = {**rules.RULES, "scope": dataclasses.replace(rules.RULES["scope"], rows=("rows",))}

    assert str(grade.grade(plan, scope=scope, table=blind).presence.label) == "L1"


TWIN = {"chief": duckdb.Mask(twin="chief__masked")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select reach, chief from reach", [("R1", "张*"), ("R2", "李*"), ("R3", "张*"), ("R4", None)]),
        (
            "with a as (select reach, chief from reach) select reach, chief from a where reach <> 'R4'",
            [("R1", "张*"), ("R2", "李*"), ("R3", "张*")],
        ),
        ("select p.patrol, r.chief from patrol p left join reach r using (reach)", [("p1", "张*"), ("p2", "李*")]),
        ("select chief, count(*) as n from reach group by chief", [("张*", 2), ("李*", 1), (None, 1)]),
        ("select distinct chief from reach", [("张*",), ("李*",), (None,)]),
        ("select chief, reach from reach order by reach desc limit 2", [(None, "R4"), ("张*", "R3")]),
        ("select chief, row_number() over (order by reach) as k from reach qualify k = 2", [("李*", 2)]),
    ],
)
def test_a_twin_rises_with_a_plain_copy(connection, text, expected):
    found = small_world.run(connection, text, masks=TWIN)

    assert sorted(found, key=str) == sorted(expected, key=str)


def test_a_twin_does_not_change_the_same_view_elsewhere(connection):
    text = "with a as (select reach, chief from reach) select x.chief, count(y.chief) as n from a x join a y on x.reach = y.reach group by x.chief"

    assert sorted(small_world.run(connection, text, masks=TWIN), key=str) == [("张*", 2), ("李*", 1), (None, 0)]


@pytest.mark.parametrize(
    "text",
    [
        "select upper(chief) as chief from reach",
        "select max(chief) as chief from reach",
        "select chief from reach union all select chief from reach",
    ],
)
def test_what_is_computed_has_no_twin(text):
    with pytest.raises(twins.NotACopy):
        duckdb.write_duckdb(small_world.a_plan(text), scan=small_world.a_scan, masks=TWIN)


def test_a_mask_by_sql_stands_for_the_value_and_an_empty_mask_for_nothing(connection):
    masks = {"name": duckdb.Mask(sql=lambda value: f"left({value}, 0) || '*'"), "rank": duckdb.Mask()}

    assert small_world.run(connection, "select name, rank, reach from reach where reach = 'R1'", masks=masks) == [
        ("*", None, "R1")
    ]


def test_released_rows_are_sorted_by_what_is_shown(connection):
    found = small_world.run(connection, "select chief, town from reach", masks={"chief": duckdb.Mask()})

    assert found == [(None, "05"), (None, "0501"), (None, "0501"), (None, "0502")]


@pytest.mark.parametrize(
    ("text", "copy", "rest"),
    [
        ("select chief from reach", (REACH, "chief"), "L1"),
        ("select chief as c from (select * from reach) x", (REACH, "chief"), "L1"),
        ("select chief from reach where rank > 1", (REACH, "chief"), "L2"),
        ("select r.chief from patrol p left join reach r on p.found = r.reach", (REACH, "chief"), "L3"),
        ("select chief from reach order by rank", (REACH, "chief"), "L2"),
        ("select chief, count(*) as n from reach group by chief", (REACH, "chief"), "L4 person"),
        ("select upper(chief) as chief from reach", None, "L4 person"),
        ("select chief from reach union all select chief from reach", None, "L4 person"),
    ],
)
def test_a_plain_copy_knows_its_base_and_what_else_is_seen_with_it(text, copy, rest):
    column = grade.grade(small_world.a_plan(text)).columns[0]

    assert (column.copy, str(column.rest.label)) == (copy, rest)


@pytest.mark.slow
def test_masks_and_scopes_leak_nothing():
    world = worlds.Worlds(5, variants=4)
    texts = [
        "select k, s, a from river",
        "select w.k, r.s from walk w left join river r on w.k = r.k",
        "with v as (select k, s from river where a > 0) select k, s from v order by k",
    ]
    ceiling = worlds.CEILINGS[1]
    for text in texts:
        plan = world.read(text)
        graded = grade.grade(plan)
        hidden = [c for c in graded.columns if not c.label.is_within(ceiling)]
        assert [c.name for c in hidden] == ["s"]
        assert all(c.copy and c.rest.label.is_within(ceiling) for c in hidden)
        shown = {prefix: _released(world, plan, prefix) for prefix in ("w0", *world.variants[ceiling])}
        assert len({str([(row[0], row[2:]) for row in rows]) for rows in shown.values()}) == 1
    world.close()


def _released(world, plan, prefix):
    masks = {"s": duckdb.Mask(sql=lambda value: f"CASE WHEN {value} IS NULL THEN '*' ELSE '*' END")}
    scope = {table: (Scope("k", ("k1", "k2", "a", "b"), by_prefix=True),) for table in plan.tables}
    sql, parameters = duckdb.write_duckdb(
        plan,
        scan=lambda table: f"{prefix}_{table.rpartition('.')[2]}",
        parameters=worlds.BOUND,
        masks=masks,
        scope=scope,
    )
    return world.connection.execute(sql, parameters).fetchall()


@pytest.mark.parametrize(
    ("parameters", "part"),
    [
        ({}, "缺少参数"),
        ({"days": "7"}, "不是整数"),
        ({"days": True}, "不是整数"),
        ({"days": 2**63}, "不是整数"),
        ({"days": 7.5}, "不是整数"),
    ],
)
def test_a_parameter_that_is_missing_or_of_another_kind_is_refused_without_showing_it(parameters, part):
    plan = small_world.a_plan("select reach from reach where rank > $days")

    with pytest.raises(refusals.WrongValue, match=part):
        duckdb.write_duckdb(plan, scan=small_world.a_scan, parameters=parameters)


def test_parameters_are_bound_and_never_written(connection):
    plan = small_world.a_plan("select reach from reach where name = $name")
    sql, parameters = duckdb.write_duckdb(plan, scan=small_world.a_scan, parameters={"name": "x' or true --"})

    assert "or true" not in sql
    assert connection.execute(sql, parameters).fetchall() == []


def test_names_and_constants_with_quotes_stay_names_and_constants(connection):
    text = """select 'it''s; drop table reach --' as "a""b; drop table reach" from reach where reach = 'R1'"""

    assert small_world.run(connection, text) == [("it's; drop table reach --",)]
    assert connection.execute("select count(*) from reach").fetchall() == [(4,)]


def test_every_output_has_its_declared_type(connection):
    plan = small_world.a_plan(
        "select count(*) as n, sum(rank) as s, avg(rank) as a, sum(metres) as m, max(name) as t, max(rank) / 3 as q from reach"
    )
    sql, _ = duckdb.write_duckdb(plan, scan=small_world.a_scan)

    found = [str(column[1]) for column in connection.execute(sql).description]

    assert found == ["BIGINT", "BIGINT", "DECIMAL(27,8)", "DECIMAL(18,3)", "VARCHAR", "DECIMAL(27,8)"]
    assert [str(column.kind) for column in plan.columns] == [
        "int",
        "int",
        "decimal(27,8)",
        "decimal(18,3)",
        "text",
        "decimal(27,8)",
    ]


def test_a_statement_runs_on_a_locked_connection(tmp_path):
    with engine.connect(config={"enable_external_access": "false"}) as opened:
        opened.execute(ROWS)
        assert small_world.run(opened, "select count(*) as n from reach") == [(4,)]
