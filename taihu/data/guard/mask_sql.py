"""Masks as DuckDB's SQL over a text expression, equal to those of the terms for every text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from taihu.terms import mask


def _between(value: str, first: int, last: int) -> str:
    hidden = f"repeat('*', length({value}) - {first + last})"
    return f"left({value}, {first}) || {hidden} || right({value}, {last})"


def _unless_empty(value: str) -> str:
    return f"CASE WHEN {value} = '' THEN '' ELSE '{mask.ALL}' END"


def _resident_id(value: str) -> str:
    return f"CASE WHEN length({value}) IN (15, 18) THEN {_between(value, 6, 4)} ELSE {_unless_empty(value)} END"


def _name(value: str) -> str:
    stars = f"repeat('*', least(length({value}) - 1, 3))"
    return f"CASE WHEN length({value}) > 1 THEN left({value}, 1) || {stars} ELSE repeat('*', length({value})) END"


def _phone(value: str) -> str:
    return (
        f"CASE WHEN length({value}) >= 10 THEN {_between(value, 3, 4)}"
        f" WHEN length({value}) >= 6 THEN {_between(value, 0, 2)} ELSE {_unless_empty(value)} END"
    )


def _address(value: str) -> str:
    town, county = (f"regexp_extract({value}, '{pattern}', 1)" for pattern in (mask.TOWN, mask.COUNTY))
    return f"CASE WHEN {value} = '' THEN '' ELSE coalesce(nullif({town}, ''), {county}) || '{mask.ALL}' END"


def _account(value: str) -> str:
    return f"CASE WHEN length({value}) >= 9 THEN {_between(value, 0, 4)} ELSE {_unless_empty(value)} END"


def _date(value: str) -> str:
    return f"CASE WHEN regexp_matches({value}, '^[0-9]{{4}}-') THEN left({value}, 4) ELSE {_unless_empty(value)} END"


def _coordinate(value: str) -> str:
    lon, lon_part, lat, lat_part = (f"regexp_extract({value}, '{mask.POINT}', {group})" for group in (1, 2, 3, 4))
    cell = f"'POINT(' || {lon} || '.' || rpad({lon_part}, 2, '0') || ' ' || {lat} || '.' || rpad({lat_part}, 2, '0') || ')'"
    return f"CASE WHEN regexp_matches({value}, '{mask.POINT}') THEN {cell} ELSE {_unless_empty(value)} END"


def _plate(value: str) -> str:
    return f"CASE WHEN length({value}) >= 6 THEN {_between(value, 2, 2)} ELSE {_unless_empty(value)} END"


WRITERS: Mapping[str, Callable[[str], str]] = {
    "resident-id": _resident_id,
    "name": _name,
    "phone": _phone,
    "address": _address,
    "account": _account,
    "date": _date,
    "coordinate": _coordinate,
    "plate": _plate,
    "all": _unless_empty,
}


def write(name: str, value_sql: str) -> str:
    """The SQL of a mask over an expression that gives text; NULL stays NULL. The expression is written several times."""
    writer = WRITERS.get(name, _unless_empty)
    return f"CASE WHEN ({value_sql}) IS NULL THEN NULL ELSE {writer(f'({value_sql})')} END"
