"""What people do with entries: write the words, submit, pass, publish, send back, change, withdraw."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.db import transaction

from taihu.control.accounts import trace
from taihu.control.accounts.models import Department, Person
from taihu.control.catalogue import content, permissions
from taihu.control.catalogue.flow import FLOW
from taihu.control.catalogue.models import Edition, Entry
from taihu.control.flows import actions as flows
from taihu.control.flows import clock
from taihu.control.outbox import actions as outbox
from taihu.data.engines.stores import Stores
from taihu.terms import fault
from taihu.terms.dataset import Dataset


def sync(*, at: datetime.datetime, stores: Stores) -> int:
    """Opens a draft for every dataset of the shelf that has none; returns how many. Departments must be there first."""
    known = set(Entry.objects.values_list("dataset", flat=True))
    departments = set(Department.objects.values_list("pk", flat=True))
    made = 0
    for dataset in stores.shelf.datasets():
        if dataset.id in known or dataset.department not in departments:
            continue
        with transaction.atomic():
            matter = flows.open(
                flow=FLOW,
                subject=f"entry:{dataset.id}",
                title=f"目录条目「{dataset.title}」",
                sides={"provider": dataset.department},
                by=None,
                at=at,
                stores=stores,
                facts=trace.Facts(department=dataset.department, dataset=dataset.id),
            )
            fault.point("catalogue.entry.open")
            Entry.objects.create(
                dataset=dataset.id,
                title=dataset.title,
                department_id=dataset.department,
                matter=matter,
                summary=dataset.summary,
            )
        made += 1
    return made


def write(*, entry: Entry, words: Mapping[str, str], by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Saves the department's words on a draft."""
    permissions.check_can_write(by, entry, on=clock.day_of(at))
    unknown = set(words) - set(content.WORDS)
    if unknown:
        raise ValueError(f"an entry has no words {sorted(unknown)}; words are {', '.join(content.WORDS)}")
    with transaction.atomic():
        fault.point("catalogue.entry.write")
        for word, text in words.items():
            setattr(entry, word, text.strip())
        entry.save(update_fields=list(words))
        facts = trace.Facts(department=entry.department_id, dataset=entry.dataset)
        trace.leave(
            stores=stores, act="catalogue-entry.write", by=by, at=at, where=f"entry:{entry.dataset}", facts=facts
        )


def submit(*, entry: Entry, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Hands a complete draft to the department's approver."""
    permissions.check_complete(entry)
    _move(entry, "department", by, at, stores)


def approve(*, entry: Entry, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Lets an entry through the department's gate."""
    _move(entry, "bureau", by, at, stores)


def publish(*, entry: Entry, by: Person, at: datetime.datetime, stores: Stores) -> Edition:
    """Lets an entry through the bureau's gate and freezes what it says as its next edition."""
    dataset: Dataset = stores.shelf.dataset(entry.dataset)
    with transaction.atomic():
        _move(entry, "published", by, at, stores)
        fault.point("catalogue.edition.publish")
        number = entry.editions.count() + 1
        edition = Edition.objects.create(
            entry=entry, number=number, content=content.describe(entry, dataset), published_at=at, published_by=by.name
        )
        entry.edition, entry.withdrawn_at, entry.title = edition, None, dataset.title
        entry.save(update_fields=["edition", "withdrawn_at", "title"])
        outbox.write(topic="catalogue.published", subject=entry.dataset, body={"edition": str(number)}, at=at)
    return edition


def send_back(*, entry: Entry, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Sends an entry back to its steward from either gate."""
    _move(entry, "draft", by, at, stores, reason=reason)


def change(*, entry: Entry, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Begins the next edition; the published one stays in force until it is replaced."""
    _move(entry, "draft", by, at, stores, reason=reason)


def withdraw(*, entry: Entry, reason: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Takes an entry off the catalogue; rooms that serve it hear of it by the outbox."""
    with transaction.atomic():
        _move(entry, "withdrawn", by, at, stores, reason=reason)
        fault.point("catalogue.entry.withdraw")
        Entry.objects.filter(pk=entry.pk).update(withdrawn_at=at)
        outbox.write(topic="catalogue.withdrawn", subject=entry.dataset, body={}, at=at)
    entry.withdrawn_at = at


def _move(entry: Entry, to: str, by: Person, at: datetime.datetime, stores: Stores, *, reason: str = "") -> None:
    facts = trace.Facts(department=entry.department_id, dataset=entry.dataset)
    flows.move(matter=entry.matter, to=to, by=by, at=at, stores=stores, reason=reason, facts=facts)
