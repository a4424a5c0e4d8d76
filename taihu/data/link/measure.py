"""Measures a grouping against the truth: pairwise precision, recall and F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """Pairs of records put together rightly, wrongly, and left apart wrongly."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the pairs put together that belong together."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs that belong together that were put together."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __str__(self) -> str:
        """Writes the three figures to four places, with the counts they rest on."""
        return f"precision {self.precision:.4f}, recall {self.recall:.4f}, F1 {self.f1:.4f} ({self.right:,} right, {self.wrong:,} wrong, {self.missed:,} missed pairs)"


def measure(found: Mapping[Any, Hashable], truth: Mapping[Any, Hashable]) -> Measure:
    """Compares two groupings of the same records; records that only one of them knows are left out."""
    known = found.keys() & truth.keys()
    together = _pairs(Counter((found[record], truth[record]) for record in known))
    put = _pairs(Counter(found[record] for record in known))
    belong = _pairs(Counter(truth[record] for record in known))
    return Measure(right=together, wrong=put - together, missed=belong - together)


def _pairs(sizes: Counter[Any]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
