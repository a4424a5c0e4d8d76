"""Plan: a text that was read and checked, ready to be graded and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from taihu.data.query import algebra, formulas
from taihu.data.query.unique import Uniques
from taihu.terms.dataset import Dataset, Kind


@dataclass(frozen=True)
class OutColumn:
    """A column that comes out: its name and kind."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Plan:
    """A checked query: `tables` are the datasets that it reads, by id; `parameters` those that it uses."""

    source: str
    query: algebra.Query
    tables: Mapping[str, Dataset]
    parameters: Mapping[str, Kind]
    uniques: Uniques = field(repr=False, compare=False)

    @property
    def columns(self) -> tuple[OutColumn, ...]:
        """The output columns in order."""
        return tuple(OutColumn(name, out.kind) for name, out in zip(self.query.names, self.query.outs, strict=True))


@dataclass(frozen=True)
class Expression:
    """A checked expression over the columns of one dataset, as dataset checks use it."""

    expr: formulas.Expr
    names: Mapping[int, str]
    parameters: Mapping[str, Kind]

    @property
    def kind(self) -> Kind:
        """The kind of its value."""
        return self.expr.kind

    @property
    def columns(self) -> tuple[str, ...]:
        """The dataset's columns that it uses, in order of first use."""
        return tuple(self.names.values())
