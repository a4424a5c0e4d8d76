"""Fallen: what a method let fall, with the proof that its conditions held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from taihu.terms.problem import Problem

Said = str | int | float | bool | tuple[str, ...] | None


class NotFallen(Problem):
    """The conditions under which a label may fall do not hold; nothing leaves."""

    code = "G-FALL-02"
    status = 409


class BadMethod(Problem):
    """A method is called with a column that the relation lacks, or with parameters that mean nothing."""

    code = "G-FALL-03"
    status = 400


@dataclass(frozen=True)
class Fallen:
    """A relation that may leave, sorted by what leaves, and the record for the ledger: no value of a row in it."""

    table: pa.Table
    proof: Mapping[str, Said]


def check_columns(table: pa.Table, *names: str) -> None:
    """Raises BadMethod naming the first column that the relation lacks."""
    for name in names:
        if name not in table.column_names:
            raise BadMethod(f"查询结果没有数据项 {name}", where=name, help=f"现有：{'、'.join(table.column_names)}")


def sort_rows(table: pa.Table) -> pa.Table:
    """The rows in the order of all released columns, so that no order of a store leaves."""
    return table.sort_by([(name, "ascending") for name in table.column_names]) if table.num_columns else table


def to_texts(table: pa.Table, name: str) -> list[str]:
    """A column as texts; nothing is an empty text."""
    return ["" if value is None else str(value) for value in table.column(name).to_pylist()]
