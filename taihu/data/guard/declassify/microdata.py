"""Microdata: rows about persons that leave with no person recognisable among fewer than k."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from taihu.data.guard.declassify import fallen, judge, recode
from taihu.data.guard.declassify.criteria import Criteria, Secret
from taihu.data.guard.declassify.fallen import BadMethod, Fallen, NotFallen
from taihu.data.guard.declassify.hierarchy import BLANK, Hierarchy, climb_all


@dataclass(frozen=True)
class Recoded:
    """Rows in the order of the release: the rows that may leave, and which row of the input each was."""

    table: pa.Table
    origin: tuple[int, ...]


def microdata(
    table: pa.Table,
    *,
    identifying: Mapping[str, Hierarchy],
    sensitive: Sequence[str],
    criteria: Criteria,
    who: str = "",
) -> Fallen:
    """Generalises the identifying columns until the criteria hold, drops no row, and has the result judged.

    Each column must be declared as identifying or sensitive: one that is neither would be a hole. `who` names the
    person of a row and does not leave; a person with several rows is refused, for k counts persons. Raises NotFallen
    where even all rows as one class break the criteria, or where the judge disagrees.
    """
    return anonymise(table, identifying=identifying, sensitive=sensitive, criteria=criteria, who=who)[0]


def anonymise(
    table: pa.Table,
    *,
    identifying: Mapping[str, Hierarchy],
    sensitive: Sequence[str],
    criteria: Criteria,
    who: str = "",
) -> tuple[Fallen, tuple[int, ...]]:
    """The same, and of each released row which row of the input it was: for the guard, it never leaves."""
    table = drop_persons(table, who) if who else table
    recoded = recode_table(table, identifying=identifying, sensitive=sensitive, criteria=criteria)
    made = recoded.table
    found = judge.judge(made, tuple(identifying), sensitive, tuple(criteria.ordered))
    check(found, criteria)
    kept = judge.measure_information(made, table, identifying)
    proven = Fallen(
        made,
        {
            "method": "microdata",
            "identifying": tuple(identifying),
            "sensitive": tuple(sensitive),
            "k_asked": criteria.k,
            "l_asked": criteria.l,
            "t_asked": criteria.t,
            "rows": found.rows,
            "suppressed": table.num_rows - found.rows,
            "classes": found.classes,
            "k": found.k,
            "l": min(found.l.values(), default=1),
            "t": round(max(found.t.values(), default=0.0), 6),
            "information": round(kept, 6),
        },
    )
    return proven, recoded.origin


def drop_persons(table: pa.Table, who: str) -> pa.Table:
    """The rows without the column that names their persons; raises BadMethod where one has several rows or no name."""
    fallen.check_columns(table, who)
    persons = fallen.to_texts(table, who)
    if "" in persons or len(set(persons)) != len(persons):
        raise BadMethod("同一主体有多行，或有行未注明主体", where=who, help="请在查询中按主体汇总为一行")
    return table.drop_columns([who])


def check(found: judge.Judgement, criteria: Criteria) -> None:
    """Raises NotFallen where what was judged breaks the criteria."""
    for name, is_broken, said in (
        ("k", found.k < criteria.k, f"最小同类 {found.k} 行，要求至少 {criteria.k} 行"),
        ("l", criteria.l > 1 and min(found.l.values(), default=0) < criteria.l, f"敏感值种类不足 {criteria.l} 种"),
        ("t", criteria.t < 1 and max(found.t.values(), default=1.0) > criteria.t + 1e-9, f"分布差异大于 {criteria.t}"),
    ):
        if is_broken:
            raise NotFallen(f"去标识结果未达到要求：{said}", where=name, help="请放宽泛化层级、减少数据项，或不予发布")


def recode_table(
    table: pa.Table, *, identifying: Mapping[str, Hierarchy], sensitive: Sequence[str], criteria: Criteria
) -> Recoded:
    """The recoded rows, and for tests and the gate which row each was; the second never leaves."""
    fallen.check_columns(table, *identifying, *sensitive)
    stray = [name for name in table.column_names if name not in identifying and name not in sensitive]
    if stray or not identifying or set(identifying) & set(sensitive):
        raise BadMethod(
            "每个数据项须且只须申报为标识类或敏感类之一",
            where="、".join(stray) or "identifying",
            help="请在方法参数中补充申报，或从查询中去掉该数据项",
        )
    order = _order(table)
    rows = table.take(pa.array(order, type=pa.int64()))
    ladders = [_to_ladder(rows, name, hierarchy) for name, hierarchy in identifying.items()] if rows.num_rows else []
    secrets = [_to_secret(rows, name, name in criteria.ordered) for name in sensitive]
    groups = recode.recode(ladders, secrets, criteria) if ladders else []
    if not groups:
        raise NotFallen(
            f"全部 {rows.num_rows} 行合为一类仍达不到要求", where="k", help="数据过少或敏感值过于集中，不予发布"
        )
    columns = {
        name: _write(ladder, number, groups, rows.num_rows)
        for number, (name, ladder) in enumerate(zip(identifying, ladders, strict=True))
    }
    made = pa.table({name: columns.get(name, rows.column(name)) for name in table.column_names})
    place = "__origin"
    made = made.append_column(place, pa.array(order, type=pa.int64()))
    made = fallen.sort_rows(made)
    return Recoded(made.drop_columns([place]), tuple(made.column(place).to_pylist()))


def _order(table: pa.Table) -> list[int]:
    """The rows by content, so that the result does not depend on how a store lays them out."""
    texts = [fallen.to_texts(table, name) for name in sorted(table.column_names)]
    return sorted(range(table.num_rows), key=lambda row: tuple(column[row] for column in texts))


def _to_ladder(rows: pa.Table, name: str, hierarchy: Hierarchy) -> recode.Ladder:
    column = fallen.to_texts(rows, name)
    return recode.climb_down(column, climb_all(name, hierarchy, column))


def _to_secret(rows: pa.Table, name: str, is_ordered: bool) -> Secret:
    values = rows.column(name).to_pylist()
    known = sorted(set(values), key=lambda value: (value is None, value))
    place = {value: number for number, value in enumerate(known)}
    codes = np.fromiter((place[value] for value in values), dtype=np.int64, count=len(values))
    return Secret(codes, np.bincount(codes, minlength=len(known)) / max(len(codes), 1), is_ordered)


def _write(ladder: recode.Ladder, number: int, groups: Sequence[recode.Group], count: int) -> pa.Array:
    """The labels of one ladder for all rows."""
    column: list[str | None] = [None] * count
    for group in groups:
        label = ladder.labels[ladder.nodes[ladder.leaf[group.rows[0]], group.depth[number]]]
        for row in group.rows:
            column[int(row)] = None if label == BLANK else label
    return pa.array(column, type=pa.string())
