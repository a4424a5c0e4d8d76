"""Coarsens single columns: by fixed steps of a hierarchy, by a ceiling and a floor, or into keyed tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import pyarrow as pa

from taihu.data.guard.declassify import fallen
from taihu.data.guard.declassify.fallen import BadMethod, Fallen, NotFallen
from taihu.data.guard.declassify.hierarchy import Hierarchy, climb_all


def generalise(rows: pa.Table, *, columns: Mapping[str, tuple[Hierarchy, int]]) -> Fallen:
    """Each column climbs its hierarchy by as many steps as said, one at least; a shorter path ends at `*`."""
    fallen.check_columns(rows, *columns)
    made = rows
    for name, (hierarchy, steps) in columns.items():
        if steps < 1:
            raise BadMethod("泛化至少上升一级", where=name, help="请修改方法参数")
        texts = fallen.to_texts(rows, name)
        paths = climb_all(name, hierarchy, texts)
        made = _replace(made, name, [paths[text][min(steps, len(paths[text]) - 1)] if text else None for text in texts])
    return Fallen(
        fallen.sort_rows(made),
        {
            "method": "generalise",
            "columns": tuple(columns),
            "steps": tuple(str(steps) for _, steps in columns.values()),
            "values_before": tuple(str(_count_values(rows, name)) for name in columns),
            "values_after": tuple(str(_count_values(made, name)) for name in columns),
        },
    )


def top_code(
    rows: pa.Table, *, column: str, top: Decimal | None = None, bottom: Decimal | None = None, k: int = 5
) -> Fallen:
    """Numbers from `top` up become `≥top`, from `bottom` down `≤bottom`; the column becomes text.

    Raises NotFallen where fewer than k rows share an end: then the ceiling itself points at them.
    """
    fallen.check_columns(rows, column)
    if (top is None and bottom is None) or (top is not None and bottom is not None and bottom >= top):
        raise BadMethod("须给出上限或下限，且下限小于上限", where=column, help="请修改方法参数")
    numbers = [None if value is None else Decimal(str(value)) for value in rows.column(column).to_pylist()]
    texts = [_cap(number, top, bottom) for number in numbers]
    ends = Counter(text for text in texts if text and text[0] in "≥≤")
    if any(size < k for size in ends.values()):
        raise NotFallen(f"封顶或封底后同值不足 {k} 行", where=column, help="请把上限调低或下限调高")
    return Fallen(
        fallen.sort_rows(_replace(rows, column, texts)),
        {
            "method": "top_code",
            "column": column,
            "top": None if top is None else str(top),
            "bottom": None if bottom is None else str(bottom),
            "coded": sum(ends.values()),
            "smallest_end": min(ends.values(), default=0),
        },
    )


def token(rows: pa.Table, *, columns: Sequence[str], make: Callable[[str], str]) -> Fallen:
    """Values become keyed tokens; `make` holds the key of this one purpose, so tokens of two releases do not join."""
    fallen.check_columns(rows, *columns)
    made = rows
    for name in columns:
        known = {text: make(text) for text in set(fallen.to_texts(rows, name)) if text}
        if set(known) & set(known.values()):
            raise BadMethod("令牌与原值相同", where=name, help="请检查令牌密钥")
        made = _replace(made, name, [known.get(text) for text in fallen.to_texts(rows, name)])
    return Fallen(fallen.sort_rows(made), {"method": "token", "columns": tuple(columns), "rows": rows.num_rows})


def _cap(number: Decimal | None, top: Decimal | None, bottom: Decimal | None) -> str | None:
    if number is None:
        return None
    if top is not None and number >= top:
        return f"≥{top}"
    return f"≤{bottom}" if bottom is not None and number <= bottom else str(number)


def _replace(rows: pa.Table, name: str, texts: Sequence[str | None]) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), name, pa.array(texts, type=pa.string()))


def _count_values(rows: pa.Table, name: str) -> int:
    return len(set(rows.column(name).to_pylist()))
