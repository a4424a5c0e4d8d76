"""Seal: a table that the house made is readable only under the very labels for which it was made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from taihu.terms.dataset import Dataset
from taihu.terms.declassifier import MADE

PREFIX = "_under_"


def seal_of(dataset: Dataset) -> str:
    """The name of the column by which such a table says under which labels it was made.

    Its name and not its value: a version's columns are known before any row is read, and declaring a lower label
    afterwards leaves a table that nobody can read until it is made anew.
    """
    labels = [f"{column.name} {column.kind} {column.label}" for column in dataset.columns]
    said = "\0".join((dataset.id, dataset.zone.value, str(dataset.presence), *sorted(labels)))
    return PREFIX + hashlib.sha256(said.encode()).hexdigest()[:16]


def marks(dataset: Dataset) -> tuple[str, ...]:
    """The columns that a table of the dataset must hold beside its own: the seal where the house makes it."""
    return (seal_of(dataset),) if dataset.zone in MADE else ()


def holds(dataset: Dataset, present: Iterable[str]) -> bool:
    """True where a table with these columns may be read as the dataset."""
    return set(marks(dataset)) <= set(present)
