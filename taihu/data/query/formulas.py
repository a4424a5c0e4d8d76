"""Formulas: the closed set of expressions, each with its kind and its place."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from taihu.data.query.place import NOWHERE, Place
from taihu.terms.dataset import Kind

if TYPE_CHECKING:
    from taihu.data.query.algebra import Rel

Value = str | int | Decimal | datetime.date | datetime.datetime | bool | None


@dataclass(frozen=True)
class Expr:
    """A value for each row."""

    kind: Kind


@dataclass(frozen=True)
class Col(Expr):
    """A column of a relation in reach, of this query or of one around it."""

    id: int
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Lit(Expr):
    """A constant."""

    value: Value
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Param(Expr):
    """A `$name`, bound when the query runs."""

    name: str
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Call(Expr):
    """A scalar function or operator from the list in `functions`; `options` are constants of the form (units)."""

    fn: str
    args: tuple[Expr, ...]
    options: tuple[str, ...] = ()
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Case(Expr):
    """CASE WHEN … THEN … ELSE … END."""

    whens: tuple[tuple[Expr, Expr], ...]
    default: Expr
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Cast(Expr):
    """A value in another kind; NULL where it cannot be."""

    arg: Expr
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Key:
    """One key of an order."""

    expr: Expr
    is_descending: bool = False
    is_nulls_first: bool = False


@dataclass(frozen=True)
class Frame:
    """A window frame: `rows` or `range`, bounds as (side, number of rows)."""

    unit: str
    start: tuple[str, int]
    end: tuple[str, int]


@dataclass(frozen=True)
class Agg(Expr):
    """An aggregate over the rows of a group."""

    fn: str
    args: tuple[Expr, ...]
    is_distinct: bool = False
    filter: Expr | None = None
    order: tuple[Key, ...] = ()
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Win(Expr):
    """A window function."""

    fn: str
    args: tuple[Expr, ...]
    partition: tuple[Expr, ...] = ()
    order: tuple[Key, ...] = ()
    frame: Frame | None = None
    filter: Expr | None = None
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, eq=False)
class Scalar(Expr):
    """The one value of a sub-query that has at most one row."""

    rel: Rel
    id: int
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, eq=False)
class Exists(Expr):
    """Whether a sub-query has rows."""

    rel: Rel
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, eq=False)
class In(Expr):
    """Whether a value is among those of a sub-query."""

    arg: Expr
    rel: Rel
    id: int
    at: Place = field(default=NOWHERE, compare=False, repr=False)


TRUE = Lit(Kind("bool"), True)
