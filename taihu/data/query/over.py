"""Order keys, aggregate calls and window calls written for DuckDB."""

from __future__ import annotations

from collections.abc import Callable

from taihu.data.query import aggregates, formulas, kinds
from taihu.data.query.scalars import literal


def write_key(sql: str, key: formulas.Key) -> str:
    return f"{sql} {'DESC' if key.is_descending else 'ASC'} NULLS {'FIRST' if key.is_nulls_first else 'LAST'}"


def write_aggregate(agg: formulas.Agg, put: Callable[[formulas.Expr], str]) -> str:
    args = [literal(a.value, a.kind) if isinstance(a, formulas.Lit) else put(a) for a in agg.args]
    order = ", ".join(write_key(put(key.expr), key) for key in agg.order)
    inside = (
        ("DISTINCT " if agg.is_distinct else "") + (", ".join(args) or "*") + (f" ORDER BY {order}" if order else "")
    )
    only = f" FILTER (WHERE {put(agg.filter)})" if agg.filter is not None else ""
    return f"TRY_CAST({aggregates.AGGREGATES[agg.fn].sql}({inside}){only} AS {kinds.to_duckdb(agg.kind)})"


def write_window(win: formulas.Win, write: Callable[[formulas.Expr], str]) -> str:
    known = aggregates.AGGREGATES.get(win.fn)
    args = [write(arg) for arg in win.args] or (["*"] if known is not None else [])
    if win.fn in ("lag", "lead", "ntile"):
        args = [
            str(a.value) if isinstance(a, formulas.Lit) and i == (win.fn != "ntile") else sql
            for i, (a, sql) in enumerate(zip(win.args, args, strict=True))
        ]
    only = f" FILTER (WHERE {write(win.filter)})" if win.filter is not None else ""
    parts = [f"PARTITION BY {', '.join(write(part) for part in win.partition)}"] if win.partition else []
    parts += [f"ORDER BY {', '.join(write_key(write(key.expr), key) for key in win.order)}"] if win.order else []
    parts += (
        [f"{win.frame.unit.upper()} BETWEEN {_bound(win.frame.start)} AND {_bound(win.frame.end)}"] if win.frame else []
    )
    call = f"{known.sql if known else win.fn}({', '.join(args)}){only} OVER ({' '.join(parts)})"
    return f"TRY_CAST({call} AS {kinds.to_duckdb(win.kind)})"


def _bound(bound: tuple[str, int]) -> str:
    side, rows = bound
    return f"{rows} {side.upper()}" if side in ("preceding", "following") else side.upper()
