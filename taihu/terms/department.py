"""Department and system: who sends, owns or reads data, with validity dates and successors."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Department:
    """A public body as a provider or consumer; a reform ends it and names its successors."""

    id: str
    title: str
    english: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    successors: tuple[str, ...] = ()

    def is_live(self, on: datetime.date) -> bool:
        """True between its first and last day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class System:
    """An application of a department that holds a grant and a key."""

    id: str
    title: str
    department: str
