"""Item: a published entry as the public sees it, read from the catalogue, with its freshness and its latest release."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from taihu.control.catalogue.lowering.models import Attempt
from taihu.control.catalogue.models import Entry
from taihu.control.flows import clock
from taihu.data.collect import batches
from taihu.data.engines.stores import Stores
from taihu.data.guard.lowering import lower
from taihu.doors.portal.models import Release
from taihu.terms.dataset import Column, Cycle, Dataset, Openness
from taihu.terms.declassifier import MADE
from taihu.terms.department import Department
from taihu.terms.label import PUBLIC
from taihu.terms.pack import Pack

# How many days may pass between two deliveries before the promise is broken.
PROMISED_DAYS = {Cycle.HOUR: 1, Cycle.DAY: 1, Cycle.WEEK: 7, Cycle.MONTH: 31, Cycle.QUARTER: 92, Cycle.YEAR: 366}


REFINED = "refined"


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery that went in, as the public may see it: its batch, when, and what became of its rows."""

    id: str
    received_at: datetime.datetime
    accepted: int
    returned: int


@dataclass(frozen=True)
class Item:
    """A dataset that the public may know of. Counts and times are told only where the rows' existence is L1."""

    dataset: Dataset
    pack: Pack
    department: Department
    edition: int
    published_at: datetime.datetime
    summary: str = ""
    phone: str = ""
    received_at: datetime.datetime | None = None
    release: Release | None = None
    fresh: str = "none"

    @property
    def id(self) -> str:
        """The dataset's id, as addresses spell it."""
        return self.dataset.id

    @property
    def open_columns(self) -> tuple[Column, ...]:
        """What everybody may have."""
        return tuple(self.dataset.open_columns())

    @property
    def is_downloadable(self) -> bool:
        """True where something may leave for everybody: open columns, and rows whose existence is no secret.

        A dataset with important or core data is opened in part only where a procedure for it is declared.
        """
        is_held_back = bool(self.dataset.find_protected()) and not self.dataset.procedure
        return bool(self.open_columns) and self.dataset.presence.is_within(PUBLIC) and not is_held_back

    @property
    def openness(self) -> str:
        """`open` where all columns are, `part` where some are, else `restricted`."""
        if not self.is_downloadable:
            return "restricted"
        return "open" if len(self.open_columns) == len(self.dataset.columns) else "part"

    @property
    def shelf(self) -> str:
        """bases, themes, topics …: the first word of the pack."""
        return self.pack.id.partition(".")[0]

    def department_name(self, language: str) -> str:
        """The provider's name in the reader's language, where it has one."""
        return self.department.english if language == "en" and self.department.english else self.department.title


def list_items(*, stores: Stores, on: datetime.date) -> list[Item]:
    """All published datasets of which society may know, newest release first."""
    found = Entry.objects.published().select_related("edition")
    entries = {entry.dataset: entry for entry in found}
    releases = _latest_releases(list(entries))
    last = _last_received(stores)
    items = []
    for dataset in stores.shelf.datasets():
        entry = entries.get(dataset.id)
        if entry is not None and is_public(dataset):
            items.append(_make(entry, dataset, stores, (releases.get(dataset.id), last.get(dataset.id)), on))
    return sorted(items, key=lambda item: (item.received_at or item.published_at, item.id), reverse=True)


def find_item(dataset_id: str, *, stores: Stores, on: datetime.date) -> Item | None:
    """The item of that dataset, if it is published and may be known of."""
    entry = Entry.objects.published().select_related("edition").filter(dataset=dataset_id).first()
    dataset = next((known for known in stores.shelf.datasets() if known.id == dataset_id), None)
    if entry is None or dataset is None or not is_public(dataset):
        return None
    release = _latest_releases([dataset_id]).get(dataset_id)
    return _make(entry, dataset, stores, (release, _received_at(dataset, stores)), on)


def _received_at(dataset: Dataset, stores: Stores) -> datetime.datetime | None:
    """When its rows last came in, or were made."""
    if dataset.zone in MADE:
        made = Attempt.objects.filter(declassifier=dataset.id, outcome=lower.RELEASED).first()
        return made.at if made else None
    history = list_received(dataset, stores=stores)
    return history[0].received_at if history else None


def is_public(dataset: Dataset) -> bool:
    """True where at least one column may be opened, with or without conditions."""
    return any(column.open is not Openness.FORBIDDEN for column in dataset.columns)


def list_received(dataset: Dataset, *, stores: Stores) -> list[Received]:
    """The deliveries that went in, newest first; none where even their existence is above L1."""
    if not dataset.presence.is_within(PUBLIC):
        return []
    found = batches.list_batches(stores, dataset=dataset.id, state=REFINED)
    return [Received(b.id, b.received_at, b.accepted or 0, b.returned or 0) for b in found]


def _last_received(stores: Stores) -> Mapping[str, datetime.datetime]:
    last: dict[str, datetime.datetime] = {}
    for batch in batches.list_batches(stores, state=REFINED):
        known = last.get(batch.dataset)
        last[batch.dataset] = max(known, batch.received_at) if known else batch.received_at
    made = Attempt.objects.filter(outcome=lower.RELEASED).order_by("at").values_list("declassifier", "at")
    return last | dict(made)


def _latest_releases(datasets: list[str]) -> Mapping[str, Release]:
    latest: dict[str, Release] = {}
    for release in Release.objects.filter(dataset__in=datasets, withdrawn_at__isnull=True).order_by("built_at", "pk"):
        latest[release.dataset] = release
    return latest


def freshness(dataset: Dataset, received_at: datetime.datetime | None, *, on: datetime.date) -> str:
    """`fresh`, `late`, `once` (no promise), or `none` (nothing yet, or nothing that may be told)."""
    if received_at is None:
        return "none"
    days = PROMISED_DAYS.get(dataset.cycle)
    if days is None:
        return "once"
    return "late" if (on - clock.day_of(received_at)).days > days else "fresh"


Latest = tuple[Release | None, datetime.datetime | None]


def _make(entry: Entry, dataset: Dataset, stores: Stores, latest: Latest, on: datetime.date) -> Item:
    edition = entry.edition
    if edition is None:
        raise LookupError(f"{entry.dataset} is published without an edition")
    known = stores.shelf.standards.departments
    release, received_at = latest if dataset.presence.is_within(PUBLIC) else (None, None)
    return Item(
        dataset=dataset,
        pack=stores.shelf.pack(dataset.pack),
        department=known.get(dataset.department) or Department(dataset.department, dataset.department),
        edition=edition.number,
        published_at=edition.published_at,
        summary=str(edition.content.get("summary") or dataset.summary),
        phone=str(edition.content.get("phone") or ""),
        received_at=received_at,
        release=release,
        fresh=freshness(dataset, received_at, on=on),
    )
