"""The wicket of a process that answers on an event loop: remembers what does not change, waits without threads."""

from __future__ import annotations

import asyncio
import datetime
from dataclasses import dataclass

from taihu.data.engines.stores import Stores
from taihu.data.guard import admit, answer, lookup, verify
from taihu.data.guard.draft import Answer, Draft
from taihu.data.guard.lookup import Prepared
from taihu.data.guard.permits import Permits
from taihu.data.guard.question import Lookup, Question, Verify
from taihu.data.guard.said import ANSWER, Said, enter_refusal_soon, enter_soon
from taihu.terms.permit import Permit
from taihu.terms.problem import Problem

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Form:
    """What two lookups have in common that are decided alike; the permit by its identity in this wicket's memory."""

    permit: int
    dataset: str
    columns: tuple[str, ...]
    clear: tuple[str, ...]
    has_tokens: bool


class Wicket:
    """One for each event loop. A permit that changed or ended is seen at the next call."""

    def __init__(self, stores: Stores, permits: Permits) -> None:
        self._stores = stores
        self._permits = permits
        self._version = -1
        self._by_key: dict[str, tuple[Permit, ...]] = {}
        self._prepared: dict[_Form, tuple[Permit, Prepared]] = {}
        self._counting: list[tuple[Permit, datetime.date, asyncio.Future[bool]]] = []
        self._served: dict[str, bool] = {}
        self._is_fresh = False

    def find_by_key(self, key: str) -> tuple[Permit, ...]:
        """The permits in force that a key opens; none for an unknown key."""
        self._look()
        found = self._by_key.get(key)
        if found is None:
            found = self._by_key[key] = self._permits.find_by_key(key)
        return found

    def _look(self) -> None:
        """Looks once in each turn of the loop whether permits or lookup files have changed."""
        if self._is_fresh:
            return
        self._served.clear()
        version = self._permits.version()
        if version != self._version or len(self._by_key) > MOST_REMEMBERED:
            self._by_key.clear()
            self._prepared.clear()
            self._version = version
        self._is_fresh = True
        asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._is_fresh = False

    async def answer(self, question: Question, permit: Permit, *, by: str, at: datetime.datetime) -> Answer:
        """Answers under a permit, as `guard.answer` does, with the same refusals and the same entries.

        What is read from a lookup file is read here, in microseconds; everything else works in a thread.
        """
        if not self._is_quick(question):
            return await asyncio.to_thread(
                answer.answer, question, permit, stores=self._stores, by=by, at=at, permits=self._permits
            )
        said = Said(question, permit, by, at)
        try:
            draft = await self._draft(said)
            receipt = await enter_soon(said, ANSWER, draft, self._stores)
        except Problem as problem:
            await enter_refusal_soon(said, problem, self._stores.ledger)
            raise
        return Answer(draft.columns, draft.rows, receipt, draft.next, draft.withheld)

    def _is_quick(self, question: Question) -> bool:
        """True where one row is asked for by key, in the clear or masked, of a dataset that has a lookup file."""
        if isinstance(question, Lookup) and question.clear:
            return False
        if not isinstance(question, Lookup | Verify):
            return False
        self._look()
        is_served = self._served.get(question.dataset)
        if is_served is None:
            is_served = self._served[question.dataset] = self._stores.serving.is_served(question.dataset)
        return is_served

    async def _draft(self, said: Said) -> Draft:
        admit.check(said.question, said.permit, said.on)
        if not await self._count(said.permit, said.on):
            raise admit.quota_spent(said.permit)
        if isinstance(said.question, Verify):
            return verify.draft_verify(said.question, said.permit, self._stores)
        assert isinstance(said.question, Lookup)  # noqa: S101 - `_is_quick` lets nothing else in
        ready = self._prepare(said.question, said.permit)
        return lookup.draft_lookup(said.question, said.permit, self._stores, ready)

    def _prepare(self, question: Lookup, permit: Permit) -> Prepared:
        form = _Form(id(permit), question.dataset, question.columns, question.clear, question.has_tokens)
        known = self._prepared.get(form)
        if known is not None and known[0] is permit:
            return known[1]
        ready = lookup.prepare(question, permit, self._stores)
        if len(self._prepared) > MOST_REMEMBERED:
            self._prepared.clear()
        self._prepared[form] = (permit, ready)
        return ready

    def _count(self, permit: Permit, on: datetime.date) -> asyncio.Future[bool]:
        """Counts a call; all calls of one turn of the loop are counted in one write for each permit."""
        loop = asyncio.get_running_loop()
        counted: asyncio.Future[bool] = loop.create_future()
        self._counting.append((permit, on, counted))
        if len(self._counting) == 1:
            loop.call_soon(self._count_all)
        return counted

    def _count_all(self) -> None:
        waiting, self._counting = self._counting, []
        groups: dict[tuple[str, datetime.date], list[tuple[Permit, asyncio.Future[bool]]]] = {}
        for permit, on, counted in waiting:
            groups.setdefault((permit.grant, on), []).append((permit, counted))
        for (_, on), group in groups.items():
            try:
                left = self._permits.count_calls(group[0][0], on, len(group))
            except Exception as failure:  # the outer edge of a callback: nobody may wait for ever
                _settle([counted for _, counted in group], failure)
                continue
            for number, (_, counted) in enumerate(group):
                if not counted.done():
                    counted.set_result(number < left)


def _settle(waiting: list[asyncio.Future[bool]], failure: Exception) -> None:
    for counted in waiting:
        if not counted.done():
            counted.set_exception(failure)
