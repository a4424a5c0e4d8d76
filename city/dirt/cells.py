"""Mistakes of any cell: nothing, words for nothing, full-width characters, stray spaces, other words for the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from city import facts

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def missing(_rng: np.random.Generator, _value: str, _rule: Mapping[str, Any]) -> str:
    """Nothing."""
    return ""


def placeholder(rng: np.random.Generator, _value: str, rule: Mapping[str, Any]) -> str:
    """A word or a value that stands for nothing: 不详, 无, 1900-01-01."""
    return str(rule["words"][int(rng.integers(0, len(rule["words"])))])


def full_width(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Digits and letters in full width."""
    return value.translate(FULL_WIDTH)


def spaces(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """A space before, after or inside, sometimes a full-width one or a tab."""
    if not value:
        return value
    forms = (
        f" {value}",
        f"{value} ",
        f"{value}  ",
        f"{value}\u3000",
        f"\t{value}",
        f"{value[0]} {value[1:]}",
        f"{value[0]}\u3000{value[1:]}",
        f"{value}\u00a0",
    )
    return forms[int(rng.integers(0, len(forms)))]


def other_word(rng: np.random.Generator, value: str, rule: Mapping[str, Any]) -> str:
    """Another word for the same; `words` maps each to a list of others."""
    others = rule["words"].get(value)
    return str(others[int(rng.integers(0, len(others)))]) if others else value


def former_town(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """The address under a name that the town had before."""
    for town, former in facts.read("streets")["former_towns"].items():
        if town in value:
            return value.replace(town, str(former[int(rng.integers(0, len(former)))]), 1)
    return value


def short_address(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Without province and city, or with other words for the plate and the building."""
    short = value.replace("浙江省", "").replace("湖州市", "", int(rng.random() < 0.5))
    if rng.random() < 0.5:
        short = short.replace("幢", "栋").replace("单元", "-").replace("室", "")
    return short.replace("号", "#") if rng.random() < 0.1 else short


def wrong_plate(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """Another number at the door."""
    head, plate, tail = value.partition("号")
    digits = len(head) - len(head.rstrip("0123456789"))
    if not plate or not digits:
        return value
    return f"{head[:-digits]}{int(head[-digits:]) + int(rng.integers(1, 9))}号{tail}"


def below_limit(rng: np.random.Generator, _value: str, rule: Mapping[str, Any]) -> str:
    """What a laboratory writes under its limit of detection."""
    return str(rule["words"][int(rng.integers(0, len(rule["words"])))])


def scaled(_rng: np.random.Generator, value: str, rule: Mapping[str, Any]) -> str:
    """The number in another unit than agreed."""
    try:
        number = float(value) * float(rule["factor"])
    except ValueError:
        return value
    return f"{number:.{rule.get('places', 3)}f}"


def stated(_rng: np.random.Generator, _value: str, rule: Mapping[str, Any]) -> str:
    """A value out of all bounds."""
    return str(rule["word"])
