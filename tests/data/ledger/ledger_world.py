"""Entries and ledgers for the tests of the ledger."""

from __future__ import annotations

import dataclasses
import datetime

from taihu.data.ledger import suite
from taihu.data.ledger.entry import Entry
from taihu.data.ledger.ledger import Ledger

POLICY = suite.ONLY_INTL_1
NOON = datetime.datetime(2026, 11, 24, 4, tzinfo=datetime.UTC)


def an_entry(number: int = 0, **differences) -> Entry:
    """An answer given to civil affairs; each number is a second later."""
    entry = Entry(
        at=NOON + datetime.timedelta(seconds=number),
        act="answer",
        by="li",
        department="civil",
        system="civil.aid",
        grant="g-1",
        purpose="核对",
        dataset="bases.people.person",
        columns=("name", "id:masked"),
        label="L2 person",
        rows=1,
        where="lookup",
        detail={"key": "id"},
        subjects=("a" * 32,),
    )
    return dataclasses.replace(entry, **differences)


def a_ledger(root, segment: str = "web", policy: str = "") -> Ledger:
    """A ledger under a folder, its keys beside it; of the policy that the fixture set, where none is named."""
    return Ledger(root / "ledger", segment, policy=suite.read_policy(policy) if policy else POLICY)
