"""Lowered: what was opened by letting labels fall: from what, by which method, who allowed it, why and until when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taihu.control.accounts.models import Department
from taihu.control.catalogue.lowering import words
from taihu.control.catalogue.lowering.models import Approval, Attempt
from taihu.data.engines.stores import Stores
from taihu.data.guard.lowering import falling, lower
from taihu.terms.dataset import Dataset
from taihu.terms.label import PUBLIC


@dataclass(frozen=True)
class Line:
    """One dataset of the public list; `released` is the run by which its present rows were opened."""

    told: words.Told
    dataset: Dataset
    sources: Sequence[tuple[str, str]]
    released: Attempt
    reasons: Sequence[str]
    until: Sequence[str]


def list_lowered(*, stores: Stores) -> Iterator[Line]:
    """Everything L1 that a method made, whoever allowed it, as long as it is out."""
    titles = dict(Department.objects.values_list("pk", "title"))
    for down in falling.list_declassifiers(stores.shelf):
        dataset = stores.shelf.dataset(down.id)
        released = last_release(down.id)
        if down.is_plain or not dataset.label.is_within(PUBLIC) or released is None:
            continue
        found = falling.read_falling(down.id, stores.shelf)
        approvals = list(Approval.objects.filter(declassifier=down.id).select_related("matter", "provider"))
        yield Line(
            told=words.tell(found, approvals, released),
            dataset=dataset,
            sources=[(source.title, titles.get(source.department, source.department)) for source in found.sources],
            released=released,
            reasons=[approval.reason for approval in approvals if approval.reason],
            until=[approval.until.isoformat() for approval in approvals if approval.until],
        )


def last_release(declassifier: str) -> Attempt | None:
    """The run by which the rows in force were released; None where none are, or they were taken back since."""
    last = Attempt.objects.filter(declassifier=declassifier, outcome__in=(lower.RELEASED, "emptied")).first()
    return last if last is not None and last.outcome == lower.RELEASED else None
