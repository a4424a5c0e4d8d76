"""Declassifier: a named, parameterised way by which the labels of one whole query fall, and what is released so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from taihu.terms.dataset import Cycle
from taihu.terms.label import Label
from taihu.terms.placed import Node
from taihu.terms.zone import Zone

# The zones whose tables the house makes of queries; nobody delivers into them.
MADE = frozenset((Zone.THEME, Zone.TOPIC, Zone.SHARED, Zone.OPENED))
# The rows of the query as they are: nothing falls, so nobody need allow it.
PLAIN = "plain"
# One level, by the word of two persons alone: with a reason, and with an end.
MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Declassifier:
    """Makes the dataset of its name from a query of its pack; `to` is the label of all that is released.

    `who` is the column that names the person of a row. `numbers` are the parameters of the method that are numbers.
    `trusts` names the datasets by which their departments could steer what falls of others, and may.
    """

    name: str
    pack: str
    query: str
    method: str
    to: Label
    every: Cycle
    policy: str
    who: str = ""
    by: tuple[str, ...] = ()
    count: str = ""
    value: str = ""
    columns: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)
    hierarchies: Mapping[str, Node] = field(default_factory=dict, compare=False)
    trusts: tuple[str, ...] = ()
    line: str = field(default="", compare=False)

    @property
    def id(self) -> str:
        """The full name, which is that of the dataset that it makes: `topics.rivers.walks_by_town`."""
        return f"{self.pack}.{self.name}"

    @property
    def is_plain(self) -> bool:
        """True where no label falls."""
        return self.method == PLAIN
