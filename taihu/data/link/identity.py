"""Gives subjects their ids: kept from the earlier run where they were, made from a keyed hash where new."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence

from taihu.terms.subject import About, Subject

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
BITS = 5
LENGTH = 16


def make(about: About, founder: str, key: bytes) -> str:
    """The id of a subject by its founding record: it says nothing about its bearer without the key."""
    number = int.from_bytes(hmac.digest(key, f"{about.value}|{founder}".encode(), "sha256")[:10], "big")
    letters = [ALPHABET[(number >> (BITS * place)) & 31] for place in range(LENGTH)]
    return Subject(about.value + "".join(reversed(letters))).id


def keep(parties: Mapping[str, Sequence[str]], earlier: Mapping[str, str], about: About, key: bytes) -> dict[str, str]:
    """The id of each party (its records by their lasting names), given the id that each record had before.

    The id that most of its records had stays; where two parties claim one id, the one with more of its records
    keeps it; ties go to the smaller name. What remains is new and named after its smallest record.
    """
    claims: list[tuple[int, str, str]] = []
    for party, records in parties.items():
        counted = Counter(earlier[record] for record in records if record in earlier)
        claims.extend((-count, subject, party) for subject, count in counted.items())
    given: dict[str, str] = {}
    taken: set[str] = set()
    for _, subject, party in sorted(claims):
        if party not in given and subject not in taken:
            given[party] = subject
            taken.add(subject)
    for party in sorted(parties):
        if party not in given:
            founder = min(parties[party])
            given[party] = make(about, founder, key)
            if given[party] in taken:
                given[party] = make(about, founder + "+", key)
            taken.add(given[party])
    return given
