"""Measures a grouping against the truth: pairwise precision, recall and F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
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


def between(found: Mapping[Any, Hashable], truth: Mapping[Any, Hashable], part: Callable[[Any], Hashable]) -> Measure:
    """As `measure`, counting only pairs of records of different parts: the departments that sent them."""
    known = found.keys() & truth.keys()
    parts: dict[Hashable, set[Any]] = {}
    for record in known:
        parts.setdefault(part(record), set()).add(record)
    whole = measure(found, truth)
    within = [
        measure({record: found[record] for record in records}, {record: truth[record] for record in records})
        for records in parts.values()
    ]
    return Measure(
        right=whole.right - sum(each.right for each in within),
        wrong=whole.wrong - sum(each.wrong for each in within),
        missed=whole.missed - sum(each.missed for each in within),
    )


def _pairs(sizes: Counter[Any]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())
