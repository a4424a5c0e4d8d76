"""A figure above the permit in ten disguises: each refused before anything runs, with the path to its source."""

import pytest

from taihu.data.guard import answer as guard
from taihu.data.guard import examine, refused, remedies
from taihu.data.guard.question import Ask
from taihu.data.query import explain, refusals
from taihu.terms.label import Level
from tests.data.guard.guard_world import CHARGE, NOON, PERSON, a_permit, about_people

WIDE = {
    "reads": (PERSON, CHARGE),
    "columns": ("id", "name", "town", "born_on", "fee", "since", "income", "children", "seen_at"),
}
PUBLISHING = a_permit(**WIDE, label=about_people(Level.L2))
P, C = f'"{PERSON}"', f'"{CHARGE}"'
# disguise → (text, what the path says of the step that shows it)
DISGUISES = {
    "alias": (f"select income as fee from {P}", "源头是「人口登记·收入」"),
    "cte": (f"with quiet as (select town, income as x from {P}) select x from quiet", "取自「quiet」"),
    "case": (f"select town, case when income > 1000 then 'a' else 'b' end as band from {P}", "源头是「人口登记·收入」"),
    "aggregate over one": (f"select seen_at, max(income) as top from {P} group by seen_at", "max() 由它统计得出"),
    "window": (f"select town, rank() over (order by income) as place from {P}", "rank() OVER 由它算得"),
    "union": (f"select children as n from {P} union all select cast(income as int) as n from {P}", "UNION ALL 并入它"),
    "anti-join": (
        f"select town from {P} p where not exists (select 1 from {P} q where q.seen_at = p.seen_at and q.income > 1000)",
        "WHERE 用它决定留下哪些行",
    ),
    "join": (f"select c.fee from {C} c join {P} p on p.income > c.fee", "JOIN 用它决定留下哪些行"),
    "ordering with limit": (f"select town from {P} order by income desc, town limit 1", "LIMIT 按它的次序取行"),
    "ordering": (f"select town from {P} order by income desc, town", "ORDER BY 的次序透露它"),
    "limit in a sub-query": (
        f"select town from (select town from {P} order by income desc, town limit 1) x",
        "LIMIT 按它的次序取行",
    ),
    "division by zero": (f"select town, 1 // (children * 0 + cast(income as int)) as x from {P}", "源头是「人口登记·收入」"),
    "error text": (f"select town, try_cast(cast(income as text) as date) as x from {P}", "源头是「人口登记·收入」"),
    "having": (f"select town from {P} group by town having sum(income) > 2000", "HAVING 用它决定留下哪些行"),
    "scalar sub-query": (f"select c.town, (select max(income) from {P}) as x from {C} c", "子查询的值取决于它"),
}  # fmt: skip


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_is_refused_with_the_path_to_its_source(name, stores):
    text, step = DISGUISES[name]

    with pytest.raises((refused.AboveLabel, refused.PresenceAboveLabel)) as stopped:
        guard.answer(Ask(text=text), PUBLISHING, stores=stores, by="li", at=NOON)

    assert "源头是「人口登记·收入」" in stopped.value.message
    assert step in stopped.value.message


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_is_examined_without_running(name, stores):
    text, _ = DISGUISES[name]

    found = examine.examine(Ask(text=text), PUBLISHING, stores=stores)

    assert found.is_refused
    paths = [path for verdict in (found.rows, *found.outputs) for path in verdict.paths]
    assert {path.source for path in paths} >= {"人口登记·收入"}
    assert f"{PERSON}.income" in {source.id for source in found.sources}
    assert found.remedies


def test_the_same_query_is_answered_to_who_may_have_it(stores):
    cleared = a_permit(**WIDE, label=about_people(Level.L4))

    for name, (text, _) in DISGUISES.items():
        if name != "union":
            guard.answer(Ask(text=text), cleared, stores=stores, by="li", at=NOON)


def test_a_value_that_is_too_high_is_answered_with_the_check_that_would_do(stores):
    found = examine.examine(Ask(text=f"select id, town, name, income from {P}"), PUBLISHING, stores=stores)

    ways = {way.name: way for way in found.remedies}
    assert [verdict.how for verdict in found.outputs] == ["masked", "clear", "masked", "refused"]
    assert "只需申请 1 项，不必取用 4 项" in ways["verify"].chinese
    assert "1 column instead of 4" in ways["verify"].english
    assert "其余 3 列可以提供" in ways["leave-out"].chinese
    assert remedies.say(found.remedies).startswith("可行的办法：① 改为核验")


def test_what_an_output_is_made_of_and_what_decides_about_rows_is_told_apart(stores):
    found = examine.examine(
        Ask(text=f"select town, count(*) as n from {P} where children > 0 group by town"), PUBLISHING, stores=stores
    )

    assert not found.is_refused
    assert found.outputs[0].made_of == (f"{PERSON}.town",)
    assert [source.id for source in found.sources if source.decides] == [f"{PERSON}.town", f"{PERSON}.children"]


def test_all_columns_that_are_not_granted_are_named_at_once(stores):
    with pytest.raises(refused.ColumnNotGranted) as stopped:
        examine.examine(Ask(text=f"select name, income, born_on from {P}"), a_permit(columns=("name",)), stores=stores)

    assert set(stopped.value.requests) == {"income", "born_on"}


def test_a_statement_that_is_not_taihu_sql_is_no_way_around(stores):
    for text in (f"pragma table_info({P})", "select * from read_parquet('x')", f"copy {P} to 'x'"):
        with pytest.raises(refusals.QueryRefused):
            guard.answer(Ask(text=text), PUBLISHING, stores=stores, by="li", at=NOON)


def test_steps_are_told_in_english(stores):
    found = examine.examine(Ask(text=DISGUISES["anti-join"][0]), PUBLISHING, stores=stores)

    told = [explain.tell(step, "en") for path in found.rows.paths for step in path.steps]

    assert "line 1: WHERE decides by it which rows stay" in told
