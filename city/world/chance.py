"""Chance from a seed: named streams of random numbers, and draws that look like life."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A generator for one purpose: the same seed and names always give the same numbers."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def texts(values: Sequence[str]) -> Texts:
    """The strings as an array of objects."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def repeat(value: str, n: int) -> Texts:
    """The same string n times."""
    return np.full(n, value, dtype=object)


def shares(weights: Sequence[float]) -> Floats:
    """The weights scaled to a sum of one."""
    array = np.asarray(weights, dtype=np.float64)
    scaled: Floats = array / array.sum()
    return scaled


def indices(rng: np.random.Generator, weights: Sequence[float], n: int) -> Ints:
    """Draws n positions with the given weights."""
    edges = np.cumsum(shares(weights))
    drawn = np.searchsorted(edges, rng.random(n), side="right")
    return np.minimum(drawn, len(edges) - 1).astype(np.int64)


def pick(rng: np.random.Generator, weights: Mapping[str, float], n: int) -> Texts:
    """Draws n of the names with their weights."""
    picked: Texts = texts(list(weights))[indices(rng, list(weights.values()), n)]
    return picked


def ranked(rng: np.random.Generator, choices: Sequence[str], n: int) -> Texts:
    """Draws n of the choices, of which the first are the most frequent."""
    picked: Texts = texts(list(choices))[indices(rng, [1.0 / (rank + 4) for rank in range(len(choices))], n)]
    return picked


def happens(rng: np.random.Generator, share: float, n: int) -> Flags:
    """True for about that share of n cases."""
    return rng.random(n) < share


def triangle(rng: np.random.Generator, corners: Sequence[float], n: int) -> Floats:
    """Draws between the first and third number, most often near the second."""
    return rng.triangular(corners[0], corners[1], corners[2], n)


def apportion(weights: Floats, total: int) -> Ints:
    """Splits a total by weights into whole parts that sum to it exactly."""
    exact = shares(list(weights)) * total
    parts = np.floor(exact).astype(np.int64)
    missing = total - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:missing]] += 1
    return parts


def padded(numbers: Ints, width: int) -> Texts:
    """The numbers as strings with leading zeros."""
    return texts([f"{number:0{width}d}" for number in numbers.tolist()])


def iso(days: Days) -> Texts:
    """The days as 2026-11-24; an empty string for none."""
    written = np.datetime_as_string(days.astype("datetime64[D]")).astype(object)
    written[np.isnat(days)] = ""
    return written


def rank_within(groups: Ints) -> Ints:
    """The place of each element among those of the same group, in their order."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(groups) else np.empty(0, np.int64)
    lengths = np.diff(np.r_[starts, len(groups)])
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(starts, lengths)
    return ranks
