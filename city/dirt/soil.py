"""Applies the table of dirt to a sheet and marks every row that it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from city import facts
from city.dirt import bodies, cells, dates, digits, people
from city.dirt.sheet import Sheet
from city.world.chance import Ints, texts

Mistake = Callable[[np.random.Generator, str, Mapping[str, Any]], str]

MISTAKES: Mapping[str, Mistake] = {
    function.__name__: function
    for function in (
        people.homophone, people.lookalike, people.older_form, people.swapped_characters, people.lost_character,
        bodies.short_name, bodies.other_legal_form, bodies.registration_number,
        digits.wrong_check, digits.swapped_digits, digits.mistyped_digit, digits.lost_digit, digits.fifteen,
        digits.small_x, digits.rounded, digits.grouped, digits.dashed,
        dates.other_form, dates.swapped_date, dates.wrong_year, dates.impossible_date,
        cells.missing, cells.placeholder, cells.full_width, cells.spaces, cells.other_word, cells.former_town,
        cells.short_address, cells.wrong_plate, cells.below_limit, cells.scaled, cells.stated,
    )
}  # fmt: skip


def soil(rng: np.random.Generator, sheet: Sheet, dataset: str) -> Sheet:
    """The sheet with the dirt that the table gives to a dataset; rules are applied in their order."""
    for rule in facts.read("dirt")["rules"][dataset]:
        sheet = _apply(rng, sheet, rule)
    return sheet


def _apply(rng: np.random.Generator, sheet: Sheet, rule: Mapping[str, Any]) -> Sheet:
    """Applies one rule."""
    rows = np.flatnonzero(rng.random(len(sheet)) < rule["rate"])
    if rule["dirt"] == "duplicate":
        return _duplicate(rng, sheet, rows)
    if rule["dirt"] == "of_neighbour":
        _copy_neighbour(sheet, rows, rule["column"])
    elif rule["dirt"] == "swapped_columns":
        first, second = rule["columns"]
        sheet.columns[first][rows], sheet.columns[second][rows] = (
            sheet.columns[second][rows],
            sheet.columns[first][rows],
        )
        sheet.mark(rows, "swapped_columns")
    else:
        _change(rng, sheet, rows, rule)
    return sheet


def _change(rng: np.random.Generator, sheet: Sheet, rows: Ints, rule: Mapping[str, Any]) -> None:
    """Changes the cells of a column; a row is marked only where the cell became another."""
    mistake = MISTAKES[rule["dirt"]]
    values = sheet.columns[rule["column"]]
    before = values[rows]
    after = texts([mistake(rng, value, rule) for value in before.tolist()])
    values[rows] = after
    sheet.mark(rows[before != after], rule["dirt"])


def _duplicate(rng: np.random.Generator, sheet: Sheet, rows: Ints) -> Sheet:
    """Sends some rows twice: mostly next to each other, some at the end."""
    if not len(rows):
        return sheet
    near = rng.random(len(rows)) < 0.6
    order = np.sort(np.concatenate([np.arange(len(sheet)), rows[near]]))
    order = np.concatenate([order, rows[~near]])
    doubled = sheet.take(order)
    seen = np.zeros(len(sheet), dtype=bool)
    again = np.zeros(len(order), dtype=bool)
    for place, row in enumerate(order.tolist()):
        again[place] = seen[row]
        seen[row] = True
    doubled.mark(np.flatnonzero(again), "duplicate")
    return doubled


def _copy_neighbour(sheet: Sheet, rows: Ints, column: str) -> None:
    """Writes the value of the row before, as a clerk who slips by a line does."""
    rows = rows[rows > 0]
    values = sheet.columns[column]
    changed = rows[values[rows] != values[rows - 1]]
    values[changed] = values[changed - 1]
    sheet.mark(changed, "of_neighbour")
