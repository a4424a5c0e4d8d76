"""What a call does: finds the permit that the key opens, asks the guard, tells the answer as JSON."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec

from taihu.data.engines.stores import Stores
from taihu.data.guard.draft import Answer, AnswerColumn
from taihu.data.guard.permits import Permits
from taihu.data.guard.question import Ask, Lookup, Verify
from taihu.data.guard.wicket import Wicket
from taihu.data.ledger.writer import Receipt
from taihu.doors.exchange import calls, problems
from taihu.terms.permit import Permit

MOST_HEADINGS = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came to the door."""

    dataset: str
    key: str
    body: bytes
    at: datetime.datetime


class Door:
    """The wicket, and how answers of one form are told: worked out once for each heading that the wicket remembers."""

    def __init__(self, wicket: Wicket) -> None:
        self.wicket = wicket
        self._told: dict[int, tuple[tuple[AnswerColumn, ...], list[calls.ColumnTold]]] = {}

    def columns(self, columns: tuple[AnswerColumn, ...]) -> list[calls.ColumnTold]:
        """The columns as this door tells them."""
        known = self._told.get(id(columns))
        if known is not None and known[0] is columns:
            return known[1]
        if len(self._told) > MOST_HEADINGS:
            self._told.clear()
        told = [calls.ColumnTold(c.name, c.title, str(c.label), c.is_masked) for c in columns]
        self._told[id(columns)] = (columns, told)
        return told


Operation = Callable[[Call, Door], Awaitable[bytes]]


async def look_up(call: Call, door: Door) -> bytes:
    """Rows by key, masked as the permit says."""
    asked = calls.read(call.body, calls.Lookup)
    question = Lookup(call.dataset, asked.key, tuple(asked.columns), filing=asked.filing)
    return tell(
        rows(door, await door.wicket.answer(question, find_permit(call, door.wicket), by=asked.operator, at=call.at))
    )


async def verify(call: Call, door: Door) -> bytes:
    """一致 or 不一致 for each claim."""
    asked = calls.read(call.body, calls.Verify)
    question = Verify(call.dataset, asked.key, asked.claims, filing=asked.filing)
    answered = await door.wicket.answer(question, find_permit(call, door.wicket), by=asked.operator, at=call.at)
    found = answered.rows[0] if answered.rows else ()
    agrees = {column.name: value == "一致" for column, value in zip(answered.columns, found, strict=False)}
    return tell(calls.Verdict(found=bool(answered.rows), agrees=agrees, ledger=told(answered.receipt)))


async def ask(call: Call, door: Door) -> bytes:
    """The rows of a published query; the path names the query."""
    asked = calls.read(call.body, calls.Ask)
    question = Ask(query=call.dataset, parameters=asked.parameters, filing=asked.filing)
    return tell(
        rows(door, await door.wicket.answer(question, find_permit(call, door.wicket), by=asked.operator, at=call.at))
    )


BY_NAME: Mapping[str, Operation] = {"lookup": look_up, "verify": verify, "ask": ask}


def my_permits(key: str, wicket: Wicket, at: datetime.datetime) -> bytes:
    """All grants in force that the key opens."""
    found = wicket.find_by_key(key)
    if not found:
        raise unknown_key()
    return tell(calls.Permits(permits=[tell_permit(permit) for permit in found if permit.is_live(at.date())]))


def tell_permit(permit: Permit) -> calls.PermitTold:
    """What a developer needs to know of a permit."""
    return calls.PermitTold(
        grant=permit.grant,
        reads=list(permit.reads),
        columns=list(permit.columns),
        level=permit.label.level.name,
        forms=sorted(form.value for form in permit.forms),
        purpose=permit.purpose,
        until=permit.until.isoformat(),
        calls_a_day=permit.quota.calls_a_day,
    )


def find_permit(call: Call, wicket: Wicket) -> Permit:
    """The permit of the key for this dataset, else any of its permits: the guard then says what is missing."""
    found = wicket.find_by_key(call.key)
    if not found:
        raise unknown_key()
    return next((permit for permit in found if call.dataset in permit.reads), found[0])


def open_door(stores: Stores) -> Door:
    """The door of this process, over a wicket of its own."""
    return Door(Wicket(stores, Permits(stores.root / "guard" / "permits.sqlite3")))


def unknown_key() -> problems.NoKey:
    """The same answer for a wrong key, an ended grant and a key that never was."""
    return problems.NoKey(
        "调用密钥无效或授权已终止", where="Authorization", help="请在工作台查看授权状态，或重新领取密钥"
    )


def rows(door: Door, answered: Answer) -> calls.Rows:
    """An answer as this door tells it."""
    return calls.Rows(columns=door.columns(answered.columns), rows=answered.rows, ledger=told(answered.receipt))


def told(receipt: Receipt | None) -> calls.Told | None:
    """The place of an answer in the ledger; none for open data while it cannot write."""
    return None if receipt is None else calls.Told(id=receipt.id)


def tell(body: msgspec.Struct) -> bytes:
    """A body as JSON; dates and decimals as text."""
    return msgspec.json.encode(body)
