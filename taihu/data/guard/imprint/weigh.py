"""Weighs what a leak shows for and against one delivery, so that a wrong accusation has a bound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

# How often a choice may have been lost or changed on the way, and how likely each is; half means all is lost.
LOSSES = ((0.0005, 0.2), (0.01, 0.15), (0.05, 0.15), (0.15, 0.15), (0.3, 0.15), (0.5, 0.2))


def weigh(agreeing: int, seen: int) -> float:
    """The logarithm of how many times likelier the choices are if the delivery is the source than if it is not.

    Of any delivery that is not the source the key's choices are fair coins whatever the leak holds, so the mean of
    the likelihood ratio is one: by Markov it exceeds x with a chance of at most 1/x (an e-value).
    """
    terms = [
        math.log(prior) + agreeing * math.log(2 * (1 - loss)) + (seen - agreeing) * math.log(2 * loss)
        for loss, prior in LOSSES
    ]
    return add_logs(terms)


def add_logs(terms: Sequence[float]) -> float:
    """The logarithm of a sum."""
    most = max(terms)
    return most + math.log(sum(math.exp(term - most) for term in terms))


def mean_of_logs(terms: Sequence[float]) -> float:
    """The logarithm of a mean: a choice among several readings of the same evidence stays an e-value."""
    return add_logs(terms) - math.log(len(terms)) if terms else 0.0


def share_out(evidence: Sequence[float], unknown: float) -> list[float]:
    """The probability of each delivery; `unknown` is that of a source outside the register before looking."""
    if not evidence:
        return []
    prior = math.log((1 - unknown) / len(evidence))
    terms = [prior + one for one in evidence]
    whole = add_logs([math.log(unknown), *terms])
    return [math.exp(term - whole) for term in terms]


def bound_chance(evidence: float, tried: int) -> float:
    """At most how likely it is that any of so many innocent deliveries looks like this."""
    return min(1.0, math.exp(min(0.0, math.log(max(tried, 1)) - evidence)))


def count_agreeing(choices: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """How many of the choices seen are those of the key, and how many are seen."""
    pairs = list(choices)
    return sum(seen == due for seen, due in pairs), len(pairs)
