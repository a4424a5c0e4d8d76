"""Expressions written for DuckDB: every partial one is total, every value has its declared type."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

from taihu.data.query import formulas, kinds
from taihu.data.query.functions import FUNCTIONS
from taihu.terms.dataset import Kind

SubQuery = Callable[[formulas.Expr, "Scalars", bool], str]


def name(text: str) -> str:
    """A quoted identifier."""
    return '"' + text.replace('"', '""') + '"'


def literal(value: formulas.Value, kind: Kind) -> str:
    """A constant of its kind."""
    if value is None:
        return f"CAST(NULL AS {kinds.to_duckdb(kind)})"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"CAST({_digits(value)} AS {kinds.to_duckdb(kind)})"
    if isinstance(value, datetime.datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, datetime.date):
        return f"DATE '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'"


def _digits(value: int | Decimal) -> str:
    """A number between quotes where DuckDB would otherwise read it as another type first."""
    if isinstance(value, Decimal):
        return f"'{value:f}'"
    return f"'{value}'" if abs(value) >= 2**31 else str(value)


class Scalars:
    """Writes expressions; sub-queries inside a partial one are put aside, because TRY does not go around them."""

    def __init__(
        self,
        column: Callable[[formulas.Col], str],
        parameter: Callable[[formulas.Param], str],
        sub_query: SubQuery,
        *,
        hoists: bool = False,
    ) -> None:
        self._column, self._parameter, self._sub_query = column, parameter, sub_query
        self._hoists = hoists
        self.aside: list[tuple[str, str]] = []

    def write(self, expr: formulas.Expr, *, is_tried: bool = False) -> str:
        """The SQL of an expression."""
        match expr:
            case formulas.Col():
                return self._column(expr)
            case formulas.Lit():
                return literal(expr.value, expr.kind)
            case formulas.Param():
                return self._parameter(expr)
            case formulas.Call():
                return self._call(expr, is_tried)
            case formulas.Case():
                whens = " ".join(
                    f"WHEN {self.write(w, is_tried=is_tried)} THEN {self.write(t, is_tried=is_tried)}"
                    for w, t in expr.whens
                )
                return f"CASE {whens} ELSE {self.write(expr.default, is_tried=is_tried)} END"
            case formulas.Cast():
                return f"TRY_CAST({self.write(expr.arg, is_tried=is_tried)} AS {kinds.to_duckdb(expr.kind)})"
        sql = self._sub_query(expr, self, is_tried or self._hoists)
        if is_tried or self._hoists:
            self.aside.append((f"h{expr.at.line}_{expr.at.column}_{len(self.aside)}", sql))  # type: ignore[attr-defined]
            return self.aside[-1][0]
        return sql

    def _call(self, expr: formulas.Call, is_tried: bool) -> str:
        function = FUNCTIONS[expr.fn]
        args = [self.write(arg, is_tried=is_tried or function.is_partial) for arg in expr.args]
        option = expr.options[0] if expr.options else ""
        sql = function.sql.format(*args, all=function.separator.join(args), rest=", ".join(args[1:]), option=option)
        if function.is_partial:
            return f"TRY_CAST(TRY({sql}) AS {kinds.to_duckdb(expr.kind)})"
        return f"CAST({sql} AS BIGINT)" if expr.fn == "sign" else sql
