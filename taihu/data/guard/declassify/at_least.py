"""At least: groups of persons that leave only where each, and what is left out, holds at least k."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from taihu.data.guard.declassify import fallen
from taihu.data.guard.declassify.fallen import BadMethod, Fallen

COUNT = "count"
Group = tuple[str, ...]


def at_least(rows: pa.Table, *, by: Sequence[str], k: int, count: str = "", who: str = "") -> Fallen:
    """The groups of the columns `by` with at least k persons, and no group that the others give away.

    `count` names a column that holds each group's persons already (one row per group: its other columns stay);
    without it rows are counted, or the distinct values of `who`. The complement check: along every line of groups
    (all, and those that differ in one column only) what is left out is nothing, or several groups that together
    hold at least k; else the smallest group of the line is left out too.
    """
    fallen.check_columns(rows, *by, *filter(None, (count, who)))
    if k < 2 or not by or (count and who):
        raise BadMethod("参数有误：k 至少为 2，分组项不得为空，count 与 who 只用其一", where="k", help="请修改方法参数")
    groups = list(zip(*(fallen.to_texts(rows, name) for name in by), strict=True))
    sizes = _read_sizes(groups, rows, count) if count else _count(groups, rows, who)
    kept = set(leave_out(sizes, k))
    if count:
        made = rows.filter(pa.array([group in kept for group in groups], type=pa.bool_()))
    else:
        made = _write(rows, by, sizes, kept)
    return Fallen(
        fallen.sort_rows(made),
        {
            "method": "at_least",
            "by": tuple(by),
            "k": k,
            "groups": len(sizes),
            "small": sum(size < k for size in sizes.values()),
            "left_out": len(sizes) - len(kept),
            "smallest": min((sizes[group] for group in kept), default=0),
        },
    )


def leave_out(sizes: Mapping[Group, int], k: int) -> list[Group]:
    """The groups that may leave."""
    out = {group for group, size in sizes.items() if size < k}
    lines = _draw_lines(sizes)
    is_changed = True
    while is_changed:
        is_changed = False
        for line in lines:
            missing = [group for group in line if group in out]
            left = [group for group in line if group not in out]
            if missing and left and (len(missing) < 2 or sum(sizes[group] for group in missing) < k):
                out.add(min(left, key=lambda group: (sizes[group], group)))
                is_changed = True
    return [group for group in sizes if group not in out]


def _draw_lines(groups: Iterable[Group]) -> list[list[Group]]:
    """All groups as one line, then for each column the groups that agree in all others."""
    listed = sorted(groups)
    lines: dict[tuple[object, ...], list[Group]] = {("all",): listed}
    for group in listed:
        for axis in range(len(group)) if len(group) > 1 else ():
            lines.setdefault((axis, *group[:axis], *group[axis + 1 :]), []).append(group)
    return list(lines.values())


def _read_sizes(groups: Sequence[Group], rows: pa.Table, count: str) -> dict[Group, int]:
    if len(set(groups)) != len(groups):
        raise BadMethod("同一分组出现多行", where=count, help="有计数项时每个分组只能有一行")
    sizes = rows.column(count).to_pylist()
    if any(not isinstance(size, int) or isinstance(size, bool) or size < 0 for size in sizes):
        raise BadMethod(f"计数项 {count} 不是非负整数", where=count, help="请在查询中用 count(distinct …) 计数")
    return dict(zip(groups, sizes, strict=True))


def _count(groups: Sequence[Group], rows: pa.Table, who: str) -> dict[Group, int]:
    persons = fallen.to_texts(rows, who) if who else [str(row) for row in range(rows.num_rows)]
    found: dict[Group, set[str]] = {}
    for group, person in zip(groups, persons, strict=True):
        found.setdefault(group, set()).add(person)
    return {group: len(members) for group, members in found.items()}


def _write(rows: pa.Table, by: Sequence[str], sizes: Mapping[Group, int], kept: set[Group]) -> pa.Table:
    if COUNT in by:
        raise BadMethod("分组项不得名为 count", where=COUNT, help="请在查询中改名")
    listed = sorted(kept)
    columns = {name: pa.array([group[axis] for group in listed], type=pa.string()) for axis, name in enumerate(by)}
    return pa.table({**columns, COUNT: pa.array([sizes[group] for group in listed], type=pa.int64())})
