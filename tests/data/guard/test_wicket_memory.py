"""What the wicket of an event loop remembers between calls, and what becomes of calls whose callers have gone."""

import asyncio
import contextlib
import sqlite3

import pytest

from taihu.data.guard import answer as guard
from taihu.data.guard import lookup, serve
from taihu.data.guard import wicket as gates
from taihu.data.guard.permits import Permits, hash_key
from taihu.data.guard.question import Lookup
from taihu.terms import fault
from taihu.terms.label import PUBLIC, Level
from tests.data.guard.guard_world import CHARGE, IDS, NOON, PERSON, a_permit, about_people

KEY = {"id": IDS[0]}


@pytest.fixture
def permits(stores):
    opened = Permits(stores.root / "guard" / "permits.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def wicket(stores, permits):
    serve.serve(stores.shelf.dataset(PERSON), stores=stores)
    return gates.Wicket(stores, permits)


@contextlib.contextmanager
def failing(point, failure):
    def fail(name):
        if name == point:
            raise failure

    fault.decide_by(fail)
    try:
        yield
    finally:
        fault.decide_by(None)


def spy(monkeypatch, where, name):
    """Calls go through; their arguments are kept."""
    seen, real = [], getattr(where, name)
    monkeypatch.setattr(where, name, lambda *given: seen.append(given) or real(*given))
    return seen


def test_a_key_is_looked_up_once_while_no_permit_changes(wicket, permits, monkeypatch):
    permits.keep(a_permit(), hash_key("secret"))
    looked = spy(monkeypatch, permits, "find_by_key")

    async def thrice():
        found = [wicket.find_by_key("secret"), wicket.find_by_key("secret")]
        await asyncio.sleep(0)
        return [*found, wicket.find_by_key("secret")]

    found = asyncio.run(thrice())

    assert [permit.grant for (permit,) in found] == [a_permit().grant] * 3
    assert looked == [("secret",)]


def test_a_permit_that_ends_within_a_loop_is_not_found_in_its_next_turn(wicket, permits):
    permits.keep(a_permit(), hash_key("secret"))

    async def twice():
        before = wicket.find_by_key("secret")
        permits.end(a_permit().grant)
        await asyncio.sleep(0)
        return before, wicket.find_by_key("secret")

    before, after = asyncio.run(twice())

    assert len(before) == 1
    assert after == ()


def test_a_value_from_the_vault_is_answered_as_a_thread_answers_it(wicket, stores):
    permit = a_permit(label=about_people(Level.L4))
    question = Lookup(PERSON, KEY, ("id", "name"), clear=("id",))

    by_loop = asyncio.run(wicket.answer(question, permit, by="li", at=NOON))
    by_thread = guard.answer(question, permit, stores=stores, by="li", at=NOON)

    assert by_loop.rows == by_thread.rows == [(IDS[0], "沈一")]
    assert (by_loop.columns, by_loop.next) == (by_thread.columns, by_thread.next)


@pytest.mark.parametrize(("most", "decided"), [(10_000, 3), (1, 4)])
def test_a_memory_that_is_full_begins_anew_and_answers_as_before(most, decided, wicket, monkeypatch):
    monkeypatch.setattr(gates, "MOST_REMEMBERED", most)
    prepared = spy(monkeypatch, lookup, "prepare")
    permit = a_permit()

    async def four():
        asked = [("name",), ("town",), ("name", "town"), ("name",)]
        return [await wicket.answer(Lookup(PERSON, KEY, names), permit, by="li", at=NOON) for names in asked]

    rows = [found.rows for found in asyncio.run(four())]

    assert rows == [[("沈*",)], [("330502001",)], [("沈*", "330502001")], [("沈*",)]]
    assert len(prepared) == decided


async def two_of_which_the_first_goes(wicket, permit):
    asked = [
        asyncio.create_task(wicket.answer(Lookup(PERSON, KEY, ("name",)), permit, by="li", at=NOON)) for _ in range(2)
    ]
    await asyncio.sleep(0)
    asked[0].cancel()
    return await asyncio.gather(*asked, return_exceptions=True)


def test_a_caller_who_has_gone_keeps_no_other_from_an_answer(wicket):
    gone, found = asyncio.run(two_of_which_the_first_goes(wicket, a_permit(grant="gone")))

    assert isinstance(gone, asyncio.CancelledError)
    assert found.rows == [("沈*",)]


def test_a_caller_who_has_gone_keeps_no_other_from_hearing_of_a_failure(wicket):
    with failing("guard.permits.count", sqlite3.OperationalError("disk is full")):
        gone, told = asyncio.run(two_of_which_the_first_goes(wicket, a_permit(grant="gone")))

    assert isinstance(gone, asyncio.CancelledError)
    assert isinstance(told, sqlite3.OperationalError)


def test_while_the_ledger_cannot_write_a_loop_answers_l1_without_a_receipt(stores, wicket):
    serve.serve(stores.shelf.dataset(CHARGE), stores=stores)
    permit = a_permit(reads=(CHARGE,), columns=("town", "since", "fee"), label=PUBLIC)
    question = Lookup(CHARGE, {"town": "330502002", "since": "2024-01-01"})

    with failing("ledger.append.sync", OSError(28, "full")):
        found = asyncio.run(wicket.answer(question, permit, by="li", at=NOON))
    stores.close()

    assert found.rows == [("330502002", "2024-01-01", "3.00")]
    assert found.receipt is None
