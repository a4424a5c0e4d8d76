"""Table: counts and sums by category that leave with no contributor's own number in them, nor computable from them."""

from __future__ import annotations

import decimal
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from taihu.data.guard.declassify import cube, fallen, primary
from taihu.data.guard.declassify.fallen import Fallen, NotFallen
from taihu.data.guard.declassify.intruder import Intruder
from taihu.data.guard.declassify.primary import Rules
from taihu.data.guard.declassify.suppress import NoCover, suppress

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
COUNT = "count"


@dataclass(frozen=True)
class Withheld:
    """A cube with the cells that leave no number: the primary ones, all of them, and how wide each stays open."""

    cube: cube.Cube
    primary: Truths
    withheld: Truths
    narrowest: float


def table(
    rows: pa.Table,
    *,
    by: Sequence[str],
    value: str = "",
    who: str = "",
    rules: Rules | None = None,
    merge_below: int = 100,
) -> Fallen:
    """Counts rows, and sums a value, over all combinations of the columns `by`, with all totals.

    Categories with fewer than `merge_below` contributors are put together. A cell with fewer than n contributors,
    or in which one dominates, leaves without numbers, and so do the cells through which it could be computed; the
    reader is not told which is which. Raises NotFallen where a table is too small for that, or where the intruder
    comes closer than the rules allow. `who` names the contributor of a row; without it each row is one. Does not
    defend one contributor of a withheld sum against another one who subtracts its own share from an interval.
    """
    return tabulate(rows, by=by, value=value, who=who, rules=rules or Rules(), merge_below=merge_below)[0]


def tabulate(
    rows: pa.Table, *, by: Sequence[str], value: str, who: str, rules: Rules, merge_below: int
) -> tuple[Fallen, Withheld]:
    """The same, and the cube with what is withheld of it: for the guard, it never leaves."""
    made = withhold(cube.count(rows, by, value=value, who=who, merge_below=merge_below), rules)
    proven = Fallen(
        _write(made, value),
        {
            "method": "table",
            "by": tuple(by),
            "value": value,
            "n": rules.n,
            "top": rules.top,
            "share": rules.share,
            "p": rules.p,
            "cells": int(made.withheld.size),
            "primary": int(made.primary.sum()),
            "added": int((made.withheld & ~made.primary).sum()),
            "narrowest": round(made.narrowest, 6),
        },
    )
    return proven, made


def withhold(counted: cube.Cube, rules: Rules) -> Withheld:
    """Chooses the cells to withhold and lets the intruder try; raises NotFallen."""
    first = primary.find_primary(counted, rules)
    if first.reshape(-1)[-1]:
        raise NotFallen("全表合计已低于发布门槛", where="合计", help="数据过少，不予发布")
    open_counts, open_values = primary.widths(counted, rules, first)
    try:
        pattern = suppress(counted.counts, first, open_counts, first)
        if counted.values is not None and open_values is not None:
            pattern = suppress(counted.values, first, open_values, pattern, is_upward=True)
    except NoCover:
        raise NotFallen(
            "表中没有足够的单元格可掩护低于门槛的单元格",
            where="、".join(counted.dimensions),
            help="请合并类别或减少分组项",
        ) from None
    narrowest = _attack(counted.counts, first, pattern, open_counts, is_upward=False)
    if counted.values is not None and open_values is not None:
        _attack(counted.values, first, pattern, open_values, is_upward=True)
    return Withheld(counted, first, pattern, narrowest)


def _attack(numbers: Floats, first: Truths, pattern: Truths, needed: Floats, *, is_upward: bool) -> float:
    """The width of the narrowest primary gap; raises NotFallen where a gap is narrower than it must be."""
    intruder = Intruder(np.where(pattern, np.nan, numbers))
    narrowest = np.inf
    for gap in np.flatnonzero(first).tolist():
        low, high = intruder.narrow(gap)
        wide = high - (float(numbers.reshape(-1)[gap]) if is_upward else low)
        if wide < needed.reshape(-1)[gap] * (1 - 1e-6) - 1e-6:
            raise NotFallen("隐去的单元格仍可由合计推算", where=f"第 {gap + 1} 格", help="请合并类别或减少分组项")
        narrowest = min(narrowest, high - low)
    return float(narrowest) if np.isfinite(narrowest) else 0.0


def _write(made: Withheld, value: str) -> pa.Table:
    """One row per cell, totals included; a withheld cell has no numbers, an empty one has noughts."""
    names = [(*known, cube.TOTAL) for known in made.cube.categories]
    columns = {
        name: pa.array([at[axis] for at in itertools.product(*names)], type=pa.string())
        for axis, name in enumerate(made.cube.dimensions)
    }
    gaps = made.withheld.reshape(-1)
    columns[COUNT] = pa.array(
        [None if gap else round(number) for number, gap in zip(made.cube.counts.reshape(-1), gaps, strict=True)],
        type=pa.int64(),
    )
    if made.cube.values is not None:
        columns[value] = pa.array(
            [None if gap else _to_decimal(n) for n, gap in zip(made.cube.values.reshape(-1), gaps, strict=True)],
            type=pa.decimal128(38, 2),
        )
    return fallen.sort_rows(pa.table(columns))


def _to_decimal(number: float) -> decimal.Decimal:
    return decimal.Decimal(repr(float(number))).quantize(decimal.Decimal("0.01"))
