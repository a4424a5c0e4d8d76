"""The aggregates and window functions of taihu SQL, as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from taihu.data.query import kinds
from taihu.terms.dataset import Kind

ROOM = 10  # digits that a sum may grow by: ten thousand million rows
QUOTIENT = 8  # digits after the point of a quotient or a mean


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate: the kind it takes (`any`, `number`, `text`, `bool`, `ordered`), what it gives, its DuckDB name."""

    takes: str
    gives: Callable[[Kind], Kind]
    sql: str
    is_ordered: bool = False


def quotient(numerator: Kind, denominator: Kind) -> Kind:
    """The kind of a quotient: room for the largest value, eight digits after the point."""
    whole = kinds.digits(numerator) + (denominator.scale if denominator.name == "decimal" else 0)
    return kinds.decimal(whole, QUOTIENT)


def _sum(kind: Kind) -> Kind:
    return kinds.decimal(kinds.digits(kind) + ROOM, kind.scale) if kind.name == "decimal" else kinds.INT


def _mean(kind: Kind) -> Kind:
    return quotient(kind, kinds.INT)


def _same(kind: Kind) -> Kind:
    return kind


# A sum of ints that no longer is an int (over 9.2 million million million) becomes NULL, as every failing value does.
AGGREGATES = {
    "count rows": Aggregate("none", lambda _kind: kinds.INT, "count"),
    "count": Aggregate("any", lambda _kind: kinds.INT, "count"),
    "sum": Aggregate("number", _sum, "sum"),
    "avg": Aggregate("number", _mean, "avg"),
    "median": Aggregate("number", _mean, "median"),
    "min": Aggregate("any", _same, "min"),
    "max": Aggregate("any", _same, "max"),
    "bool_and": Aggregate("bool", lambda _kind: kinds.BOOL, "bool_and"),
    "bool_or": Aggregate("bool", lambda _kind: kinds.BOOL, "bool_or"),
    "string_agg": Aggregate("text", lambda _kind: kinds.TEXT, "string_agg", is_ordered=True),
}
CLASSES: dict[type[exp.Expr], str] = {
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Median: "median",
    exp.Min: "min",
    exp.Max: "max",
    exp.LogicalAnd: "bool_and",
    exp.LogicalOr: "bool_or",
    exp.Count: "count",
    exp.CountIf: "count",
    exp.GroupConcat: "string_agg",
}


@dataclass(frozen=True, slots=True)
class WindowFunction:
    """One ranking or offset function; `completes` says that ties would make it depend on physical order."""

    args: tuple[str, ...]
    gives: Callable[[Sequence[Kind]], Kind]
    completes: bool
    takes_frame: bool = False


WINDOWS = {
    "row_number": WindowFunction((), lambda _kinds: kinds.INT, completes=True),
    "rank": WindowFunction((), lambda _kinds: kinds.INT, completes=False),
    "dense_rank": WindowFunction((), lambda _kinds: kinds.INT, completes=False),
    "ntile": WindowFunction(("this",), lambda _kinds: kinds.INT, completes=True),
    "lag": WindowFunction(("this", "offset", "default"), lambda given: given[0], completes=True),
    "lead": WindowFunction(("this", "offset", "default"), lambda given: given[0], completes=True),
    "first_value": WindowFunction(("this",), lambda given: given[0], completes=True, takes_frame=True),
    "last_value": WindowFunction(("this",), lambda given: given[0], completes=True, takes_frame=True),
}
WINDOW_CLASSES: dict[type[exp.Expr], str] = {
    exp.RowNumber: "row_number",
    exp.Rank: "rank",
    exp.DenseRank: "dense_rank",
    exp.Ntile: "ntile",
    exp.Lag: "lag",
    exp.Lead: "lead",
    exp.FirstValue: "first_value",
    exp.LastValue: "last_value",
}


def is_aggregate(node: exp.Expr) -> bool:
    """True for a node of an aggregate on the list."""
    return type(node) in CLASSES
