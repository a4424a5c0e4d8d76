"""Spec: which columns are compared, how, and which pairs are worth comparing."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class How(enum.StrEnum):
    """How two values of a column are compared."""

    EXACT = "exact"
    CHINESE_NAME = "chinese-name"
    LATIN_NAME = "latin-name"
    CODE = "code"
    DATE = "date"
    TEXT = "text"
    ORGANISATION_NAME = "organisation-name"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One column and how it is compared; `counts_frequency` makes rare values weigh more.

    Where it `is_needed`, two rows that have nothing in common there are never a pair.
    """

    column: str
    how: How
    counts_frequency: bool = False
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Pairs that agree on all these columns or expressions are compared."""

    on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spec:
    """What the scorer needs: comparisons, blocks, two blocks to train on, and the probability from which a pair is one."""

    comparisons: tuple[Comparison, ...]
    blocks: tuple[Block, ...]
    train_on: tuple[Block, ...]
    certain: tuple[Block, ...]
    threshold: float = 0.9
    recall_of_certain: float = 0.6
