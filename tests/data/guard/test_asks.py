import datetime

import pytest

from taihu.data.guard import answer as guard
from taihu.data.guard import refused
from taihu.data.guard.question import Ask
from taihu.data.query import refusals
from taihu.terms.label import PUBLIC, Label, Level
from taihu.terms.permit import Quota, Scope
from tests.data.guard.guard_world import CHARGE, IDS, NOON, PERSON, a_permit, about_people

BOTH = {"reads": (PERSON, CHARGE), "columns": ("id", "name", "town", "born_on", "fee", "since", "income")}
L3, L4 = about_people(Level.L3), about_people(Level.L4)


def ask(question, permit, stores):
    return guard.answer(question, permit, stores=stores, by="li", at=NOON)


def text(sql):
    return Ask(text=sql)


def test_a_query_of_a_pack_leaves_masked_and_is_entered(stores):
    found = ask(Ask(query="bases.people.charged", filing="f"), a_permit(**BOTH), stores)

    assert found.rows == [
        ("330502********0018", "沈*", "1.50"),
        ("330502********0018", "沈*", "2.00"),
        ("330502********0021", "陈**", "3.00"),
    ]
    entry = stores.ledger.find(found.receipt.id).entry
    assert entry.dataset.split() == sorted((PERSON, CHARGE))
    assert entry.columns == ("id", "name", "fee")
    assert entry.detail["masked"] == "id:masked name:masked"
    assert entry.detail["query"] == "bases.people.charged"
    assert entry.detail["filing"] == "f"
    assert len(entry.subjects) == 2


def test_identifiers_leave_as_tokens_of_the_grant(stores):
    permit = a_permit(**BOTH, label=L3)
    question = Ask(query="bases.people.charged", has_tokens=True)

    mine = ask(question, permit, stores)
    others = ask(question, a_permit(**BOTH, label=L3, grant="g-2"), stores)

    assert mine.rows[0][1:] != ()
    tokens = {row[0] for row in mine.rows}
    assert len(tokens) == 2
    assert tokens.isdisjoint({row[0] for row in others.rows})
    assert stores.vault.token(IDS[0]) not in tokens
    with pytest.raises(refused.AboveLabel):
        ask(question, a_permit(**BOTH), stores)


def test_pages_of_a_query_follow_one_another(stores):
    permit = a_permit(**BOTH, quota=Quota(rows_an_answer=2))
    first = ask(Ask(query="bases.people.charged"), permit, stores)
    second = ask(Ask(query="bases.people.charged", after=first.next), permit, stores)

    assert len(first.rows) == 2
    assert len(second.rows) == 1
    assert second.next == ""
    with pytest.raises(refused.WrongPlace):
        ask(Ask(query="bases.people.fees", after=first.next), permit, stores)


def test_parameters_are_read_by_their_kinds_and_today_is_the_citys_day(stores):
    permit = a_permit(**BOTH)

    assert ask(Ask(query="bases.people.of_town", parameters={"town": "330502001"}), permit, stores).rows == [
        ("330502********0018", "沈*", "1990")
    ]
    unknown_is_ignored = {"town": "330502002", "other": "1", "today": "1999-01-01"}
    assert len(ask(Ask(query="bases.people.of_town", parameters=unknown_is_ignored), permit, stores).rows) == 1
    with pytest.raises(refusals.WrongValue):
        ask(Ask(query="bases.people.of_town"), permit, stores)
    typed = ask(Ask(query="bases.people.of_town", parameters={"town": None}), permit, stores)
    assert typed.rows == []


def test_a_text_reads_what_the_permit_or_the_pack_reads(stores):
    permit = a_permit(**BOTH)

    by_id = ask(text(f"select count(*) as n from {PERSON}"), permit, stores)
    by_pack = ask(Ask(text="select count(*) as n from listed", pack="bases.people"), permit, stores)

    assert by_id.rows == by_pack.rows == [(3,)]
    assert by_id.columns[0].title == "n"


REFUSED = [
    ("a table not granted", Ask(query="bases.people.charged"), {}, refused.NotGranted),
    ("a column not granted in a sum", Ask(query="bases.people.incomes"), {}, refused.ColumnNotGranted),
    (
        "a column not granted in a condition",
        text(f"select town from {PERSON} where income > 1"),
        {},
        refused.ColumnNotGranted,
    ),
    (
        "a column not granted in a sub-query",
        text(f"select town from {PERSON} where town in (select town from {PERSON} where income > 1)"),
        {},
        refused.ColumnNotGranted,
    ),
    (
        "a column not granted in an order",
        text(f"select town from {PERSON} order by income"),
        {},
        refused.ColumnNotGranted,
    ),
    (
        "a column not granted in a union",
        text(f"select town from {PERSON} union select phone from {PERSON}"),
        {"columns": ("town",)},
        refused.ColumnNotGranted,
    ),
    ("a sum above the label", Ask(query="bases.people.incomes"), BOTH, refused.AboveLabel),
    (
        "a condition above the label",
        text(f"select town from {PERSON} where born_on < date '1990-01-01'"),
        {},
        refused.PresenceAboveLabel,
    ),
    ("text made of an identifier", Ask(query="bases.people.mixed"), {"label": L4}, refused.AboveLabel),
    ("a masked form still above", text(f"select name from {PERSON}"), {"label": Label(Level.L2)}, refused.AboveLabel),
    ("presence above the label", Ask(query="bases.people.by_town"), {"label": PUBLIC}, refused.PresenceAboveLabel),
    (
        "a scope that a table has not",
        Ask(query="bases.people.fees"),
        {**BOTH, "scope": (Scope("born_on", ("1",)),), "label": L4},
        refused.OutOfScope,
    ),
    ("a page without rows", Ask(query="bases.people.listed", limit=0), {}, refused.WrongValue),
    ("text that is no query", text("drop table x"), {}, refusals.QueryRefused),
    ("a table that is not there", text("select 1 as a from nowhere"), {}, refusals.UnknownTable),
]


@pytest.mark.parametrize(("question", "differences", "expected"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_above_the_permit_is_refused_with_the_path(stores, question, differences, expected):
    with pytest.raises(expected) as caught:
        ask(question, a_permit(**differences), stores)

    assert caught.value.message
    assert caught.value.help


def test_the_path_of_a_refusal_names_its_source(stores):
    with pytest.raises(refused.AboveLabel, match="人口登记·收入"):
        ask(Ask(query="bases.people.incomes"), a_permit(**BOTH), stores)


ANSWERED = [
    (
        f"with t as (select town from {PERSON}) select a.town from t a where a.town not in (select town from t where town < '330503')",
        [("330521001",)],
    ),
    (f"select town, born_on from {PERSON} where town = '330502001'", [("330502001", "1990")]),
    (f"select distinct town from {PERSON} where town < '330503'", [("330502001",), ("330502002",)]),
    (f"select town from {PERSON} union all select town from {CHARGE} where fee > 2", None),
    (f"select a.town, count(*) over () as n from {PERSON} a order by a.town limit 1", [("330502001", 3)]),
    ("select v.x as x from (values (1), (2)) as v(x)", [(1,), (2,)]),
    (f"with t as (select name, income from {PERSON}) select name from t", [("欧**",), ("沈*",), ("陈**",)]),
    (
        f"select town, exists(select 1 as one from {CHARGE} c where c.town = p.town) as charged from {PERSON} p where p.town = '330521001'",
        [("330521001", False)],
    ),
    (f"select (select max(fee) from {CHARGE}) as most, count(*) as n from {PERSON}", [("3.00", 3)]),
]


@pytest.mark.parametrize(("sql", "expected"), ANSWERED)
def test_what_nobody_looks_at_needs_no_grant(stores, sql, expected):
    permit = a_permit(reads=(PERSON, CHARGE), columns=("name", "town", "born_on", "fee"))

    found = ask(text(sql), permit, stores)

    assert expected is None or found.rows == expected


def test_whoever_is_cleared_counts_identifiers_and_gets_values_in_the_clear(stores):
    permit = a_permit(**BOTH, label=L4)

    found = ask(
        text(f"select town, count(distinct id) as people, max(born_on) as youngest from {PERSON} group by town"),
        permit,
        stores,
    )

    assert found.rows[0] == ("330502001", 1, "1990-01-01")
    assert datetime.date.fromisoformat(str(found.rows[0][2]))


def test_an_identifier_that_is_missing_leaves_as_nothing(stores):
    permit = a_permit(**BOTH)
    sql = f"select c.fee, p.id from {CHARGE} c left join (select id, town from {PERSON} where town = '330502001') p on p.town = c.town"

    found = ask(text(sql), permit, stores)

    assert ("3.00", None) in found.rows
    assert ("2.00", "330502********0018") in found.rows
