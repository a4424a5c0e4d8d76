"""Intruder: who reads a published table with gaps and computes, from all its sums, how far each gap can be narrowed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


class Intruder:
    """Knows the shape, that each last place is the total of its line, and every number that is not a gap (NaN).

    Knows too that nothing is below zero. Each question costs two linear programs (HiGHS).
    """

    def __init__(self, published: Floats) -> None:
        self.gaps = np.flatnonzero(np.isnan(published.reshape(-1))).tolist()
        self.place = {gap: number for number, gap in enumerate(self.gaps)}
        sums, known = self._read_sums(published)
        self.scale = max(1.0, float(np.abs(known).max(initial=1.0)))
        self.sums = LinearConstraint(csr_array(sums), known / self.scale, known / self.scale)

    def _read_sums(self, published: Floats) -> tuple[Floats, Floats]:
        """One equation for each line with a gap: parts minus total is nothing."""
        flat = published.reshape(-1)
        places = np.arange(flat.size).reshape(published.shape)
        rows, known = [], []
        for axis in range(published.ndim):
            for line in np.moveaxis(places, axis, -1).reshape(-1, published.shape[axis]).tolist():
                unknown = [(at, 1.0) for at in line[:-1] if at in self.place]
                unknown += [(at, -1.0) for at in line[-1:] if at in self.place]
                if unknown:
                    row = np.zeros(len(self.gaps))
                    row[[self.place[at] for at, _ in unknown]] = [sign for _, sign in unknown]
                    rows.append(row)
                    known.append(np.nan_to_num(flat[line[-1]]) - np.nansum(flat[line[:-1]]))
        return np.array(rows).reshape(len(rows), len(self.gaps)), np.array(known)

    def narrow(self, gap: int) -> tuple[float, float]:
        """The least and the largest value that a gap (a flat place) can have."""
        return self.below(gap), self.above(gap)

    def below(self, gap: int) -> float:
        """The least value that a gap can have."""
        return self._extreme(gap, 1.0)

    def above(self, gap: int) -> float:
        """The largest value that a gap can have."""
        return -self._extreme(gap, -1.0)

    def _extreme(self, gap: int, sign: float) -> float:
        aim = np.zeros(len(self.gaps))
        aim[self.place[gap]] = sign
        # `milp` without whole numbers is a plain linear program, and asks HiGHS with less ado than `linprog`.
        found = milp(aim, constraints=self.sums, bounds=Bounds(0, np.inf), options={"presolve": False})
        if found.status == 3:
            return -np.inf
        if found.status != 0:
            raise ArithmeticError(f"the sums of the table contradict each other (HiGHS status {found.status})")
        return float(found.fun) * self.scale


def exact_gaps(intervals: Sequence[tuple[float, float]], tolerance: float = 1e-6) -> int:
    """How many gaps can be computed exactly."""
    return sum(high - low <= tolerance * max(1.0, high) for low, high in intervals)
