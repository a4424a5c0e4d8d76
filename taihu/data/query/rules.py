"""The rule table of labels: for each construct, which labels go into the rows and into the columns, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from taihu.data.query.place import Place
from taihu.terms.label import Label, Level


@dataclass(frozen=True, slots=True)
class Why:
    """One step of an explanation: the rule, where it acted, what it was about, and the step before."""

    rule: str
    at: Place
    note: str
    parent: Why | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A label with one witness for its level and one for each kind."""

    level: Level = Level.L1
    why: Why | None = None
    kinds: tuple[tuple[str, Why], ...] = ()

    @property
    def label(self) -> Label:
        """The label without its reasons."""
        return Label(self.level, frozenset(kind for kind, _ in self.kinds))


NOTHING = Mark()


def declare(label: Label, at: Place, note: str) -> Mark:
    """The mark of something that a dataset declares."""
    why = Why("declared", at, note, None)
    return Mark(
        label.level, why if label.level > Level.L1 else None, tuple((kind, why) for kind in sorted(label.kinds))
    )


def join(marks: Iterable[Mark]) -> Mark:
    """The join of marks: the witness of the highest level, the first of each kind."""
    level, why = Level.L1, None
    kinds: dict[str, Why] = {}
    for mark in marks:
        if mark.level > level:
            level, why = mark.level, mark.why
        for kind, witness in mark.kinds:
            kinds.setdefault(kind, witness)
    return Mark(level, why, tuple(sorted(kinds.items(), key=lambda item: item[0])))


def step(mark: Mark, rule: str, at: Place, note: str = "") -> Mark:
    """The mark after a rule acted on it; the public mark has nothing to explain."""
    if mark.why is None and not mark.kinds:
        return mark
    why = Why(rule, at, note, mark.why) if mark.why is not None else None
    return Mark(mark.level, why, tuple((kind, Why(rule, at, note, witness)) for kind, witness in mark.kinds))


@dataclass(frozen=True, slots=True)
class Rule:
    """What a construct does to labels.

    `rows` are the sources that join into the presence label of its rows. `columns`, `left`, `right`, `new`
    are those that join into the labels of columns that pass, that come from one side, or that it makes.
    Sources are `rows`, `left rows`, `right rows`, `condition`, `keys`, `args`, `order`, `columns`, `value`.
    """

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    chinese: str = ""
    english: str = ""


RULES: Mapping[str, Rule] = {
    "declared": Rule(chinese="源头是「{note}」", english="it comes from “{note}”"),
    "compute": Rule(new=("args",), chinese="由它计算得出", english="is computed from it"),
    "scope": Rule(rows=("rows", "condition"), chinese="按它限定可见的行", english="limits the rows in reach by it"),
    "values": Rule(),
    "filter": Rule(
        rows=("rows", "condition"), chinese="{note} 用它决定留下哪些行", english="{note} decides by it which rows stay"
    ),
    "cross join": Rule(rows=("left rows", "right rows"), chinese="与它的行组合", english="is combined with its rows"),
    "inner join": Rule(
        rows=("left rows", "right rows", "condition"),
        chinese="JOIN 用它决定留下哪些行",
        english="JOIN decides by it which rows stay",
    ),
    "left join": Rule(
        rows=("left rows", "right rows", "condition"),
        right=("right rows", "condition"),
        chinese="LEFT JOIN 是否对上即可看出",
        english="whether the LEFT JOIN met shows it",
    ),
    "left join to one": Rule(
        rows=("left rows",),
        right=("right rows", "condition"),
        chinese="LEFT JOIN 是否对上即可看出",
        english="whether the LEFT JOIN met shows it",
    ),
    "full join": Rule(
        rows=("left rows", "right rows", "condition"),
        left=("left rows", "right rows", "condition"),
        right=("left rows", "right rows", "condition"),
        chinese="FULL JOIN 是否对上即可看出",
        english="whether the FULL JOIN met shows it",
    ),
    "aggregate": Rule(
        rows=("rows", "keys"),
        new=("args", "rows", "keys"),
        chinese="{note} 由它统计得出",
        english="{note} is worked out from it",
    ),
    "whole aggregate": Rule(
        new=("args", "rows"), chinese="{note} 由它统计得出", english="{note} is worked out from it"
    ),
    "distinct": Rule(rows=("rows", "columns"), chinese="DISTINCT 按它合并行", english="DISTINCT merges rows by it"),
    "window": Rule(
        rows=("rows",),
        new=("args", "rows"),
        chinese="{note} OVER 由它算得",
        english="{note} OVER is worked out from it",
    ),
    "union all": Rule(
        rows=("left rows", "right rows"),
        columns=("value",),
        chinese="UNION ALL 并入它",
        english="UNION ALL takes it in",
    ),
    "set operation": Rule(
        rows=("left rows", "right rows", "columns"),
        columns=("value",),
        chinese="{note} 按它决定留下哪些行",
        english="{note} decides by it which rows stay",
    ),
    "limit": Rule(rows=("rows", "order"), chinese="LIMIT 按它的次序取行", english="LIMIT takes rows in its order"),
    "view": Rule(rows=("rows",), columns=("value",), chinese="取自「{note}」", english="is taken from “{note}”"),
    "order": Rule(columns=("order",), chinese="ORDER BY 的次序透露它", english="the order shows it"),
    "sub-query value": Rule(
        new=("value", "rows"), chinese="子查询的值取决于它", english="the sub-query's value depends on it"
    ),
    "exists": Rule(new=("rows",), chinese="EXISTS 有没有即可看出", english="whether EXISTS holds shows it"),
    "in": Rule(new=("args", "value", "rows"), chinese="IN 是否其中即可看出", english="whether IN holds shows it"),
}
