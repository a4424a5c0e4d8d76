"""The algebra: a closed set of frozen relations, every column a unique number, every node with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from taihu.data.query import formulas
from taihu.data.query.place import NOWHERE, Place


@dataclass(frozen=True, eq=False)
class Rel:
    """A bag of rows."""

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        """The columns that come out, in order."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Passing(Rel):
    """A relation that shows the columns of the one below."""

    rel: Rel

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        """Those of the relation below."""
        return self.rel.columns


@dataclass(frozen=True, eq=False)
class Scan(Rel):
    """A declared table: its columns by name, and the columns of its key, which loading enforces."""

    table: str
    names: tuple[tuple[str, formulas.Col], ...]
    key: tuple[int, ...] = ()
    at: Place = field(default=NOWHERE, compare=False, repr=False)

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        return tuple(column for _, column in self.names)


@dataclass(frozen=True, eq=False)
class Values(Rel):
    """Rows of constants."""

    rows: tuple[tuple[formulas.Expr, ...], ...]
    outs: tuple[formulas.Col, ...]
    at: Place = field(default=NOWHERE, compare=False, repr=False)

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        return self.outs


@dataclass(frozen=True, eq=False)
class Project(Rel):
    """New columns from old; only these come out."""

    rel: Rel
    outs: tuple[tuple[formulas.Col, formulas.Expr], ...]
    at: Place = field(default=NOWHERE, compare=False, repr=False)

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        return tuple(column for column, _ in self.outs)


@dataclass(frozen=True, eq=False)
class Filter(Passing):
    """The rows for which the predicate is true; `why` is the clause that it came from."""

    pred: formulas.Expr
    why: str
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, eq=False)
class Join(Rel):
    """`inner`, `left`, `full` or `cross`."""

    kind: str
    left: Rel
    right: Rel
    on: formulas.Expr
    at: Place = field(default=NOWHERE, compare=False, repr=False)

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        return self.left.columns + self.right.columns


@dataclass(frozen=True, eq=False)
class Aggregate(Rel):
    """One row per group; without keys exactly one row."""

    rel: Rel
    keys: tuple[tuple[formulas.Col, formulas.Expr], ...]
    aggs: tuple[tuple[formulas.Col, formulas.Agg], ...]
    at: Place = field(default=NOWHERE, compare=False, repr=False)

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        return tuple(column for column, _ in (*self.keys, *self.aggs))


@dataclass(frozen=True, eq=False)
class Distinct(Passing):
    """Each row once."""

    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, eq=False)
class Window(Rel):
    """The same rows with columns of window functions; orders are completed."""

    rel: Rel
    outs: tuple[tuple[formulas.Col, formulas.Win], ...]
    at: Place = field(default=NOWHERE, compare=False, repr=False)

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        return self.rel.columns + tuple(column for column, _ in self.outs)


@dataclass(frozen=True, eq=False)
class SetOp(Rel):
    """`union`, `intersect` or `except` of two relations with equal kinds."""

    kind: str
    is_all: bool
    left: Rel
    right: Rel
    outs: tuple[formulas.Col, ...]
    at: Place = field(default=NOWHERE, compare=False, repr=False)

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        return self.outs


@dataclass(frozen=True, eq=False)
class Limit(Passing):
    """The first rows in a completed order."""

    order: tuple[formulas.Key, ...]
    count: int | None
    offset: int
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, eq=False)
class View:
    """A CTE or a named query: computed once, whatever the number of its uses."""

    name: str
    rel: Rel
    names: tuple[str, ...]
    outs: tuple[formulas.Col, ...]


@dataclass(frozen=True, eq=False)
class Ref(Rel):
    """One use of a view, with fresh columns for the view's."""

    view: View
    outs: tuple[tuple[formulas.Col, int], ...]
    at: Place = field(default=NOWHERE, compare=False, repr=False)

    @cached_property
    def columns(self) -> tuple[formulas.Col, ...]:
        return tuple(column for column, _ in self.outs)


@dataclass(frozen=True, eq=False)
class Query:
    """A whole text: the relation, its visible columns with their names, and the order asked for."""

    rel: Rel
    names: tuple[str, ...]
    outs: tuple[formulas.Col, ...]
    order: tuple[formulas.Key, ...] = ()
    at: Place = field(default=NOWHERE, compare=False, repr=False)
