import dataclasses

import pytest

from taihu.data.guard import answer as guard
from taihu.data.guard import refused
from taihu.data.guard.question import Condition, Op, Order, Rows
from taihu.terms.label import Level
from taihu.terms.permit import Quota
from taihu.terms.zone import Zone
from tests.data.guard.guard_world import (
    CHARGE,
    IDS,
    NOON,
    PEOPLE,
    PERSON,
    a_permit,
    a_shelf_and_stores,
    about_people,
    write_people,
    write_table,
)

ALL = ("id", "name", "phone", "town", "born_on", "income", "married", "children", "seen_at")
CLEARED = a_permit(columns=ALL, label=about_people(Level.L4))
FIRST, SECOND, THIRD = "沈一", "陈小明", "欧阳文"


def ask(question, permit, stores):
    return guard.answer(question, permit, stores=stores, by="li", at=NOON)


CONDITIONS = [
    (Condition("town", Op.EQUAL, ("330502001",)), {FIRST}),
    (Condition("town", Op.UNEQUAL, ("330502001",)), {SECOND, THIRD}),
    (Condition("children", Op.UNEQUAL, ("1",)), {SECOND, THIRD}),
    (Condition("born_on", Op.LESS, ("1985-03-12",)), {THIRD}),
    (Condition("born_on", Op.AT_MOST, ("1985-03-12",)), {SECOND, THIRD}),
    (Condition("income", Op.MORE, ("900",)), {FIRST}),
    (Condition("income", Op.AT_LEAST, ("900",)), {FIRST, SECOND}),
    (Condition("town", Op.IN, ("330502001", "330521001")), {FIRST, THIRD}),
    (Condition("id", Op.IN, (IDS[1], " ")), {SECOND}),
    (Condition("name", Op.BEGINS, ("沈", "欧")), {FIRST, THIRD}),
    (Condition("name", Op.CONTAINS, ("小",)), {SECOND}),
    (Condition("phone", Op.EMPTY), {THIRD}),
    (Condition("phone", Op.FILLED), {FIRST, SECOND}),
    (Condition("married", Op.EQUAL, ("否",)), {SECOND}),
    (Condition("seen_at", Op.MORE, ("2026-11-01T12:00:00",)), {SECOND}),
    (Condition("name", Op.EQUAL, ("' OR 1=1 --",)), set()),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_rows_are_chosen_by_each_kind_of_condition(stores, condition, expected):
    found = ask(Rows(PERSON, ("name",), where=(condition,)), CLEARED, stores)

    assert {name for (name,) in found.rows} == expected


def test_several_conditions_all_hold(stores):
    where = (Condition("town", Op.BEGINS, ("330502",)), Condition("children", Op.AT_LEAST, ("1",)))

    assert ask(Rows(PERSON, ("name",), where=where), CLEARED, stores).rows == [(FIRST,)]


@pytest.mark.parametrize("value", ["x", "1.5", "9" * 30])
def test_a_value_of_another_kind_is_refused_without_being_shown(stores, value):
    with pytest.raises(refused.WrongValue) as caught:
        ask(Rows(PERSON, ("name",), where=(Condition("children", Op.EQUAL, (value,)),)), CLEARED, stores)

    assert "子女数" in str(caught.value)
    assert value not in str(caught.value).replace("1.5", "" if value != "1.5" else "1.5")


ORDERS = [
    ((Order("born_on"),), [THIRD, SECOND, FIRST]),
    ((Order("born_on", is_descending=True),), [FIRST, SECOND, THIRD]),
    ((Order("income"),), [SECOND, FIRST, THIRD]),
    ((Order("income", is_descending=True),), [FIRST, SECOND, THIRD]),
    ((Order("married"), Order("born_on")), [SECOND, FIRST, THIRD]),
]


@pytest.mark.parametrize(("order", "expected"), ORDERS)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_follow_the_order_and_miss_and_repeat_nothing(stores, order, expected, limit):
    seen, after = [], ""
    for _ in range(4):
        found = ask(Rows(PERSON, ("name",), order=order, limit=limit, after=after), CLEARED, stores)
        seen += [name for (name,) in found.rows]
        after = found.next
        if not after:
            break

    assert seen == expected


def test_rows_that_look_alike_are_all_there(tmp_path):
    stores = a_shelf_and_stores(tmp_path)
    people = [(f"33050219900101{n:04}", "同名", None, "330502001", *PEOPLE[2][4:]) for n in range(25)]
    write_people(stores, people)

    seen, after = [], ""
    while True:
        found = ask(Rows(PERSON, ("name", "phone"), limit=4, after=after), a_permit(), stores)
        seen += found.rows
        after = found.next
        if not after:
            break

    assert len(seen) == 25
    stores.close()


def test_what_is_not_seen_does_not_order_the_rows(tmp_path):
    """Two cities that differ only in what is masked show the same rows in the same order."""
    shown = []
    for n, swapped in enumerate((PEOPLE, tuple(reversed(PEOPLE)))):
        stores = a_shelf_and_stores(tmp_path / str(n))
        write_people(stores, swapped)
        shown.append(ask(Rows(PERSON), a_permit(), stores).rows)
        stores.close()

    assert shown[0] == shown[1]


def test_a_page_goes_on_only_for_the_same_question_under_the_same_grant(stores):
    first = ask(Rows(PERSON, ("name",), limit=1), CLEARED, stores)
    others = [
        (Rows(PERSON, ("name",), limit=1, where=(Condition("town", Op.FILLED),)), CLEARED),
        (Rows(PERSON, ("name", "town"), limit=1), CLEARED),
        (Rows(PERSON, ("name",), limit=1, order=(Order("town"),)), CLEARED),
        (Rows(PERSON, ("name",), limit=1), dataclasses.replace(CLEARED, grant="g-2")),
    ]

    for question, permit in others:
        with pytest.raises(refused.WrongPlace):
            ask(dataclasses.replace(question, after=first.next), permit, stores)


def test_a_page_never_shows_what_stands_in_its_cursor(stores):
    found = ask(Rows(PERSON, limit=1), a_permit(), stores)

    assert found.next
    assert "沈" not in found.next


def test_no_answer_holds_more_rows_than_the_permit_allows(stores):
    permit = dataclasses.replace(CLEARED, quota=Quota(rows_an_answer=2))

    found = ask(Rows(PERSON, ("name",), limit=1_000), permit, stores)

    assert len(found.rows) == 2
    assert found.next


def test_columns_that_came_later_read_as_nothing(tmp_path):
    stores = a_shelf_and_stores(tmp_path)
    write_table(stores, Zone.GOVERNED, PERSON, f"SELECT '{stores.vault.token(IDS[0])}' AS id, '330502001' AS town")

    found = ask(Rows(PERSON), a_permit(), stores)

    assert found.rows == [(None, None, None, "330502001", None)]
    stores.close()


def test_a_zone_can_be_asked_for(tmp_path):
    stores = a_shelf_and_stores(tmp_path)
    write_table(stores, Zone.BASE, PERSON, "SELECT 'base' AS town")
    permit = a_permit(columns=("town",))

    assert ask(Rows(PERSON), permit, stores).rows == [("base",)]
    assert ask(Rows(PERSON, zone=Zone.BASE), permit, stores).rows == [("base",)]
    with pytest.raises(refused.NothingHere):
        ask(Rows(PERSON, zone=Zone.TOPIC), permit, stores)
    stores.close()


def test_rows_of_a_table_without_people_name_no_subjects(stores):
    permit = a_permit(reads=(CHARGE,), columns=("fee",), label=about_people(Level.L1))

    found = ask(Rows(CHARGE), permit, stores)

    assert stores.ledger.find(found.receipt.id).entry.subjects == ()
