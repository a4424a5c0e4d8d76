"""Questions that the guard takes: lookup, verification, rows of a list, and queries."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from taihu.data.guard.plain import Value
from taihu.terms.zone import Zone


class Op(enum.StrEnum):
    """How a condition compares."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"
    BEGINS = "begins"
    CONTAINS = "contains"
    EMPTY = "empty"
    FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Condition:
    """One column compared with values, written as people write them; several conditions must all hold."""

    column: str
    op: Op = Op.EQUAL
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by one column; nothing comes after something."""

    column: str
    is_descending: bool = False


@dataclass(frozen=True)
class Lookup:
    """The rows of a dataset by its key, or the first columns of it. No columns means all that are granted.

    A vaulted column leaves in its masked form; under `clear` as the value from the vault, which the permit's
    label must reach; with `has_tokens` as a token of the grant's own key.
    """

    dataset: str
    key: Mapping[str, str]
    columns: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    has_tokens: bool = False
    filing: str = ""


@dataclass(frozen=True)
class Verify:
    """Do the claimed values agree with the one row of this key? Values do not leave: only 一致 or 不一致."""

    dataset: str
    key: Mapping[str, str]
    claims: Mapping[str, str]
    filing: str = ""


@dataclass(frozen=True)
class Rows:
    """A page of a table's rows. `table` is a dataset id, or `<id>.returned` for rows that went back.

    `after` is what the page before gave as `next`. `zone` only where not the first that holds the table.
    """

    table: str
    columns: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int = 100
    after: str = ""
    clear: tuple[str, ...] = ()
    has_tokens: bool = False
    zone: Zone | None = None
    filing: str = ""


@dataclass(frozen=True)
class Ask:
    """A query of a pack by its id, or a text in taihu SQL over what the pack may read."""

    query: str = ""
    text: str = ""
    pack: str = ""
    parameters: Mapping[str, Value] = field(default_factory=dict)
    limit: int = 1_000
    after: str = ""
    has_tokens: bool = False
    filing: str = ""


Question = Lookup | Verify | Rows | Ask
