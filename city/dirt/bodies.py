"""Mistakes in the names of bodies: without the legal form or the division, with another form, old numbers for codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from city import facts
from city.world import bodies

DIVISIONS = ("湖州市", "湖州", "吴兴区", "南浔区", "德清县", "长兴县", "安吉县")


def short_name(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """The name as people say it: without its legal form, sometimes without the division in front."""
    short = value
    for form in facts.read("bodies")["legal_forms"]:
        short = short.removesuffix(form)
    if rng.random() < 0.25:
        short = next((short[len(name) :] for name in DIVISIONS if short.startswith(name)), short)
    return short if len(short) >= 4 else value


def other_legal_form(_rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """有限责任公司 for 有限公司, and the other way round."""
    return bodies.swap_form(value)


def registration_number(rng: np.random.Generator, value: str, _rule: Mapping[str, Any]) -> str:
    """A number of fifteen digits, as bodies had before the reform of 2015; it says nothing about the code."""
    return f"3305{rng.integers(0, 10**11):011d}" if value else value
