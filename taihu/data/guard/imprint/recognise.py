"""Recognises whose delivery a leak comes from: also re-ordered, cut, with columns gone, saved by another program."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from taihu.data.guard.imprint import weigh
from taihu.data.guard.imprint.delivery import Deliveries, Delivery, Place
from taihu.data.guard.imprint.forms import FORMS, read
from taihu.data.guard.imprint.leak import Leak, read_leak
from taihu.data.guard.imprint.stamp import Key
from taihu.data.ledger.suite import INTL_1, Suite

# Accuse only where one wrong accusation in a million leaks is the most that can be.
MOST_WRONG = 1e-6
UNKNOWN = 0.5
MOST_READINGS = 6
# More choices at one place add nothing but time: a thousand are beyond all doubt, with ten thousand deliveries too.
MOST_CHOICES = 1_000

Seen = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A delivery that a leak may come from. `wrong_at_most` bounds the chance that an innocent one looks like this."""

    delivery: Delivery
    probability: float
    wrong_at_most: float
    agreeing: int
    seen: int

    @property
    def is_named(self) -> bool:
        """True where the evidence carries an accusation."""
        return self.wrong_at_most <= MOST_WRONG

    @property
    def says(self) -> str:
        """The finding in words, for the record of an inquiry."""
        delivery = self.delivery
        found = "可据此认定" if self.is_named else "证据不足，不得据此认定"
        return (
            f"{delivery.department}({delivery.system}{',领取人 ' + delivery.by if delivery.by else ''}),"
            f"授权 {delivery.grant},{delivery.on} 交付 {delivery.id}:"
            f"可能性 {self.probability:.4%}，误认概率不超过 {self.wrong_at_most:.1e}"
            f"（印记 {self.seen} 处中 {self.agreeing} 处相符），{found}"
        )


def trace_file(
    path: Path,
    deliveries: Deliveries,
    *,
    master: bytes,
    dataset: str = "",
    since: datetime.date | None = None,
    suite: Suite = INTL_1,
) -> list[Suspect]:
    """The suspects of a file among the registered deliveries, likeliest first; raises NotALeak."""
    return trace(read_leak(path), deliveries.list(dataset=dataset, since=since), master=master, suite=suite)


def trace(leak: Leak, candidates: Sequence[Delivery], *, master: bytes, suite: Suite = INTL_1) -> list[Suspect]:
    """All candidates, likeliest first. Each choice counts once, however many rows repeat it."""
    looking = _Looking(leak)
    found = [looking.at(delivery, Key(master, delivery.id, suite)) for delivery in candidates]
    shares = weigh.share_out([evidence for evidence, _, _ in found], UNKNOWN)
    suspects = [
        Suspect(delivery, share, weigh.bound_chance(evidence, len(candidates)), agreeing, seen)
        for delivery, share, (evidence, agreeing, seen) in zip(candidates, shares, found, strict=True)
    ]
    return sorted(suspects, key=lambda suspect: (-suspect.probability, suspect.wrong_at_most, suspect.delivery.id))


class _Looking:
    """What a leak shows at each place, read once for all candidates."""

    def __init__(self, leak: Leak) -> None:
        self.leak = leak
        self.names = [name.strip() for name in leak.header]
        self.readings: dict[Place, list[Seen]] = {}
        self.orders: dict[tuple[str, str], list[str]] = {}

    def at(self, delivery: Delivery, key: Key) -> tuple[float, int, int]:
        """The evidence for a delivery, and how many of the choices seen are its own."""
        evidence, agreeing, seen = 0.0, 0, 0
        plan = delivery.plan
        for place in plan.places:
            counts = [
                weigh.count_agreeing((form, key.choose(place, *what)) for what, form in reading.items())
                for reading in self._read(place)
            ]
            if counts:
                evidence += weigh.mean_of_logs([weigh.weigh(*count) for count in counts])
                best = max(counts, key=lambda count: weigh.weigh(*count))
                agreeing, seen = agreeing + best[0], seen + best[1]
        if plan.order:
            same, pairs = weigh.count_agreeing(self._compare(plan.order, plan.order_title, key.rank))
            evidence += weigh.weigh(same, pairs)
            agreeing, seen = agreeing + same, seen + pairs
        return evidence, agreeing, seen

    def _read(self, place: Place) -> list[Seen]:
        """The forms seen at a place: in the column of that name, else in each that can be read as such."""
        if place not in self.readings:
            numbers = self._find(place.column, place.title)
            if not numbers and not place.beside:
                numbers = [n for n in range(len(self.names)) if self._is_like(place, n)][:MOST_READINGS]
            beside = self._find(place.beside, place.beside_title) if place.beside else [-1]
            made = [self._see(place, number, other) for number, other in itertools.product(numbers, beside)]
            self.readings[place] = [seen for seen in made if seen]
        return self.readings[place]

    def _find(self, name: str, title: str) -> list[int]:
        return [number for number, head in enumerate(self.names) if head in (name, title)][:1]

    def _is_like(self, place: Place, number: int) -> bool:
        cells = [cell for cell in self.leak.column(number)[:200] if cell]
        readable = sum(read(FORMS[place.form], cell, place.scale) is not None for cell in cells)
        return bool(cells) and readable >= len(cells) * 0.9

    def _see(self, place: Place, number: int, beside: int) -> Seen:
        """Of each value (beside the other column's) the form in which it stands; left out where it stands in both."""
        found: dict[tuple[str, str], int | None] = {}
        others = self.leak.column(beside) if beside >= 0 else itertools.repeat("")
        for cell, other in zip(self.leak.column(number), others, strict=False):
            what = read(FORMS[place.form], cell, place.scale)
            if what is not None and what[1] is not None:
                at = (what[0], other.strip())
                found[at] = what[1] if found.get(at, what[1]) == what[1] else None
        clear = ((at, form) for at, form in found.items() if form is not None)
        return dict(itertools.islice(clear, MOST_CHOICES))

    def _compare(self, name: str, title: str, rank: Callable[[str, str], bytes]) -> Iterator[tuple[int, int]]:
        """Rows two by two, none in two pairs: does the first come before the second, as it does by the key?"""
        cells = self._order(name, title)
        for first, second in zip(cells[::2], cells[1::2], strict=False):
            yield 1, int(rank(name, first) < rank(name, second))

    def _order(self, name: str, title: str) -> list[str]:
        """The values of the column that orders the rows, each once; empty where it is gone."""
        if (name, title) not in self.orders:
            numbers = self._find(name, title)
            cells = [cell.strip() for cell in self.leak.column(numbers[0])] if numbers else []
            self.orders[name, title] = list(dict.fromkeys(cells))[: 2 * MOST_CHOICES]
        return self.orders[name, title]
