"""The comparison levels of each way to compare, as SQL conditions over `l.` and `r.`.

Homophones are compared by the pinyin column `<column>__sound` that `gather.add_sounds` adds.
"""

from __future__ import annotations

from typing import Any

from splink import comparison_level_library as cll
from splink import comparison_library as cl

from taihu.data.link.spec import Comparison, How

LONGEST_NAME = 6


def to_splink(comparison: Comparison) -> Any:
    """The comparison in Splink's own words."""
    column = comparison.column
    made: Any
    if comparison.how is How.EXACT:
        made = cl.ExactMatch(column)
    elif comparison.how is How.CODE:
        made = cl.DamerauLevenshteinAtThresholds(column, [1, 2])
    elif comparison.how is How.LATIN_NAME:
        made = cl.JaroWinklerAtThresholds(column, [0.92, 0.8])
    elif comparison.how is How.TEXT:
        made = cl.LevenshteinAtThresholds(column, [2, 5])
    elif comparison.how is How.DATE:
        made = cl.CustomComparison(output_column_name=column, comparison_levels=_date(column))
    else:
        made = cl.CustomComparison(output_column_name=column, comparison_levels=_chinese_name(column))
    if comparison.counts_frequency and hasattr(made, "configure") and comparison.how is not How.CHINESE_NAME:
        made = made.configure(term_frequency_adjustments=True)
    return made


def _chinese_name(column: str) -> list[Any]:
    exact = cll.ExactMatchLevel(column, term_frequency_adjustments=True)
    return [
        cll.NullLevel(column),
        exact,
        _level(f'"{column}__sound_l" = "{column}__sound_r"', "same sound"),
        _level(is_one_apart(f'"{column}_l"', f'"{column}_r"'), "one character apart"),
        _level(f'"{column}__family_l" = "{column}__family_r"', "same family name"),
        cll.ElseLevel(),
    ]


def is_one_apart(left: str, right: str) -> str:
    """SQL that is true where two short texts differ by one character: replaced, added, or left out.

    Character by character up to the sixth, because DuckDB's own distances count bytes; a longer text differs.
    """
    differing = " + ".join(
        f"(substring({left}, {n}, 1) <> substring({right}, {n}, 1))::INT" for n in range(1, LONGEST_NAME + 1)
    )
    lengths = f"length({left}) = length({right}) AND length({left}) <= {LONGEST_NAME}"
    lost = " OR ".join(
        f"{long} = substring({long}, 1, {n}) || substring({long}, {n + 1}, 1) || substring({short}, {n + 1})"
        f" AND substring({long}, 1, {n}) = substring({short}, 1, {n})"
        for long, short in ((left, right), (right, left))
        for n in range(LONGEST_NAME)
    )
    return f"(({lengths} AND {differing} = 1) OR (abs(length({left}) - length({right})) = 1 AND ({lost})))"


def _date(column: str) -> list[Any]:
    left, right = f'"{column}_l"', f'"{column}_r"'
    swapped = f"(year({left}) = year({right}) AND month({left}) = day({right}) AND day({left}) = month({right}))"
    near = f"abs(datediff('day', {left}, {right})) <= 31"
    same_day = f"(month({left}) = month({right}) AND day({left}) = day({right}) AND abs(year({left}) - year({right})) IN (1, 2, 10))"
    return [
        cll.NullLevel(column),
        cll.ExactMatchLevel(column),
        _level(swapped, "day and month swapped"),
        _level(same_day, "same day, year mistyped"),
        _level(near, "within a month"),
        _level(f"year({left}) = year({right})", "same year"),
        cll.ElseLevel(),
    ]


def _level(condition: str, label: str) -> Any:
    return cll.CustomLevel(condition, label_for_charts=label)
