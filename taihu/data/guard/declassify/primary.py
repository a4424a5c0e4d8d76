"""Primary: which cells of a table tell too much about a contributor by themselves, and how wide each must stay open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihu.data.guard.declassify.cube import LARGEST_KEPT, Cube

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rules:
    """`n` contributors at least; the `top` largest not above `share` % of a cell (dominance); nobody able to

    estimate the largest to within `p` %; `spread` % of a value is the least width of what is withheld.
    A share or p of nothing switches its rule off; they speak of values only.
    """

    n: int = 10
    top: int = 1
    share: float = 75.0
    p: float = 10.0
    spread: float = 10.0

    def __post_init__(self) -> None:
        """Refuses what means nothing."""
        if self.n < 2 or not 1 <= self.top <= LARGEST_KEPT or not (0 <= self.share <= 100 and self.p >= 0):
            raise ValueError(f"n is at least 2, top 1 to {LARGEST_KEPT}, share a percentage, p not negative")


def find_primary(cube: Cube, rules: Rules) -> Truths:
    """The cells that a rule forbids; an empty cell tells of nobody."""
    primary: Truths = (cube.contributors > 0) & (cube.contributors < rules.n)
    if cube.values is not None and cube.largest is not None:
        primary |= (cube.values > 0) & (_lacking(cube.values, cube.largest, rules) > 0)
    return primary


def widths(cube: Cube, rules: Rules, primary: Truths) -> tuple[Floats, Floats | None]:
    """How far above its count, and above its value, a primary cell must seem possible; nothing for the others."""
    counts: Floats = np.where(primary, float(rules.n), 0.0)
    if cube.values is None or cube.largest is None:
        return counts, None
    needed = np.maximum(_lacking(cube.values, cube.largest, rules), cube.values * rules.spread / 100)
    return counts, np.where(primary, needed, 0.0)


def _lacking(values: Floats, largest: Floats, rules: Rules) -> Floats:
    """What a cell lacks to satisfy dominance and the p % rule; positive where it breaks one."""
    lacking: Floats = np.full(values.shape, -np.inf)
    if rules.share:
        lacking = np.maximum(lacking, largest[..., : rules.top].sum(axis=-1) * 100 / rules.share - values)
    if rules.p:
        others = values - largest[..., 0] - largest[..., 1]
        lacking = np.maximum(lacking, largest[..., 0] * rules.p / 100 - others)
    return np.where(np.abs(lacking) < 1e-9 * np.maximum(values, 1), 0.0, lacking)
