"""Reads entries of all segments from a moment on, in the order of time, as a stream."""

from __future__ import annotations

import datetime
import heapq
from collections.abc import Iterator

from taihu.data.ledger import entry as entries
from taihu.data.ledger.entry import Entry
from taihu.data.ledger.ledger import Ledger
from taihu.data.ledger.segment import Segment

# Callers stamp an entry before it waits for its batch: within a segment times may run back by seconds.
DISORDER = datetime.timedelta(minutes=5)


def read_since(ledger: Ledger, since: datetime.datetime) -> Iterator[Entry]:
    """Entries from `since` on, by time; of each segment only what is needed is read."""
    streams = (_read(segment, since) for segment in ledger.segments())
    yield from heapq.merge(*streams, key=lambda entry: entry.at)


def _read(segment: Segment, since: datetime.datetime) -> Iterator[Entry]:
    count = segment.mark().count
    for _, parts in segment.scan(_first(segment, count, since - DISORDER), count):
        if parts.dropped:
            continue
        entry = entries.join(parts)
        if entry.at >= since:
            yield entry


def _first(segment: Segment, count: int, since: datetime.datetime) -> int:
    """The first entry of that moment or later, by halving; of dropped entries no moment is known."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        told = next(((n, parts) for n, parts in segment.scan(middle, high) if not parts.dropped), None)
        if told is not None and entries.join(told[1]).at < since:
            low = told[0] + 1
        else:
            high = middle
    return low
