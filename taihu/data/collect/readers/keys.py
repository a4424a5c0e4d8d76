"""Finds the key of an unknown table: the fewest columns that tell all rows apart."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from taihu.data.collect.readers import likeness

PAIRED = 6
TOGETHER = 8


def find_key(columns: Sequence[Mapping[str, Any]], sample: Sequence[Sequence[str]]) -> list[int]:
    """Positions of the key: one unique column, an identifier rather than another, else the fewest together; else nothing."""
    complete = [
        n for n, c in enumerate(columns) if c["filled"] == c["rows"] and not c["is_serial"] and c["longest"] <= 60
    ]
    ranked = sorted(complete, key=lambda n: (_rank(columns[n]), n))
    for n in ranked:
        if columns[n]["is_unique"] and _rank(columns[n]) < 4:
            return [n]
    for pair in itertools.combinations(ranked[:PAIRED], 2):
        if _are_unique(pair, sample):
            return sorted(pair)
    return _reduce([n for n in ranked if not columns[n]["scale"]][:TOGETHER], sample)


def _reduce(positions: Sequence[int], sample: Sequence[Sequence[str]]) -> list[int]:
    """Columns that together are unique, without those that are not needed for it, the least likely dropped first."""
    if not _are_unique(positions, sample):
        return []
    kept = list(positions)
    for position in reversed(positions):
        fewer = [n for n in kept if n != position]
        if _are_unique(fewer, sample):
            kept = fewer
    return sorted(kept)


def _are_unique(positions: Sequence[int], sample: Sequence[Sequence[str]]) -> bool:
    """True where no two rows have the same cells there."""
    return len({tuple(row[n] for n in positions) for row in sample}) == len(sample)


def _rank(column: Mapping[str, Any]) -> int:
    """Identifiers first, then numbers of files, then other texts; amounts and times never."""
    shares = column["shares"]
    if max(shares.get("resident-id", 0), shares.get("uscc", 0)) >= likeness.ENOUGH:
        return 0
    if re.search(r"(编号|编码|代码|单号|证号|号码|号|(?i:\bid|code|no))$", column["heading"]):
        return 1
    if max(shares.get("date", 0), shares.get("time", 0)) >= likeness.ENOUGH:
        return 3
    return 4 if shares.get("decimal", 0) >= likeness.ENOUGH else 2
