"""Visibility: which uses of their data people see later than others, for how long and on what ground."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from taihu.terms import retention
from taihu.terms.pack import UnknownName

FILE = "visibility.yaml"
KEYS = {"label", "source", "months", "kinds", "departments", "purposes"}


@dataclass(frozen=True, slots=True)
class Delay:
    """A class of uses: by a kind in their label, or by who uses the data for what."""

    name: str
    title: str
    source: str
    months: int
    kinds: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()

    def holds(self, kinds: Collection[str], department: str, purpose: str) -> bool:
        """True where a use belongs to the class."""
        return any(kind in kinds for kind in self.kinds) or (
            department in self.departments and any(word in purpose for word in self.purposes)
        )

    def is_over(self, since: datetime.datetime, at: datetime.datetime) -> bool:
        """True where a use of that moment may be seen."""
        return retention.is_over(since, self.months, at)


def read_delays(folder: Path) -> tuple[Delay, ...]:
    """The declared delays, the longest first; raises retention.NotSound."""
    path = folder / FILE
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))["classes"]
    except FileNotFoundError:
        raise UnknownName("标准", FILE, "本人查询的延后显示须在此声明") from None
    found = [_read(path, name, told) for name, told in said.items()]
    return tuple(sorted(found, key=lambda delay: -delay.months))


def _read(path: Path, name: str, told: dict[str, object]) -> Delay:
    unknown = sorted(told.keys() - KEYS)
    months = told.get("months")
    if unknown or not isinstance(months, int) or months < 1:
        raise retention.NotSound(f"{path}: {name}: keys are {sorted(KEYS)}; months is a whole number from 1")
    lists = {key: tuple(map(str, told.get(key) or ())) for key in ("kinds", "departments", "purposes")}  # type: ignore[call-overload]
    return Delay(name, str(told["label"]), str(told["source"]), months, **lists)
