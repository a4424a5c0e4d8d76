"""Bulk: all rows of one version leave page by page and are entered once, with the snapshot and who was in it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from taihu.data.engines.stores import Stores
from taihu.data.guard import admit, evidence, members, pinned, refused, rows
from taihu.data.guard.draft import Draft, head
from taihu.data.guard.permits import Permits
from taihu.data.guard.question import Rows
from taihu.data.guard.said import Said, enter_made, enter_refusal
from taihu.data.guard.table import open_table
from taihu.data.ledger.entry import Entry
from taihu.data.ledger.writer import Receipt
from taihu.terms.permit import Form, Permit
from taihu.terms.problem import Problem

DELIVER, RELEASE = "deliver", "release"
NOTHING: Mapping[str, str] = {}


@dataclass
class Delivery:
    """One delivery under way: its pages may be written down; none may be handed out before `enter` has returned."""

    said: Said
    stores: Stores
    rows: int = 0
    _first: Draft | None = None
    _digests: list[str] = field(default_factory=list)
    _members: members.Members = field(default_factory=members.Members)

    def pages(self) -> Iterator[Draft]:
        """The rows as they leave, until there are no more."""
        question = self.said.question
        assert isinstance(question, Rows)  # noqa: S101 - `begin` and replay give nothing else
        after = question.after
        while True:
            asked = dataclasses.replace(question, after=after)
            page = rows.draft_rows(asked, self.said.permit, self.stores)
            self._take(page)
            yield page
            if not page.next:
                return
            after = page.next

    def _take(self, page: Draft) -> None:
        self._first = self._first or page
        self.rows += len(page.rows)
        self._digests.append(evidence.digest(page.columns, page.rows, self.stores.vault, self.said.at))
        self._members.add(page.subjects)

    def digest(self) -> str:
        """The digest of all pages."""
        return evidence.digest_pages(self._digests, self.stores.vault, self.said.at)

    def enter(self, *, act: str = DELIVER, where: str = "", detail: Mapping[str, str] = NOTHING) -> Receipt | None:
        """The one entry; None only for open data while the ledger cannot write, else NoLedger is raised."""
        first = self._first
        if first is None:
            raise ValueError("a delivery is entered after its pages have passed")
        return enter_made(lambda: self._entry(first, act, where, detail), first.label, self.stores.ledger)

    def _entry(self, first: Draft, act: str, where: str, detail: Mapping[str, str]) -> Entry:
        said, heading = self.said, head(first.columns, first.label)
        given = evidence.gather_told(
            said.question, said.permit, self.digest(), first.columns, first.data, self.stores, said.at
        )
        people, count = evidence.durable(lambda: members.keep(self.stores.root, self._members))
        counted = {"members": people, "people": str(count)} if count else {}
        base = said.base(act)
        return dataclasses.replace(
            base,
            dataset=" ".join(first.reads),
            columns=heading.names,
            label=heading.label,
            rows=self.rows,
            where=where or base.where,
            detail={name: value for name, value in {**detail, "masked": heading.masked}.items() if value},
            evidence={**given.public, **counted},
            sealed=given.sealed,
        )


def begin(
    question: Rows,
    permit: Permit,
    *,
    stores: Stores,
    by: str,
    at: datetime.datetime,
    permits: Permits | None = None,
) -> Delivery:
    """Admits a delivery, and pins the version that is in force now for all its pages; raises a refusal, entered."""
    said = Said(question, permit, by, at)
    try:
        _check_bulk(permit)
        admit.check(question, permit, said.on)
        admit.count(permit, said.on, stores=stores, permits=permits)
        table = open_table(question.table, stores, question.zone)
        table.relation()
    except Problem as problem:
        enter_refusal(said, problem, stores.ledger)
        raise
    versions = pinned.read_versions(f"{table.name}={table.version}")
    return Delivery(said, stores.changed(lake=pinned.Lake(stores.lake.root, versions)))


def _check_bulk(permit: Permit) -> None:
    if Form.BULK not in permit.forms:
        raise refused.FormNotGranted(
            "许可不含「批量」这种提供方式", where=permit.grant, help="请申请批量提供，或按许可的方式逐条调用"
        )


def was_in(subject: str, entry: Entry, stores: Stores) -> bool:
    """True where a person is among those whom a delivery was about."""
    digest = entry.evidence.get("members", "")
    return bool(digest) and members.is_member(stores.root, digest, subject)
