"""Retention: for how long each class of ledger entries is kept, as the standards declare it."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import yaml

from taihu.terms.pack import UnknownName

FILE = "retention.yaml"
KEYS = {"label", "source", "acts", "kinds", "private", "public"}


class NotSound(ValueError):
    """The declaration contradicts itself; the message names the file and the class."""


@dataclass(frozen=True, slots=True)
class Term:
    """Months after which the private part is forgotten, and after which the rest is dropped; 0 is never."""

    private: int
    public: int


@dataclass(frozen=True, slots=True)
class Class:
    """Which entries belong together: by act (a last `*` stands for any end) and by kinds in their label."""

    name: str
    title: str
    source: str
    term: Term
    acts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def holds(self, act: str, kinds: Collection[str]) -> bool:
        """True where an entry of that act and label belongs to the class."""
        by_act = not self.acts or any(act == one or (one[-1:] == "*" and act.startswith(one[:-1])) for one in self.acts)
        return by_act and (not self.kinds or any(kind in kinds for kind in self.kinds))


def read_classes(folder: Path) -> tuple[Class, ...]:
    """The classes in order: an entry belongs to the first that holds it; the last one holds all.

    Raises NotSound, where no class is declared too: without a declaration nothing may be dropped.
    """
    path = folder / FILE
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))["classes"]
    except FileNotFoundError:
        raise UnknownName("标准", FILE, "留痕保存期限须在此声明") from None
    classes = tuple(_read(path, name, told) for name, told in said.items())
    if not classes or classes[-1].acts or classes[-1].kinds:
        raise NotSound(f"{path}: the last class names neither acts nor kinds, so that every entry has one")
    return classes


def _read(path: Path, name: str, told: dict[str, object]) -> Class:
    unknown = sorted(told.keys() - KEYS)
    if unknown:
        raise NotSound(f"{path}: {name} has unknown keys {unknown}; known are {sorted(KEYS)}")
    term = Term(_months(path, name, told["private"]), _months(path, name, told["public"]))
    if term.public and (not term.private or term.private > term.public):
        raise NotSound(f"{path}: {name}: the private part is forgotten before the public one is dropped")
    return Class(
        name, str(told["label"]), str(told["source"]), term, _words(told.get("acts")), _words(told.get("kinds"))
    )


def _months(path: Path, name: str, text: object) -> int:
    """`6 months`, `3 years` or `ever`."""
    amount, _, unit = str(text).partition(" ")
    if text == "ever":
        return 0
    if not amount.isdigit() or unit not in ("months", "years") or int(amount) == 0:
        raise NotSound(f"{path}: {name}: {text!r} is no term; terms are like `6 months`, `3 years`, or `ever`")
    return int(amount) * (12 if unit == "years" else 1)


def _words(said: object) -> tuple[str, ...]:
    return tuple(map(str, said)) if isinstance(said, list) else ()


def is_over(since: datetime.datetime, months: int, at: datetime.datetime) -> bool:
    """True where so many calendar months have passed; never for 0."""
    if not months:
        return False
    year, month = divmod(since.year * 12 + since.month - 1 + months, 12)
    # The first day after the month of the end: a term is never shorter than it says.
    year, month = divmod(year * 12 + month + 1, 12)
    return at >= since.replace(year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
