"""Suppress: which further cells are withheld so that nobody can compute the primary ones from the totals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack

from taihu.data.guard.declassify import cube
from taihu.data.guard.declassify.intruder import Intruder

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
# A withheld total tells less of the table than a withheld cell, so it costs more.
COST_OF_TOTAL = 4.0
ROOM = 1 + 1e-7


class NoCover(Exception):
    """No set of cells covers a primary one: its table is too small to be published."""


def suppress(numbers: Floats, primary: Truths, needed: Floats, withheld: Truths, *, is_upward: bool = False) -> Truths:
    """All cells to withhold: `withheld` (the primary ones among them) and as few others as the search finds.

    A primary cell is open where what is known of it is an interval at least as wide as needed; where `is_upward`,
    where it may be larger by as much. For each that is not, the cheapest change of the whole table that would make
    it larger by so much and keep every sum is found by a linear program; its cells are withheld too (after Kelly,
    Golden and Assad). Then each added cell is published again where all stays open without it. Raises NoCover.
    """
    search = _Search(numbers, needed, is_upward)
    pattern = withheld.reshape(-1).copy()
    primaries = sorted(np.flatnonzero(primary), key=lambda cell: (-search.numbers[cell], cell))
    for cell in primaries:
        if not search.is_open(pattern, [int(cell)]):
            pattern |= search.find_cover(pattern, int(cell))
    added = np.flatnonzero(pattern & ~withheld.reshape(-1))
    asked = [int(cell) for cell in primaries]
    for cell in sorted(added, key=lambda cell: (-search.numbers[cell], cell)):
        pattern[cell] = False
        if not search.is_open(pattern, asked):
            pattern[cell] = True
    return pattern.reshape(numbers.shape)


class _Search:
    def __init__(self, numbers: Floats, needed: Floats, is_upward: bool) -> None:
        self.is_upward = is_upward
        self.shape = numbers.shape
        self.numbers = numbers.reshape(-1)
        self.needed = needed.reshape(-1)
        self.sums = _write_sums(numbers.shape)
        self.cost = self._weigh()

    def _weigh(self) -> Floats:
        """What withholding costs: one for a cell, a little more for a large one, more for a total."""
        most = max(float(self.numbers.max(initial=0.0)), 1.0)
        cost = 1 + 0.2 * np.log1p(self.numbers) / np.log1p(most)
        totals = sum(at == size - 1 for at, size in zip(np.indices(self.shape), self.shape, strict=True))
        return np.asarray(cost * COST_OF_TOTAL ** np.asarray(totals).reshape(-1))

    def is_open(self, pattern: Truths, cells: list[int]) -> bool:
        """Is each cell open, for all that the published numbers say? Puts one that is not first for the next time."""
        intruder = Intruder(np.where(pattern, np.nan, self.numbers).reshape(self.shape))
        closed = next((cell for cell in cells if not self._is_open(intruder, cell)), None)
        if closed is not None:
            cells.sort(key=lambda cell: cell != closed)
        return closed is None

    def _is_open(self, intruder: Intruder, cell: int) -> bool:
        high = intruder.above(cell) * ROOM
        if high >= self.numbers[cell] + self.needed[cell]:
            return True
        # The least that a cell can be is not below nothing: only then is the second program worth its time.
        return not self.is_upward and high >= self.needed[cell] and high - intruder.below(cell) >= self.needed[cell]

    def find_cover(self, pattern: Truths, cell: int) -> Truths:
        """The cells that change in the cheapest change that lifts a cell by what it needs."""
        size = len(self.numbers)
        scale = float(self.needed[cell]) or 1.0
        cost = np.where(pattern, 1e-4, self.cost)
        fixed = (self.numbers == 0) & ~pattern
        fixed[-1] = True
        up = np.where(fixed, 0.0, np.inf)
        down = np.where(fixed, 0.0, self.numbers / scale)
        up[cell], down[cell] = 1.0, 0.0
        bounds = np.stack([np.zeros(2 * size), np.concatenate([up, down])], axis=1)
        bounds[cell] = (1.0, 1.0)
        sums = hstack([self.sums, -self.sums])
        found = linprog(
            np.concatenate([cost, cost]), A_eq=sums, b_eq=np.zeros(self.sums.shape[0]), bounds=bounds, method="highs"
        )
        if found.status != 0:
            raise NoCover
        moved = found.x[:size] + found.x[size:]
        return np.asarray(moved > 1e-9)


def _write_sums(shape: tuple[int, ...]) -> csr_array:
    rows, places, signs = [], [], []
    for number, line in enumerate(cube.lines(shape)):
        rows += [number] * len(line)
        places += line
        signs += [1.0] * (len(line) - 1) + [-1.0]
    return csr_array((signs, (rows, places)), shape=(max(rows) + 1, int(np.prod(shape))))
