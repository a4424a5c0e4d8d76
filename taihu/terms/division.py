"""Division: a unit of GB/T 2260 or GB/T 10114 with validity dates and successors."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TIERS = {2: "省", 4: "市", 6: "区县", 9: "乡镇街道", 12: "村社区"}


@dataclass(frozen=True, slots=True)
class Division:
    """A code means a place only for a time: 330502 was 城区 until 1988 and is 吴兴区 since 2003."""

    code: str
    title: str
    parent: str = ""
    since: int = 0
    until: int = 9999
    successors: tuple[str, ...] = ()

    def is_live(self, year: int) -> bool:
        """True in its years of validity, both ends included."""
        return self.since <= year <= self.until


class Atlas:
    """All divisions that the house knows, by code and year."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._by_code: dict[str, list[Division]] = {}
        for division in divisions:
            self._by_code.setdefault(division.code, []).append(division)

    def find(self, code: str, *, on: datetime.date) -> Division | None:
        """The division that the code meant on that day, if any."""
        return next((d for d in self._by_code.get(code, ()) if d.is_live(on.year)), None)

    def ever(self, code: str) -> tuple[Division, ...]:
        """All that the code has meant, in order of their years."""
        return tuple(sorted(self._by_code.get(code, ()), key=lambda d: d.since))

    def __iter__(self) -> Iterator[Division]:
        """All divisions in order of code and year."""
        for code in sorted(self._by_code):
            yield from self.ever(code)

    def children(self, code: str, *, on: datetime.date) -> tuple[Division, ...]:
        """The live divisions directly under one."""
        return tuple(d for d in self if d.parent == code and d.is_live(on.year))
