"""The algebra: a closed set of frozen nodes, every column a unique number, every node with its place."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from taihu.data.query.place import NOWHERE, Place
from taihu.terms.dataset import Kind

Value = str | int | Decimal | datetime.date | datetime.datetime | bool | None


def _at() -> Place:
    return field(default=NOWHERE, compare=False, repr=False)  # type: ignore[return-value]


@dataclass(frozen=True)
class Expr:
    """A value for each row."""

    kind: Kind


@dataclass(frozen=True)
class Col(Expr):
    """A column of a relation in reach, of this query or of one around it."""

    id: int
    at: Place = _at()


@dataclass(frozen=True)
class Lit(Expr):
    """A constant."""

    value: Value
    at: Place = _at()


@dataclass(frozen=True)
class Param(Expr):
    """A `$name`, bound when the query runs."""

    name: str
    at: Place = _at()


@dataclass(frozen=True)
class Call(Expr):
    """A scalar function or operator from the list in `functions`; `options` are constants of the form (units)."""

    fn: str
    args: tuple[Expr, ...]
    options: tuple[str, ...] = ()
    at: Place = _at()


@dataclass(frozen=True)
class Case(Expr):
    """CASE WHEN … THEN … ELSE … END."""

    whens: tuple[tuple[Expr, Expr], ...]
    default: Expr
    at: Place = _at()


@dataclass(frozen=True)
class Cast(Expr):
    """A value in another kind; NULL where it cannot be."""

    arg: Expr
    at: Place = _at()


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
    at: Place = _at()


@dataclass(frozen=True)
class Win(Expr):
    """A window function."""

    fn: str
    args: tuple[Expr, ...]
    partition: tuple[Expr, ...] = ()
    order: tuple[Key, ...] = ()
    frame: Frame | None = None
    filter: Expr | None = None
    at: Place = _at()


@dataclass(frozen=True, eq=False)
class Scalar(Expr):
    """The one value of a sub-query that has at most one row."""

    rel: Rel
    id: int
    at: Place = _at()


@dataclass(frozen=True, eq=False)
class Exists(Expr):
    """Whether a sub-query has rows."""

    rel: Rel
    at: Place = _at()


@dataclass(frozen=True, eq=False)
class In(Expr):
    """Whether a value is among those of a sub-query."""

    arg: Expr
    rel: Rel
    id: int
    at: Place = _at()


@dataclass(frozen=True, eq=False)
class Rel:
    """A bag of rows."""

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        """The columns that come out, in order."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Scan(Rel):
    """A declared table: its columns by name, and the columns of its key, which loading enforces."""

    table: str
    names: tuple[tuple[str, Col], ...]
    key: tuple[int, ...] = ()
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return tuple(column for _, column in self.names)


@dataclass(frozen=True, eq=False)
class Values(Rel):
    """Rows of constants."""

    rows: tuple[tuple[Expr, ...], ...]
    outs: tuple[Col, ...]
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return self.outs


@dataclass(frozen=True, eq=False)
class Project(Rel):
    """New columns from old; only these come out."""

    rel: Rel
    outs: tuple[tuple[Col, Expr], ...]
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return tuple(column for column, _ in self.outs)


@dataclass(frozen=True, eq=False)
class Filter(Rel):
    """The rows for which the predicate is true; `why` is the clause that it came from."""

    rel: Rel
    pred: Expr
    why: str
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return self.rel.columns


@dataclass(frozen=True, eq=False)
class Join(Rel):
    """`inner`, `left`, `full` or `cross`."""

    kind: str
    left: Rel
    right: Rel
    on: Expr
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return self.left.columns + self.right.columns


@dataclass(frozen=True, eq=False)
class Aggregate(Rel):
    """One row per group; without keys exactly one row."""

    rel: Rel
    keys: tuple[tuple[Col, Expr], ...]
    aggs: tuple[tuple[Col, Agg], ...]
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return tuple(column for column, _ in (*self.keys, *self.aggs))


@dataclass(frozen=True, eq=False)
class Distinct(Rel):
    """Each row once."""

    rel: Rel
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return self.rel.columns


@dataclass(frozen=True, eq=False)
class Window(Rel):
    """The same rows with columns of window functions; orders are completed."""

    rel: Rel
    outs: tuple[tuple[Col, Win], ...]
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return self.rel.columns + tuple(column for column, _ in self.outs)


@dataclass(frozen=True, eq=False)
class SetOp(Rel):
    """`union`, `intersect` or `except` of two relations with equal kinds."""

    kind: str
    is_all: bool
    left: Rel
    right: Rel
    outs: tuple[Col, ...]
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return self.outs


@dataclass(frozen=True, eq=False)
class Limit(Rel):
    """The first rows in a completed order."""

    rel: Rel
    order: tuple[Key, ...]
    count: int | None
    offset: int
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return self.rel.columns


@dataclass(frozen=True, eq=False)
class View:
    """A CTE or a named query: computed once, whatever the number of its uses."""

    name: str
    rel: Rel
    names: tuple[str, ...]
    outs: tuple[Col, ...]


@dataclass(frozen=True, eq=False)
class Ref(Rel):
    """One use of a view, with fresh columns for the view's."""

    view: View
    outs: tuple[tuple[Col, int], ...]
    at: Place = _at()

    @cached_property
    def columns(self) -> tuple[Col, ...]:
        return tuple(column for column, _ in self.outs)


@dataclass(frozen=True, eq=False)
class Query:
    """A whole text: the relation, its visible columns with their names, and the order asked for."""

    rel: Rel
    names: tuple[str, ...]
    outs: tuple[Col, ...]
    order: tuple[Key, ...] = ()
    at: Place = _at()


TRUE = Lit(Kind("bool"), True)
