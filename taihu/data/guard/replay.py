"""Replay: gives a past answer again, under the permit, the packs and the data of that second, and compares digests."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from taihu.data.engines.stores import Stores
from taihu.data.guard import admit, editions, evidence
from taihu.data.guard.answer import draft_answer
from taihu.data.guard.draft import Draft
from taihu.data.guard.refused import Refused
from taihu.data.guard.said import ANSWER, Said
from taihu.data.lake.lake import Lake
from taihu.data.lake.snapshot import Snapshot
from taihu.data.ledger.entry import Entry
from taihu.data.serving.lookup import Serving
from taihu.terms.problem import Problem
from taihu.terms.zone import Zone

ACT = "ledger.replay"
Versions = Mapping[tuple[Zone, str], int]


class NotReplayable(Refused):
    """The entry is no answer, or its question was forgotten when its term was over."""

    code = "G-REPLAY-01"
    status = 409


class DataGone(Refused):
    """Files of that version are no longer there: deleted by law, or lost."""

    code = "G-REPLAY-04"
    status = 410


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


class Pinned(Lake):
    """The lake as it stood: the versions that an entry names, and no other table."""

    def __init__(self, root: Path, versions: Versions) -> None:
        super().__init__(root)
        self._versions = versions

    def snapshot(self, zone: Zone, table: str, *, version: int | None = None) -> Snapshot | None:
        """The pinned version; raises DataGone where its files are not all there."""
        pinned = self._versions.get((zone, table))
        found = None if pinned is None else super().snapshot(zone, table, version=pinned)
        if found is not None and not all(path.is_file() for path in found.files):
            raise DataGone("该版本的数据文件已不在（依法删除或丢失），不能重放", where=f"{table}@{pinned}")
        return found


def replay(id: str, *, stores: Stores, by: str, at: datetime.datetime) -> Replayed:  # noqa: A002 - what receipts call it
    """Gives the answer of an entry again, in memory, and says whether it is the same; the ledger keeps who asked.

    Raises NotInLedger and NotReplayable. Nothing of the answer is returned: an auditor reads no business data.
    """
    entry = stores.ledger.find(id).entry
    if entry.act != ANSWER or not entry.sealed:
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
        draft = _draft(entry, stores)
        found = evidence.digest(draft.columns, draft.rows, stores.vault, entry.at)
    except Problem as problem:
        return Replayed(id, said, "", f"{problem.code} {problem.message}")
    return Replayed(id, said, found)


def _draft(entry: Entry, stores: Stores) -> Draft:
    permit = evidence.read_permit(entry.evidence["permit"], stores)
    question = evidence.open_question(entry.sealed, entry.grant, stores.vault, entry.at)
    then = Said(question, permit, entry.by, entry.at)
    admit.check(question, permit, then.on)
    draft = draft_answer(then, _stores_of(entry, stores))
    keys = evidence.name_keys(draft.columns, permit, stores.vault, entry.at)
    if keys != entry.evidence["keys"]:
        raise NotReplayable("令牌或摘要的密钥已更换，不能重放", where=entry.grant, help="请从备份恢复当时的密钥")
    return draft


def _stores_of(entry: Entry, stores: Stores) -> Stores:
    """The stores as they stood: packs by digest, tables by version, no lookup files."""
    return dataclasses.replace(
        stores,
        shelf=editions.open_shelf(entry.evidence["packs"], stores),
        lake=Pinned(stores.lake.root, read_versions(entry.evidence["data"])),
        serving=Serving(stores.root / "guard" / "nothing-served"),
    )


def read_versions(text: str) -> dict[tuple[Zone, str], int]:
    """The versions of tables as an entry names them: `bases.people.person=governed@3 …`."""
    found = {}
    for one in text.split():
        table, _, version = one.partition("=")
        zone, _, number = version.partition("@")
        if number:
            found[Zone(zone), table] = int(number)
    return found
