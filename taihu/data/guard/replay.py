"""Replay: gives a past answer again, under the permit, the packs and the data of that second, and compares digests."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from taihu.data.engines.stores import Stores
from taihu.data.guard import admit, bulk, editions, evidence, pinned
from taihu.data.guard.answer import draft_answer
from taihu.data.guard.refused import Refused
from taihu.data.guard.said import ANSWER, Said
from taihu.data.ledger.entry import Entry
from taihu.data.serving.lookup import Serving
from taihu.terms.problem import Problem

ACT = "ledger.replay"
REPLAYED = (ANSWER, bulk.DELIVER, bulk.RELEASE)


class NotReplayable(Refused):
    """The entry is no answer, or its question was forgotten when its term was over."""

    code = "G-REPLAY-01"
    status = 409


@dataclass(frozen=True, slots=True)
class Replayed:
    """Both digests, and never a row; `reason` where no answer came of it."""

    id: str
    said: str
    found: str
    reason: str = ""

    @property
    def is_same(self) -> bool:
        """True where the same answer came out."""
        return bool(self.found) and self.said == self.found


def replay(id: str, *, stores: Stores, by: str, at: datetime.datetime) -> Replayed:  # noqa: A002 - what receipts call it
    """Gives the answer of an entry again, in memory, and says whether it is the same; the ledger keeps who asked.

    Raises NotInLedger and NotReplayable. Nothing of the answer is returned: an auditor reads no business data.
    """
    entry = stores.ledger.find(id).entry
    if entry.act not in REPLAYED or not entry.sealed:
        raise NotReplayable(
            "该条目不是可重放的应答", where=id, help="只有应答可以重放；非公开部分到期清除后也不能再重放"
        )
    replayed = _compare(id, entry, stores)
    result = {"entry": id, "result": "same" if replayed.is_same else "different", "reason": replayed.reason[:120]}
    detail = {name: value for name, value in result.items() if value}
    stores.ledger.append(Entry(at=at, act=ACT, by=by, system="ledger", where=id, detail=detail))
    return replayed


def _compare(id: str, entry: Entry, stores: Stores) -> Replayed:  # noqa: A002 - what receipts call it
    said = entry.evidence["answer"]
    try:
        found = _give_again(entry, stores)
    except Problem as problem:
        return Replayed(id, said, "", f"{problem.code} {problem.message}")
    return Replayed(id, said, found)


def _give_again(entry: Entry, stores: Stores) -> str:
    """The digest of what leaves now; raises what keeps it from leaving."""
    permit = evidence.read_permit(entry.evidence["permit"], stores)
    question = evidence.open_question(entry.sealed, entry.grant, stores.vault, entry.at)
    then = Said(question, permit, entry.by, entry.at)
    admit.check(question, permit, then.on)
    past = _stores_of(entry, stores)
    if entry.act != ANSWER:
        given = bulk.Delivery(then, past)
        (columns, *_) = [page.columns for page in given.pages()]
        found = given.digest()
    else:
        draft = draft_answer(then, past)
        columns, found = draft.columns, evidence.digest(draft.columns, draft.rows, stores.vault, entry.at)
    keys = evidence.name_keys(columns, permit, stores.vault, entry.at)
    if keys != entry.evidence["keys"]:
        raise NotReplayable("令牌或摘要的密钥已更换，不能重放", where=entry.grant, help="请从备份恢复当时的密钥")
    return found


def _stores_of(entry: Entry, stores: Stores) -> Stores:
    """The stores as they stood: packs by digest, tables by version, no lookup files."""
    return stores.changed(
        shelf=editions.open_shelf(entry.evidence["packs"], stores),
        lake=pinned.Lake(stores.lake.root, pinned.read_versions(entry.evidence["data"])),
        serving=Serving(stores.root / "guard" / "nothing-served"),
    )
