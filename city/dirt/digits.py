"""Mistakes in numbers: check characters, swapped and mistyped digits, old lengths, what spreadsheets do to long numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def wrong_check(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Another last character."""
    if not value:
        return value
    others = [letter for letter in "0123456789" if letter != value[-1]]
    return value[:-1] + others[int(rng.integers(0, len(others)))]


def swapped_digits(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Two neighbouring characters change places."""
    places = [place for place in range(len(value) - 1) if value[place] != value[place + 1]]
    if not places:
        return value
    place = places[int(rng.integers(0, len(places)))]
    return value[:place] + value[place + 1] + value[place] + value[place + 2 :]


def mistyped_digit(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """One digit is another."""
    places = [place for place, letter in enumerate(value) if letter.isdigit()]
    if not places:
        return value
    place = places[int(rng.integers(0, len(places)))]
    return value[:place] + str((int(value[place]) + int(rng.integers(1, 10))) % 10) + value[place + 1 :]


def lost_digit(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """One character is missing."""
    if len(value) < 2:
        return value
    place = int(rng.integers(1, len(value)))
    return value[:place] + value[place + 1 :]


def fifteen(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """The number as it was before 1999: without century and check character."""
    return value[:6] + value[8:17] if len(value) == 18 and value[6:8] == "19" else value


def small_x(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """The check character in lower case."""
    return value.lower()


def rounded(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """What a spreadsheet keeps of a long number: fifteen digits, then zeros."""
    return value[:15] + "0" * (len(value) - 15) if len(value) > 15 and value.isdigit() else value


def grouped(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Spaces after every four characters."""
    return " ".join(value[place : place + 4] for place in range(0, len(value), 4))


def dashed(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """A mobile number with dashes or a country code."""
    if len(value) != 11:
        return value
    forms = (
        f"{value[:3]}-{value[3:7]}-{value[7:]}",
        f"+86{value}",
        f"86-{value}",
        f"{value[:3]} {value[3:7]} {value[7:]}",
    )
    return forms[int(rng.integers(0, len(forms)))]
