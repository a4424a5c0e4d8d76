"""Derives from compared columns what is compared in them: sounds, the core of a name, the door of an address.

Characters are compared as they stand: DuckDB's own distances count bytes.
"""

from __future__ import annotations

import re

import duckdb

from taihu.data.link import sound
from taihu.data.link.spec import How
from taihu.terms.base import Base
from taihu.terms.standard import Standards

MARKS = r"[\s\p{P}\p{S}]"
SHORTEST_CORE = 2
TOWN = r"^\p{Han}{1,6}?(街道|镇|乡)"
# Words between the numbers of an address, which people write in many ways: 12幢1单元101室, 12栋1-101.
BETWEEN_NUMBERS = r"[^\p{Han}0-9A-Za-z]|[号幢栋座单元室楼层]"


def derive(connection: duckdb.DuckDBPyConnection, table: str, base: Base, standards: Standards) -> None:
    """Adds to a table with the columns of the base what `list_derived` names, for each way to compare.

    `<column>__sound` (pinyin without tones) and `__family` of people's names; of organisations' names `__stem`
    (without legal form), `__core` (without the division in front either) and how the core sounds; of addresses
    `__place` (without divisions, the numbers in one spelling), `__door` (without rooms) and `__road`.
    """
    divisions = _any_of(list_prefixes(standards))
    for comparison in base.comparisons:
        column = comparison.column
        if comparison.how == How.CHINESE_NAME:
            sound.add(connection, table, column)
        elif comparison.how == How.ORGANISATION_NAME:
            _add(connection, table, _name_parts(column, base.forms, divisions))
            sound.add(connection, table, f"{column}__core")
        elif comparison.how == How.ADDRESS:
            _add(connection, table, _address_parts(column, divisions))


def list_derived(column: str, how: str) -> tuple[str, ...]:
    """The columns that `derive` adds for a column."""
    parts = {
        How.CHINESE_NAME: ("__sound", "__family"),
        How.ORGANISATION_NAME: ("__stem", "__core", "__core__sound", "__core__family"),
        How.ADDRESS: ("__place", "__door", "__road"),
    }
    return tuple(f"{column}{part}" for part in parts.get(How(how), ()))


def list_prefixes(standards: Standards) -> list[str]:
    """Words for the city's divisions from the province down to the county, long ones first: 湖州市 and 湖州."""
    home = {division.code[:2] + "0000" for division in standards.atlas}
    titles = {division.title for division in standards.atlas if len(division.code) <= 6}
    titles |= {place.title for place in standards.places if place.code in home}
    short = {title[:-1] for title in titles if len(title) > 2 and title[-1] in "省市区县"}
    return sorted(titles | short, key=lambda title: (-len(title), title))


def _add(connection: duckdb.DuckDBPyConnection, table: str, steps: list[tuple[str, str]]) -> None:
    """Adds columns one after another; a later one may be made of an earlier one."""
    inner = f'SELECT * FROM "{table}"'  # noqa: S608 - checked names
    for name, sql in steps:
        inner = f'SELECT *, {sql} AS "{name}" FROM ({inner})'  # noqa: S608 - checked names
    connection.execute(f'CREATE OR REPLACE TEMP TABLE "{table}" AS {inner}')


def _name_parts(column: str, forms: tuple[str, ...], divisions: str) -> list[tuple[str, str]]:
    plain = f"regexp_replace(\"{column}\", '{MARKS}', '', 'g')"
    stem, core = f"{column}__stem", f"{column}__core"
    at_end = f"({_any_of(sorted(forms, key=lambda form: (-len(form), form)))})$" if forms else "$^"
    return [
        (stem, _unless_short(plain, f"regexp_replace({plain}, '{at_end}', '')")),
        (core, _unless_short(f'"{stem}"', f"regexp_replace(\"{stem}\", '^({divisions})+', '')")),
    ]


def _address_parts(column: str, divisions: str) -> list[tuple[str, str]]:
    place, door, road = (f"{column}__{part}" for part in ("place", "door", "road"))
    plain = f"upper(regexp_replace(\"{column}\", '\\s', '', 'g'))"
    below = f"regexp_replace(regexp_replace({plain}, '^({divisions})+', ''), '{TOWN}', '')"
    return [
        (place, f"nullif(trim(regexp_replace({below}, '({BETWEEN_NUMBERS})+', '|', 'g'), '|'), '')"),
        (door, f"nullif(regexp_extract(\"{place}\", '^[^0-9]*[0-9]*'), '')"),
        (road, f"nullif(regexp_extract(\"{place}\", '^[^0-9]*'), '')"),
    ]


def _unless_short(whole: str, part: str) -> str:
    return f"CASE WHEN length({part}) >= {SHORTEST_CORE} THEN {part} ELSE nullif({whole}, '') END"


def _any_of(words: list[str]) -> str:
    """A pattern of words as it stands in a literal of SQL."""
    return "|".join(re.escape(word).replace("'", "''") for word in words) or "$^"
