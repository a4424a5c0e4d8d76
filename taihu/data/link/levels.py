"""The comparison levels of each way to compare, as SQL conditions over `l.` and `r.`.

DuckDB's own string distances count bytes, so a Chinese name is recoded to one byte per character of the
pair first; homophones are compared by the pinyin column `<column>__sound` that `prepare` adds.
"""

from __future__ import annotations

from typing import Any

from splink import comparison_level_library as cll
from splink import comparison_library as cl

from taihu.data.link.spec import Comparison, How


def to_splink(comparison: Comparison) -> Any:
    """The comparison in Splink's own words."""
    column = comparison.column
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
        _level(f"{characters_apart(column)} = 1", "one character apart"),
        _level(f'"{column}__family_l" = "{column}__family_r"', "same family name"),
        cll.ElseLevel(),
    ]


def characters_apart(column: str) -> str:
    """SQL for the edit distance of a column's two texts by character."""
    return characters_between(f'"{column}_l"', f'"{column}_r"')


def characters_between(left: str, right: str) -> str:
    """SQL for the edit distance of two texts by character, at most 60 different characters in a pair."""
    alphabet = f"list_distinct(string_split({left} || {right}, ''))"
    return f"levenshtein({_recode(left, alphabet)}, {_recode(right, alphabet)})"


def _recode(text: str, alphabet: str) -> str:
    return f"array_to_string(list_transform(string_split({text}, ''), lambda x: chr((64 + list_position({alphabet}, x))::INT)), '')"


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
