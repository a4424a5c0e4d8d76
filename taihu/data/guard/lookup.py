"""Lookup: single rows by key, in the form in which the permit lets them leave."""

from __future__ import annotations

from dataclasses import dataclass

from taihu.data.engines.stores import Stores
from taihu.data.guard import conceal, find, release
from taihu.data.guard.draft import AnswerColumn, Draft, Heading, head
from taihu.data.guard.plain import Plain
from taihu.data.guard.question import Lookup
from taihu.data.guard.release import How, Release, Wish
from taihu.data.guard.table import MASKED
from taihu.terms.dataset import Dataset
from taihu.terms.label import Label
from taihu.terms.permit import Permit


def decide_lookup(question: Lookup, permit: Permit, dataset: Dataset) -> Release:
    """What would leave."""
    return release.release(dataset.id, dataset, permit, Wish(question.columns, question.clear, question.has_tokens))


@dataclass(frozen=True)
class Prepared:
    """What does not change between lookups of one form under one permit: decided once, asked many times."""

    dataset: Dataset
    decided: Release
    wanted: tuple[str, ...]
    people: tuple[str, ...]
    purpose: str
    label: Label
    columns: tuple[AnswerColumn, ...]
    heading: Heading


def prepare(question: Lookup, permit: Permit, stores: Stores) -> Prepared:
    """Decides about everything but the key; raises a refusal."""
    dataset = stores.shelf.dataset(question.dataset)
    decided = decide_lookup(question, permit, dataset)
    columns = tuple(conceal.to_column(item) for item in decided.leaving)
    label = decided.label
    return Prepared(
        dataset=dataset,
        decided=decided,
        wanted=tuple(item.column.name + (MASKED if _is_twin(item) else "") for item in decided.leaving),
        people=tuple(_people(dataset, decided)),
        purpose=conceal.grant_purpose(permit, stores.vault) if question.has_tokens else "",
        label=label,
        columns=columns,
        heading=head(columns, label),
    )


def draft_lookup(question: Lookup, permit: Permit, stores: Stores, prepared: Prepared | None = None) -> Draft:
    """The rows of a key, as they leave; `prepared` is what `prepare` gave for this permit and form."""
    ready = prepared or prepare(question, permit, stores)
    key = find.read_key(ready.dataset, question.key, permit, stores.vault)
    found = find.find_rows(ready.dataset, key, (*ready.wanted, *ready.people), permit, stores)
    leaving = ready.decided.leaving

    def leave(item: release.Leaving, value: Plain) -> Plain:
        if item.how is How.TOKEN and value is not None:
            return stores.vault.token(str(value), purpose=ready.purpose)
        return conceal.mask(item, value)

    rows = [
        tuple([leave(item, raw[name]) for item, name in zip(leaving, ready.wanted, strict=True)]) for raw in found.raw
    ]
    return Draft(
        reads=(ready.dataset.id,),
        columns=ready.columns,
        label=ready.label,
        rows=conceal.reveal(rows, leaving, stores.vault),
        withheld=ready.decided.withheld,
        subjects=conceal.subjects((raw[name] for raw in found.raw for name in ready.people), stores.vault),
        detail={"key": " ".join(question.key)},
        data=(f"{ready.dataset.id}={found.version}",),
        heading=ready.heading,
    )


def _is_twin(item: release.Leaving) -> bool:
    return item.column.is_vaulted and item.how is How.MASKED


def _people(dataset: Dataset, decided: Release) -> list[str]:
    """The columns of identifiers, where what leaves is about people."""
    return [column.name for column in dataset.columns if column.is_vaulted] if decided.is_about_people else []
