"""Labels of whole queries, and the words that explain them; the rules one by one are tried in test_rules_caught."""

import pytest

from taihu.data.query import explain, grade, rules
from taihu.terms.label import PUBLIC, Label, Level
from tests.data.query import small_world


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select reach, name from reach", {"reach": "L1", "name": "L1"}),
        ("select reach, chief from reach", {"reach": "L1", "chief": "L4 person"}),
        ("select reach from reach where chief is not null", {"reach": "L4 person"}),
        ("select count(*) as n from reach where chief is not null", {"n": "L4 person"}),
        ("select reach, count(*) as n from patrol group by reach", {"reach": "L1", "n": "L1"}),
        ("select reach, max(found) as f from patrol group by reach", {"reach": "L1", "f": "L3"}),
        ("select found, count(*) as n from patrol group by found", {"found": "L3", "n": "L3"}),
        ("select station from reading", {"station": "L2"}),
        ("select count(*) as n from reading", {"n": "L2"}),
        ("select r.reach, g.station from reach r join reading g using (reach)", {"reach": "L2", "station": "L2"}),
        ("select g.reach, r.name from reading g left join reach r using (reach)", {"reach": "L2", "name": "L2"}),
        (
            "select p.patrol, r.name from patrol p left join reach r on p.reach = r.reach",
            {"patrol": "L1", "name": "L1"},
        ),
        (
            "select p.patrol, r.name from patrol p left join reach r on p.reach = r.reach and r.rank = 1",
            {"patrol": "L1", "name": "L2"},
        ),
        (
            "select p.patrol, r.name from patrol p left join reach r on p.reach = r.name and r.rank = 1",
            {"patrol": "L2", "name": "L2"},
        ),
        (
            "select reach, exists (select 1 from reading g where g.reach = r.reach) as x from reach r",
            {"reach": "L1", "x": "L2"},
        ),
        ("select patrol from patrol order by found", {"patrol": "L3"}),
        ("select patrol from patrol order by patrol limit 1", {"patrol": "L1"}),
        ("select reach, station from reading order by reach limit 1", {"reach": "L2", "station": "L2"}),
        ("select reach, row_number() over (order by reach) as k from reading", {"reach": "L2", "k": "L3"}),
        ("select patrol, row_number() over (order by walked_on) as k from patrol", {"patrol": "L1", "k": "L1"}),
        ("select station, row_number() over (order by n) as k from reading", {"station": "L2", "k": "L3"}),
        ("select case when chief = 'x' then 1 else 2 end as c from reach", {"c": "L4 person"}),
        ("select coalesce(chief, '') as c, chief is null as i from reach", {"c": "L4 person", "i": "L4 person"}),
        ("select $days as d, 1 as one", {"d": "L1", "one": "L1"}),
        ("select distinct found from patrol", {"found": "L3"}),
        ("select reach from patrol union select chief from reach", {"reach": "L4 person"}),
    ],
)
def test_the_labels_of_a_query(text, expected):
    assert small_world.labels(text) == expected


def test_a_named_query_passes_its_labels_on():
    queries = {"busy": "select reach, sum(minutes) as m from patrol group by reach"}

    assert small_world.labels("select b.reach, b.m from busy b", queries) == {"reach": "L1", "m": "L2"}


TEXT = """with watched as (
  select reach, count(*) as n
  from reach
  where chief is not null
  group by reach
)
select n from watched"""


def test_a_path_leads_from_what_is_seen_to_its_source():
    column = grade.grade(small_world.a_plan(TEXT)).column("n")

    told = explain.explain(column, PUBLIC)

    assert told == (
        "「n」超出许可（L4 person，许可至 L1）：第 7 行 取自「watched」；第 2 行 count() 由它统计得出；"
        "第 4 行 WHERE 用它决定留下哪些行；源头是「河段名录·chief 的标题」，定为L4、个人信息。"
    )


def test_a_path_is_told_in_english_too():
    column = grade.grade(small_world.a_plan(TEXT)).column("n")

    told = explain.explain(column, PUBLIC, "en")

    assert "line 2: count() is worked out from it; line 4: WHERE decides by it which rows stay" in told
    assert "“河段名录·chief 的标题”, declared L4, person" in told


def test_only_what_is_above_the_permit_is_explained():
    column = grade.grade(small_world.a_plan(TEXT)).column("n")

    assert "定为个人信息。" in explain.explain(column, Label(Level.L4))
    assert "许可之内" in explain.explain(column, Label(Level.L4, frozenset({"person"})))


def test_every_rule_has_its_words_in_both_languages():
    silent = {"values"}

    assert all(rule.chinese and rule.english for name, rule in rules.RULES.items() if name not in silent)


def test_a_label_of_many_sources_keeps_one_witness_for_the_level_and_each_kind():
    first = rules.declare(Label(Level.L2, frozenset({"person"})), small_world.a_plan("select 1 as a").query.at, "a")
    second = rules.declare(
        Label(Level.L3, frozenset({"person", "medical"})), small_world.a_plan("select 1 as a").query.at, "b"
    )

    joined = rules.join([first, second])

    assert joined.why.note == "b"
    assert {kind: why.note for kind, why in joined.kinds} == {"person": "a", "medical": "b"}
