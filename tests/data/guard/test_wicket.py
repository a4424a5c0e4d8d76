"""The wicket of an event loop: the same answers, refusals, counts and entries as the guard gives to a thread."""

import asyncio
import sqlite3

import pytest

from taihu.data.guard import answer as guard
from taihu.data.guard import refused, serve
from taihu.data.guard.permits import Permits, hash_key
from taihu.data.guard.question import Ask, Lookup, Verify
from taihu.data.guard.wicket import Wicket
from taihu.data.ledger.index import Wanted
from taihu.terms import fault
from taihu.terms.permit import Quota
from taihu.terms.problem import Problem
from tests.data.guard.guard_world import IDS, NOON, PERSON, a_permit

KEY = {"id": IDS[0]}
QUESTIONS = [
    Lookup(PERSON, KEY),
    Lookup(PERSON, KEY, has_tokens=True),
    Lookup(PERSON, {"id": "330501190001010000"}),
    Verify(PERSON, KEY, {"name": "沈一"}),
    Lookup(PERSON, {}),
    Lookup(PERSON, KEY, ("nothing",)),
    Verify(PERSON, KEY, {}),
    Ask(query="bases.people.listed"),
]


@pytest.fixture
def wicket(stores):
    permits = Permits(stores.root / "guard" / "permits.sqlite3")
    yield Wicket(stores, permits)
    permits.close()


def said(entry):
    return (entry.act, entry.columns, entry.label, entry.rows, entry.detail, entry.subjects, entry.grant)


async def outcome(wicket, question, permit):
    try:
        found = await wicket.answer(question, permit, by="li", at=NOON)
    except Problem as problem:
        return problem.to_shape()
    return found.columns, found.rows, found.next


def outcome_in_a_thread(question, permit, stores):
    try:
        found = guard.answer(question, permit, stores=stores, by="li", at=NOON)
    except Problem as problem:
        return problem.to_shape()
    return found.columns, found.rows, found.next


@pytest.mark.slow
@pytest.mark.parametrize("is_served", [True, False])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_loop_is_told_what_a_thread_is_told_and_so_is_the_ledger(question, is_served, stores, wicket):
    if is_served:
        serve.serve(stores.shelf.dataset(PERSON), stores=stores)

    by_loop = asyncio.run(outcome(wicket, question, a_permit()))
    by_thread = outcome_in_a_thread(question, a_permit(), stores)

    assert by_loop == by_thread
    first, second = stores.ledger.entries().entries[:2]
    assert said(first.entry) == said(second.entry)


@pytest.mark.slow
def test_of_fifty_calls_at_once_as_many_are_answered_as_the_quota_has(stores, wicket):
    serve.serve(stores.shelf.dataset(PERSON), stores=stores)
    permit = a_permit(grant="twenty", quota=Quota(20, 1000))

    async def all_at_once():
        return await asyncio.gather(
            *(wicket.answer(Lookup(PERSON, KEY), permit, by="li", at=NOON) for _ in range(50)), return_exceptions=True
        )

    found = asyncio.run(all_at_once())

    assert sum(isinstance(one, refused.QuotaSpent) for one in found) == 30
    assert sum(not isinstance(one, Exception) for one in found) == 20
    acts = [one.entry.act for one in stores.ledger.entries(Wanted(grant="twenty"), limit=100).entries]
    assert (acts.count("answer"), acts.count("refuse")) == (20, 30)


def test_a_grant_that_ends_is_not_found_at_the_next_call(stores, wicket):
    other = Permits(stores.root / "guard" / "permits.sqlite3")
    other.keep(a_permit(), hash_key("secret"))

    async def found():
        return wicket.find_by_key("secret")

    before = asyncio.run(found())

    other.end(a_permit().grant)

    assert [permit.grant for permit in before] == [a_permit().grant]
    assert asyncio.run(found()) == ()
    other.close()


def test_a_permit_that_was_narrowed_is_decided_anew(stores, wicket):
    serve.serve(stores.shelf.dataset(PERSON), stores=stores)
    permits = Permits(stores.root / "guard" / "permits.sqlite3")
    permits.keep(a_permit(), hash_key("secret"))

    async def names():
        (permit,) = wicket.find_by_key("secret")
        found = await wicket.answer(Lookup(PERSON, KEY), permit, by="li", at=NOON)
        return {column.name for column in found.columns}

    whole = asyncio.run(names())
    permits.keep(a_permit(columns=(f"{PERSON}.name",)), hash_key("secret"))

    assert len(whole) > 1
    assert asyncio.run(names()) == {"name"}
    permits.close()


def test_a_count_that_fails_fails_every_call_that_waits_for_it(stores, wicket):
    serve.serve(stores.shelf.dataset(PERSON), stores=stores)

    def fail(name):
        if name == "guard.permits.count":
            raise sqlite3.OperationalError("disk is full")

    async def two():
        return await asyncio.gather(
            *(wicket.answer(Lookup(PERSON, KEY), a_permit(), by="li", at=NOON) for _ in range(2)),
            return_exceptions=True,
        )

    fault.decide_by(fail)
    try:
        found = asyncio.run(two())
    finally:
        fault.decide_by(None)

    assert [type(one) for one in found] == [sqlite3.OperationalError] * 2


@pytest.mark.slow
def test_while_the_ledger_cannot_write_a_loop_is_refused_above_l1(stores, wicket):
    serve.serve(stores.shelf.dataset(PERSON), stores=stores)

    def fail(name):
        if name == "ledger.append.sync":
            raise OSError(28, "full")

    fault.decide_by(fail)
    try:
        with pytest.raises(refused.NoLedger):
            asyncio.run(wicket.answer(Lookup(PERSON, KEY), a_permit(), by="li", at=NOON))
    finally:
        fault.decide_by(None)
        stores.close()
