"""Damped additive Holt-Winters against the seasonal naive forecast, judged by rolling origins it was not tuned on."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator

import numpy as np

from taihu.terms.figure import Figure
from taihu.terms.table import Table

LEVELS = (0.1, 0.3, 0.5, 0.8)
TRENDS = (0.0, 0.1, 0.3)
SEASONS = (0.05, 0.2, 0.5)
DAMPING = 0.95
Series = np.ndarray
Shape = tuple[float, float, float]


def seasonal_forecast(
    series: Table, *, season: int, horizon: int, step: int, cover: int
) -> Iterator[dict[str, object]]:
    """Yields one row for each step ahead; refuses a series shorter than four seasons plus two horizons."""
    if not (season >= 1 and horizon >= 1 and step >= 1 and 50 <= cover <= 99):
        raise ValueError("season, horizon and step are at least 1, cover lies between 50 and 99")
    days, values = _regular(series, step)
    origins = max(2 * season, horizon)
    if len(values) < 4 * season + origins + horizon:
        raise ValueError("the series is shorter than four seasons and the origins held out")
    values = _filled(values, season)
    tuning = len(values) - origins - horizon
    shape = _choose(values[:tuning], season, horizon)
    held_out = range(tuning, len(values) - horizon + 1)
    smooth = np.array([values[o : o + horizon] - _smooth(values[:o], season, horizon, shape) for o in held_out])
    naive = np.array([values[o : o + horizon] - _naive(values[:o], season, horizon) for o in held_out])
    is_better = np.abs(smooth).mean() < np.abs(naive).mean()
    errors = smooth if is_better else naive
    baseline = _naive(values, season, horizon)
    ahead = _smooth(values, season, horizon, shape) if is_better else baseline
    lower, upper = np.quantile(errors, [(100 - cover) / 200, (100 + cover) / 200], axis=0)
    split = f"最后 {len(errors)} 个滚动起点，参数只在其前 {tuning} 步上选取"
    for index in range(horizon):
        value = float(ahead[index])
        interval = (min(value, value + float(lower[index])), max(value, value + float(upper[index])))
        yield {
            "at": days[-1] + datetime.timedelta(days=step * (index + 1)),
            "forecast": Figure(value, float(baseline[index]), split, interval, len(errors)),
            "model": "Holt-Winters" if is_better else "季节朴素",
        }


def _regular(series: Table, step: int) -> tuple[list[datetime.date], Series]:
    """The series on an even grid of days; days without a value are NaN, two values for one day are refused."""
    known: dict[datetime.date, float] = {}
    for at, value in series.rows():
        if not isinstance(at, datetime.date):
            raise ValueError("a row without a day")
        if at in known:
            raise ValueError("two values for one day")
        known[at] = float("nan") if value is None else float(str(value))
    if not known:
        raise ValueError("an empty series")
    first, last = min(known), max(known)
    days = [first + datetime.timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
    if not known.keys() <= set(days):
        raise ValueError("days that lie off the grid of the step")
    return days, np.array([known.get(day, float("nan")) for day in days])


def _filled(values: Series, season: int) -> Series:
    """Gaps take the value of the season before, else of the season after; more than a fifth is refused."""
    gaps = np.isnan(values)
    if gaps.mean() > 0.2:
        raise ValueError("more than a fifth of the series is missing")
    filled = values.copy()
    for index in np.flatnonzero(gaps):
        before = filled[index - season] if index >= season else float("nan")
        after = values[index + season :: season]
        after = after[~np.isnan(after)]
        fallback = after[0] if len(after) else np.nanmean(values)
        filled[index] = fallback if np.isnan(before) else before
    return filled


def _naive(values: Series, season: int, horizon: int) -> Series:
    return np.resize(values[-season:], horizon)


def _choose(values: Series, season: int, horizon: int) -> Shape:
    """The smoothing weights with the least mean absolute error over the last origins of the tuning part."""
    count = max(season, horizon)
    origins = range(max(2 * season, len(values) - horizon - count), len(values) - horizon + 1)

    def error(shape: Shape) -> float:
        misses = [np.abs(values[o : o + horizon] - _smooth(values[:o], season, horizon, shape)).mean() for o in origins]
        return float(np.mean(misses))

    return min(itertools.product(LEVELS, TRENDS, SEASONS), key=error)


def _smooth(values: Series, season: int, horizon: int, shape: Shape) -> Series:
    """Holt-Winters with additive season and damped trend, started from the first two seasons."""
    alpha, beta, gamma = shape
    level = values[:season].mean()
    trend = (values[season : 2 * season].mean() - level) / season
    seasonal = (values[:season] - level).copy()
    for index in range(season, len(values)):
        place = index % season
        before = level
        level = alpha * (values[index] - seasonal[place]) + (1 - alpha) * (level + DAMPING * trend)
        trend = beta * (level - before) + (1 - beta) * DAMPING * trend
        seasonal[place] = gamma * (values[index] - level) + (1 - gamma) * seasonal[place]
    steps = np.arange(1, horizon + 1)
    places = (len(values) + steps - 1) % season
    return level + trend * np.cumsum(DAMPING**steps) + seasonal[places]
