"""Mistakes in the names of people: same sound, same look, older forms, swapped and missing characters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from city import facts


@cache
def _lookalikes() -> Mapping[str, str]:
    """Each character with the one it is mistaken for."""
    pairs: dict[str, str] = {}
    for first, second in facts.read("lookalikes")["pairs"]:
        pairs.setdefault(first, second)
        pairs.setdefault(second, first)
    return pairs


def _replace_one(rng: np.random.Generator, value: str, choices: Mapping[str, str]) -> str:
    """Replaces one character that has choices, mostly in the given name; the value itself where none has."""
    places = [place for place, letter in enumerate(value) if letter in choices]
    if len(places) > 1 and places[0] == 0 and rng.random() < 0.85:
        places = places[1:]
    if not places:
        return value
    place = places[int(rng.integers(0, len(places)))]
    options = choices[value[place]]
    # The first of the options is the likeliest.
    option = options[int(len(options) * rng.random() ** 2)]
    return value[:place] + option + value[place + 1 :]


def homophone(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Writes a character of the same sound."""
    return _replace_one(rng, value, facts.read("homophones")["homophones"])


def lookalike(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Writes a character that looks alike."""
    return _replace_one(rng, value, _lookalikes())


def older_form(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Writes the older form of a character."""
    return _replace_one(rng, value, facts.read("lookalikes")["older"])


def swapped_characters(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Swaps the last two characters of a name of three."""
    return value[0] + value[2] + value[1] if len(value) == 3 else value


def lost_character(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Writes ? for characters that the department's machine does not have."""
    rare = facts.read("names")["rare"]["characters"]
    return "".join("?" if letter in rare else letter for letter in value)
