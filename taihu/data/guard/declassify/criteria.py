"""Criteria: what a class of indistinguishable rows must satisfy while a release is being made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Criteria:
    """At least k rows; at least l values of each sensitive column; distributions at most t from the whole.

    t is measured as total variation (the earth mover's distance where all values are equally far apart), for
    the columns in `ordered` as the earth mover's distance between ranks. l = 1 and t = 1 ask for nothing.
    """

    k: int
    l: int = 1  # noqa: E741 - the name of the literature
    t: float = 1.0
    ordered: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuses what no release can mean."""
        if self.k < 2 or self.l < 1 or not 0 < self.t <= 1:
            raise ValueError("k is at least 2, l at least 1, t above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class Secret:
    """A sensitive column as numbers: the code of each row, how often each occurs in all rows, are codes ranks."""

    codes: Counts
    share: NDArray[np.float64]
    is_ordered: bool


def holds(counts: Counts, histograms: list[Counts], secrets: list[Secret], criteria: Criteria) -> Truths:
    """For each class (its size; a row of each secret's histogram): does it satisfy the criteria?"""
    fine: Truths = counts >= criteria.k
    for histogram, secret in zip(histograms, secrets, strict=True):
        if criteria.l > 1:
            fine &= (histogram > 0).sum(axis=1) >= criteria.l
        if criteria.t < 1:
            fine &= distances(histogram, secret) <= criteria.t + 1e-12
    return fine


def distances(histogram: Counts, secret: Secret) -> NDArray[np.float64]:
    """How far each class's distribution is from the whole table's."""
    sizes = np.maximum(histogram.sum(axis=1, keepdims=True), 1)
    apart = histogram / sizes - secret.share
    if secret.is_ordered and len(secret.share) > 1:
        return np.asarray(np.abs(np.cumsum(apart, axis=1)).sum(axis=1) / (len(secret.share) - 1))
    return np.asarray(np.abs(apart).sum(axis=1) / 2)
