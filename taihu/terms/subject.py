"""Subject: the person, organisation or place that rows are about, by a stable id of ours."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass


class About(enum.StrEnum):
    """What a subject is; the value is the first letter of its ids."""

    PERSON = "P"
    ORGANISATION = "O"
    PLACE = "L"


ID = re.compile(r"[POL][0-9a-hjkmnp-tv-z]{16}")


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """An id of ours: a letter and 16 characters of Crockford's base 32; it says nothing about its bearer."""

    id: str

    def __post_init__(self) -> None:
        """Refuses anything else, an id number above all."""
        if not ID.fullmatch(self.id):
            raise ValueError("a subject id is P, O or L and 16 characters of Crockford's base 32")
