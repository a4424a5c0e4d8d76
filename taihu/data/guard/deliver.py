"""Deliver: an answer as a file for one recipient: marked, registered and entered in the ledger before it leaves."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from taihu.data.engines.stores import Stores
from taihu.data.guard import export
from taihu.data.guard.draft import Answer, head
from taihu.data.guard.imprint import recognise
from taihu.data.guard.imprint.delivery import Deliveries, Delivery
from taihu.data.guard.imprint.leak import Leak
from taihu.data.guard.imprint.recognise import Suspect
from taihu.data.guard.imprint.stamp import Stamped, stamp
from taihu.data.guard.said import CITY
from taihu.data.ledger.entry import Entry
from taihu.data.query.read import read
from taihu.terms.label import join_all
from taihu.terms.permit import Permit

KEY = "imprint"
CSV, XLSX = "csv", "xlsx"
Moment = datetime.datetime


@dataclass(frozen=True)
class Delivered:
    """The file, what its recipient is told of the mark, and where the ledger has it."""

    content: bytes
    says: str
    delivery: Delivery
    receipt: str


def deliver(
    answer: Answer, permit: Permit, *, query: str, form: str, title: str, stores: Stores, by: str, at: Moment
) -> Delivered:
    """One delivery of a query's whole answer to one person; raises TooLargeForExcel, and what a full ledger refuses with.

    Releases for everybody have no recipient and do not come this way.
    """
    delivery = Delivery(
        id=f"D{at.astimezone(CITY):%Y%m%d}-{secrets.token_hex(6)}",
        grant=permit.grant,
        department=permit.department,
        system=permit.system,
        dataset=query,
        on=at.astimezone(CITY).date(),
        by=by,
    )
    stamped = stamp(
        answer.columns,
        answer.rows,
        delivery,
        master=stores.vault.key(KEY),
        is_ordered=is_ordered(query, stores),
    )
    marked = replace(answer, rows=stamped.rows)
    content = export.to_csv(marked) if form == CSV else export.to_xlsx(marked, title=title)
    register = open_register(stores)
    try:
        register.keep(stamped.delivery)
    finally:
        register.close()
    receipt = stores.ledger.append(_write(answer, permit, stamped, form, by=by, at=at))
    return Delivered(content, stamped.says, stamped.delivery, receipt.id)


def is_ordered(query: str, stores: Stores) -> bool:
    """True where the query says in which order its rows come: then the order is part of the answer."""
    declared = stores.shelf.query(query)
    plan = read(
        declared.text,
        source=declared.source or declared.id,
        tables=stores.shelf.tables_of(declared.pack),
        queries=stores.shelf.queries_of(declared.pack),
        parameters=declared.parameters,
    )
    return bool(plan.query.order)


def open_register(stores: Stores) -> Deliveries:
    """The register of deliveries of this city; whoever opens it closes it."""
    return Deliveries(stores.root / "guard" / "deliveries.sqlite3")


def trace(
    leak: Leak, *, stores: Stores, by: str, at: Moment, dataset: str = "", since: datetime.date | None = None
) -> list[Suspect]:
    """Whose delivery a leaked table comes from, likeliest first; the question and whom it named are entered."""
    register = open_register(stores)
    try:
        candidates = register.list(dataset=dataset, since=since)
    finally:
        register.close()
    found = recognise.trace(leak, candidates, master=stores.vault.key(KEY))
    named = [suspect.delivery.id for suspect in found if suspect.is_named]
    detail: Mapping[str, str] = {
        "rows": str(len(leak.rows)),
        "deliveries": str(len(candidates)),
        "named": " ".join(named[:10]),
        "dataset": dataset,
        "since": since.isoformat() if since else "",
    }
    stores.ledger.append(
        Entry(at=at, act="trace", by=by, where="imprint", detail={key: text for key, text in detail.items() if text})
    )
    return found


def _write(answer: Answer, permit: Permit, stamped: Stamped, form: str, *, by: str, at: Moment) -> Entry:
    heading = head(answer.columns, join_all(column.label for column in answer.columns))
    plan = stamped.delivery.plan
    carried = "、".join(filter(None, (" ".join(place.column for place in plan.places), plan.order and "行序")))
    detail = {
        "form": form,
        "delivery": stamped.delivery.id,
        "mark": f"带有印记：{carried}" if plan.has_mark else "不带印记",
        "choices": str(plan.choices),
        "masked": heading.masked,
        "answer": answer.receipt.id if answer.receipt else "",
    }
    return Entry(
        at=at,
        act="export",
        by=by,
        department=permit.department,
        system=permit.system,
        grant=permit.grant,
        purpose=permit.purpose,
        ground=permit.ground,
        dataset=" ".join(permit.reads)[:400],
        columns=heading.names,
        label=heading.label,
        rows=len(answer.rows),
        where=stamped.delivery.dataset,
        detail={name: value for name, value in detail.items() if value},
    )
