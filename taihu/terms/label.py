"""Level and label: how harmful the escape of a value would be, and of which kinds it is."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field


class Level(enum.IntEnum):
    """The four levels of DB33/T 2351-2021."""

    L1 = 1
    L2 = 2
    L3 = 3
    L4 = 4

    @property
    def title(self) -> str:
        """The Chinese name of the level."""
        return TITLES[self]

    @classmethod
    def read(cls, text: str) -> Level:
        """Reads `L1` … `L4`; raises ValueError naming the levels for anything else."""
        try:
            return cls[text]
        except KeyError:
            raise ValueError(f"{text!r} is no level; levels are L1, L2, L3, L4") from None


TITLES = {Level.L1: "不敏感", Level.L2: "低敏感", Level.L3: "较敏感", Level.L4: "敏感"}

# Kinds say what a value is about, beside how sensitive it is. `important` and `core` are the
# 重要数据 and 核心数据 of GB/T 43697.
KINDS = {
    "person": "个人信息",
    "minor": "未成年人信息",
    "medical": "医疗健康信息",
    "financial": "金融账户信息",
    "police": "公安业务信息",
    "location": "行踪位置信息",
    "credit": "信用信息",
    "important": "重要数据",
    "core": "核心数据",
}


# Kinds that neither departments nor society get before a procedure of its own has decided so.
PROTECTED = frozenset({"important", "core"})


@dataclass(frozen=True, slots=True)
class Label:
    """Level and kinds together, as they travel through queries: a lattice under `join`."""

    level: Level = Level.L1
    kinds: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Refuses a kind that the house does not know."""
        unknown = sorted(self.kinds - KINDS.keys())
        if unknown:
            raise ValueError(f"unknown kinds {unknown}; kinds are {sorted(KINDS)}")

    def join(self, other: Label) -> Label:
        """The least label above both: the higher level, all kinds."""
        return Label(max(self.level, other.level), self.kinds | other.kinds)

    def is_within(self, ceiling: Label) -> bool:
        """True where the level is no higher and every kind is among the ceiling's."""
        return self.level <= ceiling.level and self.kinds <= ceiling.kinds

    @property
    def is_protected(self) -> bool:
        """True for 重要数据 and 核心数据, which leave only by the procedure that the law orders for them."""
        return bool(self.kinds & PROTECTED)

    def __str__(self) -> str:
        """Writes `L3` or `L3 medical,person`."""
        return " ".join(filter(None, (self.level.name, ",".join(sorted(self.kinds)))))


PUBLIC = Label()


def join_all(labels: Iterable[Label]) -> Label:
    """The join of many labels; the public label for none."""
    joined = PUBLIC
    for label in labels:
        joined = joined.join(label)
    return joined
