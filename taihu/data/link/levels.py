"""The comparison levels of each way to compare, as SQL conditions over `l.` and `r.`.

Homophones, cores of names and doors of addresses are compared by the columns that `derive.derive` adds.
"""

from __future__ import annotations

from typing import Any

from splink import comparison_level_library as cll
from splink import comparison_library as cl

from taihu.data.link.spec import Comparison, How

LONGEST_NAME = 6
LONGEST_CORE = 24
SHORTEST_PART = 4


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
        written = {How.ORGANISATION_NAME: _organisation_name, How.ADDRESS: _address}.get(comparison.how, _chinese_name)
        made = cl.CustomComparison(output_column_name=column, comparison_levels=written(column))
    if comparison.counts_frequency and hasattr(made, "configure") and not isinstance(made, cl.CustomComparison):
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


def _organisation_name(column: str) -> list[Any]:
    core = f"{column}__core"
    left, right = f'"{core}_l"', f'"{core}_r"'
    return [
        cll.NullLevel(core),
        cll.ExactMatchLevel(column, term_frequency_adjustments=True),
        cll.ExactMatchLevel(f"{column}__stem", term_frequency_adjustments=True),
        cll.ExactMatchLevel(core, term_frequency_adjustments=True),
        _level(f'"{core}__sound_l" = "{core}__sound_r"', "core sounds the same"),
        _level(is_one_apart(left, right, LONGEST_CORE), "core one character apart"),
        _level(is_part(left, right), "one core within the other"),
        cll.ElseLevel(),
    ]


def _address(column: str) -> list[Any]:
    return [
        cll.NullLevel(f"{column}__place"),
        cll.ExactMatchLevel(f"{column}__place"),
        cll.ExactMatchLevel(f"{column}__door"),
        cll.ExactMatchLevel(f"{column}__road"),
        cll.ElseLevel(),
    ]


def is_close_name(how: How, column: str, left: str, right: str) -> str:
    """SQL that is true where the names of two rows under one identifier are one name, or one writing mistake apart."""
    if how is How.ORGANISATION_NAME:
        core = f"{column}__core"
        parts = (f'{left}."{core}"', f'{right}."{core}"')
        sound = f'{left}."{core}__sound" = {right}."{core}__sound"'
        return f"(coalesce({sound}, true) OR {is_one_apart(*parts, LONGEST_CORE)} OR {is_part(*parts)})"
    sound = f'{left}."{column}__sound" = {right}."{column}__sound"' if how is How.CHINESE_NAME else "false"
    parts = (f'{left}."{column}"', f'{right}."{column}"')
    apart = is_one_apart(*parts)
    return f"(coalesce({parts[0]} = {parts[1]}, true) OR {sound} OR coalesce({apart}, false))"


def is_equal(how: How, column: str, left: str, right: str) -> str:
    """SQL that is true where two rows agree in a column; addresses agree by their doors."""
    compared = f"{column}__door" if how is How.ADDRESS else column
    return f'coalesce({left}."{compared}" = {right}."{compared}", false)'


def is_part(left: str, right: str) -> str:
    """SQL that is true where the shorter of two texts stands within the longer one and is long enough to say something."""
    return (
        f"(CASE WHEN least(length({left}), length({right})) >= {SHORTEST_PART}"
        f" THEN contains({left}, {right}) OR contains({right}, {left}) ELSE false END)"
    )


def is_one_apart(left: str, right: str, longest: int = LONGEST_NAME) -> str:
    """SQL that is true where two short texts differ by one character: replaced, added, or left out.

    Character by character up to the longest, because DuckDB's own distances count bytes; a longer text differs.
    """
    differing = " + ".join(
        f"(substring({left}, {n}, 1) <> substring({right}, {n}, 1))::INT" for n in range(1, longest + 1)
    )
    lengths = f"length({left}) = length({right}) AND length({left}) <= {longest}"
    lost = " OR ".join(
        f"{long} = substring({long}, 1, {n}) || substring({long}, {n + 1}, 1) || substring({short}, {n + 1})"
        f" AND substring({long}, 1, {n}) = substring({short}, 1, {n})"
        for long, short in ((left, right), (right, left))
        for n in range(longest)
    )
    # One mistake spares the first half or the second: few pairs pass this, and only for them the rest is worked out.
    half = f"least(length({left}), length({right})) // 2"
    likely = (
        f"abs(length({left}) - length({right})) <= 1 AND {left} <> {right}"
        f" AND (left({left}, {half}) = left({right}, {half}) OR right({left}, {half}) = right({right}, {half}))"
    )
    apart = f"({lengths} AND {differing} = 1) OR (abs(length({left}) - length({right})) = 1 AND ({lost}))"
    return f"(CASE WHEN {likely} THEN {apart} ELSE false END)"


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
