"""Figure: a number that a model produced, never shown without its baseline and interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A model's number: beside it the baseline's, how the data were split, the interval and how many cases."""

    value: float
    baseline: float
    split: str
    interval: tuple[float, float]
    n: int

    def __post_init__(self) -> None:
        """Refuses a figure that cannot be judged."""
        if self.n < 1:
            raise ValueError("a figure rests on at least one case")
        if not self.split:
            raise ValueError("a figure says how its data were split")
        if self.interval[0] > self.interval[1]:
            raise ValueError("the interval of a figure begins at its lower end")
