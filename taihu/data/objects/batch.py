"""Batch: one delivery as the register knows it, from receipt to result."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from taihu.data.objects.reading import Reading
from taihu.terms.problem import Shape

RECEIVED, REFINED, REFUSED = "received", "refined", "refused"
TITLES = {RECEIVED: "已接收", REFINED: "已治理", REFUSED: "已退回"}
# A refused delivery may be read again after the dataset was mended (another heading declared).
NEXT = {RECEIVED: {REFINED, REFUSED}, REFUSED: {RECEIVED}, REFINED: {REFINED}}


@dataclass(frozen=True, slots=True)
class Batch:
    """One delivery of one dataset: whose, which bytes, when, and what became of its rows.

    `number` grows through the whole register and never repeats: it orders batches and serves as the
    number of a lake commit. `rows_in` is known once read; `accepted` and `returned` once refined, and they stay
    what they were: `erased` counts the rows that the law had deleted since, so that `rows_in` = rows still kept as
    accepted + rows still kept as returned + `erased`. `sha256` names what came; after an erasure only its reading is kept.
    """

    id: str
    number: int
    dataset: str
    department: str
    filename: str
    sha256: str
    size: int
    received_at: datetime.datetime
    received_by: str
    state: str
    rows_in: int | None = None
    accepted: int | None = None
    returned: int | None = None
    refined_at: datetime.datetime | None = None
    problem: Shape | None = None
    reading: Reading | None = None
    replaces: str | None = None
    erased: int = 0
    is_erased: bool = False

    @property
    def objects(self) -> frozenset[str]:
        """The objects that are kept for it: what came and its reading, or after an erasure the reading alone."""
        read = {self.reading.sha256, *filter(None, (self.reading.source,))} if self.reading else set()
        return frozenset(read if self.is_erased else {self.sha256, *read})

    @property
    def state_title(self) -> str:
        """The Chinese word for the state."""
        return TITLES[self.state]
