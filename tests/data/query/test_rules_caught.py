"""Each rule of the table matters: with one source taken out, two databases that look equal can be told apart.

The table below names the text that tells; what is redundant (the same label arrives by another rule) is listed with its reason.
"""

import dataclasses

import pytest

from taihu.data.query import rules
from tests.data.query import worlds

# (rule, target, source) → texts of which at least one leaks without it. Tables are those of `worlds`.
TELLING = {
    ("compute", "new", "args"): ["select k, upper(s) as x from river"],
    ("filter", "rows", "rows"): ["select k from case_file where k is null or k <> 'zz'"],
    ("filter", "rows", "condition"): ["select k from river where f", "select k from river where m > 1"],
    ("cross join", "rows", "left rows"): ["select r.k from case_file c cross join river r"],
    ("cross join", "rows", "right rows"): ["select r.k from river r cross join case_file c"],
    ("inner join", "rows", "left rows"): ["select r.k from case_file c join river r on r.k is not null"],
    ("inner join", "rows", "right rows"): ["select r.k from river r join case_file c on r.k is not null"],
    ("inner join", "rows", "condition"): ["select r.k from river r join river q on r.s = q.s"],
    ("left join", "rows", "left rows"): ["select r.k from case_file c left join river r on r.a >= 0"],
    ("left join", "rows", "right rows"): ["select r.k from river r left join case_file c on r.a >= 0"],
    ("left join", "rows", "condition"): ["select r.k from river r left join river q on r.s = q.s"],
    ("left join to one", "rows", "left rows"): ["select w.k from case_file w left join river r on w.k = r.k"],
    ("left join to one", "right", "right rows"): ["select r.k, c.x from river r left join (select k, 1 as x from case_file group by k) c on r.k = c.k"],
    ("left join to one", "right", "condition"): ["select w.k, r.a from walk w left join river r on w.k = r.k and w.b > 0", "select x.k, r.a from river x left join river r on x.s = r.k"],
    ("full join", "rows", "left rows"): ["select r.k from case_file c full join river r on c.k = r.k"],
    ("full join", "rows", "right rows"): ["select r.k from river r full join case_file c on c.k = r.k"],
    ("full join", "rows", "condition"): ["select r.k from river r full join river q on r.s = q.s"],
    ("aggregate", "rows", "rows"): ["select k from case_file group by k"],
    ("aggregate", "rows", "keys"): ["select count(*) as n from river group by s", "select 1 as one from river group by m"],
    ("aggregate", "new", "args"): ["select k, max(s) as x from river group by k"],
    ("whole aggregate", "new", "args"): ["select max(s) as x from river", "select count(m) as x from river"],
    ("whole aggregate", "new", "rows"): ["select count(*) as n from case_file", "select count(*) as n from river where f"],
    ("distinct", "rows", "rows"): ["select distinct k from case_file"],
    ("distinct", "rows", "columns"): ["select a from (select distinct a, f from river) x", "select a from (select distinct a, s from river) x"],
    ("window", "rows", "rows"): ["select k, 1 as one from (select k, rank() over (order by k) as r from case_file) x"],
    ("window", "new", "args"): ["select k, rank() over (order by s) as r from river", "select k, sum(m) over () as s from river", "select k, row_number() over (order by a) as r, lag(a) over (order by s, k) as l from river"],
    ("union all", "rows", "left rows"): ["select k from case_file union all select k from river"],
    ("union all", "rows", "right rows"): ["select k from river union all select k from case_file"],
    ("union all", "columns", "value"): ["select k from river union all select s from river"],
    ("set operation", "rows", "left rows"): ["select k from case_file intersect select k from river"],
    ("set operation", "rows", "right rows"): ["select k from river except select k from case_file", "select k from river union select k from case_file"],
    ("set operation", "rows", "columns"): ["select a from (select a, s from river union select a, 'b' from river) x", "select 1 as one from (select s from river except select k from river) x"],
    ("limit", "rows", "rows"): ["select k from case_file order by k limit 100"],
    ("limit", "rows", "order"): ["select k from (select k from river order by m limit 1) x", "select k from (select k from river order by s desc limit 2) x"],
    ("view", "rows", "rows"): ["with v as (select k from river where f) select k from v"],
    ("view", "columns", "value"): ["with v as (select k, s from river) select k, s from v"],
    ("order", "columns", "order"): ["select k from river order by s", "select k from river order by m desc nulls first"],
    ("sub-query value", "new", "value"): ["select k, (select max(s) from river) as x from river"],
    ("sub-query value", "new", "rows"): ["select k, (select c.k from case_file c where c.n = 1) as x from river", "select k, (select r.k from river r where r.k = 'k1' and r.f) as x from river"],
    ("exists", "new", "rows"): ["select k, exists (select 1 from case_file) as x from river", "select k from river r where exists (select 1 from river q where q.f)"],
    ("in", "new", "args"): ["select k, f in (select f from walk) as x from river", "select k, s in (select k from walk) as x from river"],
    ("in", "new", "value"): ["select k, k in (select s from river) as x from river", "select k, a in (select b from walk) as x from river"],
    ("in", "new", "rows"): ["select k, k in (select k from case_file) as x from river", "select a in (select a from river where f) as x, k from river"],
}  # fmt: skip
REDUNDANT = {
    ("scope", "rows", "rows"): "the rows of the table are joined beside it",
    ("scope", "rows", "condition"): "tried with scopes in test_scopes_and_masks",
    ("left join", "right", "right rows"): "the rows of a left join that may multiply carry it already",
    ("full join", "left", "left rows"): "the rows of a full join carry it already",
    ("full join", "left", "right rows"): "the rows of a full join carry it already",
    ("full join", "left", "condition"): "the rows of a full join carry it already",
    ("full join", "right", "left rows"): "the rows of a full join carry it already",
    ("full join", "right", "right rows"): "the rows of a full join carry it already",
    ("full join", "right", "condition"): "the rows of a full join carry it already",
    ("left join", "right", "condition"): "the rows of a left join that may multiply carry it already",
    ("aggregate", "new", "rows"): "the rows of the groups carry it already",
    ("aggregate", "new", "keys"): "the rows of the groups carry it already",
    ("window", "new", "rows"): "the rows that pass carry it already",
    ("set operation", "columns", "value"): "the rows of what compares all columns carry it already",
}
ALL = [
    (name, target, source)
    for name, rule in rules.RULES.items()
    for target in ("rows", "columns", "left", "right", "new")
    for source in getattr(rule, target)
]


@pytest.fixture(scope="module")
def several_worlds():
    opened = [worlds.Worlds(seed, variants=4) for seed in range(100, 112)]
    yield opened
    for world in opened:
        world.close()


def without(name, target, source):
    rule = rules.RULES[name]
    kept = tuple(found for found in getattr(rule, target) if found != source)
    return {**rules.RULES, name: dataclasses.replace(rule, **{target: kept})}


def test_every_source_of_every_rule_is_told_about():
    assert set(ALL) == set(TELLING) | set(REDUNDANT)


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in ALL if case not in REDUNDANT], ids=lambda case: " ".join(case))
def test_a_rule_that_is_switched_off_leaks(several_worlds, case):
    plans = [(world, world.read(text)) for text in TELLING[case] for world in several_worlds]

    assert all(world.leak(plan) is None for world, plan in plans[: len(several_worlds) // 2])
    assert any(world.leak(plan, table=without(*case)) for world, plan in plans)
