"""Cube: rows counted over every combination of categories, with all totals, and who contributes most to each cell."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from taihu.data.guard.declassify import fallen
from taihu.data.guard.declassify.fallen import BadMethod

Floats = NDArray[np.float64]
MERGED = "其余合并"
TOTAL = "合计"
LARGEST_KEPT = 3


@dataclass(frozen=True)
class Cube:
    """Arrays of one more place than categories along each dimension; the last place is the total.

    `contributors` are the distinct respondents of a cell, `largest` the sums of its biggest ones (a last axis);
    both equal the counts and ones where no respondent is named. `values` are absent where only rows are counted.
    """

    dimensions: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    counts: Floats
    contributors: Floats
    values: Floats | None = None
    largest: Floats | None = None


def count(table: pa.Table, dimensions: Sequence[str], *, value: str = "", who: str = "", merge_below: int = 0) -> Cube:
    """Counts the rows of a relation; categories with fewer contributors than `merge_below` become one.

    Raises BadMethod for a value below nothing or absent: bounds on sums rest on values that cannot be negative.
    """
    fallen.check_columns(table, *dimensions, *filter(None, (value, who)))
    if not dimensions or TOTAL in {text for name in dimensions for text in fallen.to_texts(table, name)}:
        raise BadMethod("汇总表须有分组项，且分组项的值不得为「合计」", where="、".join(dimensions), help="请修改查询")
    person = _number(fallen.to_texts(table, who))[1] if who else np.arange(table.num_rows)
    codes, categories = [], []
    for name in dimensions:
        known, column = _merge(*_number(fallen.to_texts(table, name)), person, merge_below)
        codes.append(column)
        categories.append(known)
    amounts = _read_amounts(table, value) if value else None
    shape = tuple(len(known) + 1 for known in categories)
    counts, contributors = np.zeros(shape), np.zeros(shape)
    values = np.zeros(shape) if value else None
    largest = np.zeros((*shape, LARGEST_KEPT)) if value else None
    for place in _margins(codes, shape):
        counts += np.bincount(place, minlength=counts.size).reshape(shape)
        _rank(place, person, amounts, contributors, largest)
        if values is not None and amounts is not None:
            values += np.bincount(place, weights=amounts, minlength=counts.size).reshape(shape)
    return Cube(tuple(dimensions), tuple(categories), counts, contributors, values, largest)


def lines(shape: Sequence[int]) -> Iterator[list[int]]:
    """Every sum of the cube as flat places: the parts first, their total last."""
    flat = np.arange(int(np.prod(shape))).reshape(shape)
    for axis in range(len(shape)):
        for line in np.moveaxis(flat, axis, -1).reshape(-1, shape[axis]):
            yield line.tolist()


def _number(texts: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    known = sorted(set(texts))
    place = {text: number for number, text in enumerate(known)}
    return tuple(known), np.fromiter((place[text] for text in texts), dtype=np.int64, count=len(texts))


def _merge(
    known: tuple[str, ...], codes: NDArray[np.int64], person: NDArray[np.int64], below: int
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Puts small categories together, and the next larger ones, until what is merged is not small itself."""
    sizes = [len(np.unique(person[codes == code])) for code in range(len(known))]
    order = sorted(range(len(known)), key=lambda code: (sizes[code], known[code]))
    small: list[int] = []
    for code in order:
        if sizes[code] >= below and (not small or len(np.unique(person[np.isin(codes, small)])) >= below):
            break
        small.append(code)
    if not small:
        return known, codes
    kept = [code for code in range(len(known)) if code not in small]
    target = np.full(len(known), len(kept), dtype=np.int64)
    target[kept] = np.arange(len(kept))
    return (*(known[code] for code in kept), MERGED), target[codes]


def _read_amounts(table: pa.Table, value: str) -> Floats:
    amounts = [None if amount is None else float(amount) for amount in table.column(value).to_pylist()]
    if any(amount is None or not amount >= 0 for amount in amounts):
        raise BadMethod(f"汇总项 {value} 有空值或负值", where=value, help="请在查询中先处理空值；负值不能用本方法汇总")
    return np.array(amounts, dtype=np.float64)


def _margins(codes: Sequence[NDArray[np.int64]], shape: Sequence[int]) -> Iterator[NDArray[np.int64]]:
    """The flat place of each row in the cells, then in each margin."""
    for is_total in itertools.product((False, True), repeat=len(shape)):
        at = [np.full_like(c, n - 1) if total else c for c, n, total in zip(codes, shape, is_total, strict=True)]
        yield np.ravel_multi_index(at, tuple(shape)).astype(np.int64)


def _rank(
    place: NDArray[np.int64],
    person: NDArray[np.int64],
    amounts: Floats | None,
    contributors: Floats,
    largest: Floats | None,
) -> None:
    """Counts the distinct persons of each cell, and keeps its largest sums by person."""
    pairs, inverse = np.unique(np.stack([place, person]), axis=1, return_inverse=True)
    contributors += np.bincount(pairs[0], minlength=contributors.size).reshape(contributors.shape)
    if amounts is None or largest is None or not len(place):
        return
    sums = np.bincount(inverse.reshape(-1), weights=amounts)
    order = np.lexsort((-sums, pairs[0]))
    first = np.unique(pairs[0][order], return_index=True)[1]
    rank = np.arange(len(order)) - np.repeat(first, np.diff([*first, len(order)]))
    flat = largest.reshape(-1, LARGEST_KEPT)
    top = rank < LARGEST_KEPT
    flat[pairs[0][order][top], rank[top]] = sums[order][top]
