"""Words: a declassifier in Chinese: what falls, by which method with which parameters, and what its figures mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from taihu.control.catalogue.lowering.models import Approval, Attempt
from taihu.control.catalogue.lowering.running import OUTCOMES
from taihu.data.guard.lowering.falling import Falling
from taihu.terms.dataset import Cycle
from taihu.terms.declassifier import Declassifier
from taihu.terms.label import Label

CYCLES = {
    Cycle.HOUR: "每小时",
    Cycle.DAY: "每日",
    Cycle.WEEK: "每周",
    Cycle.MONTH: "每月",
    Cycle.QUARTER: "每季度",
    Cycle.YEAR: "每年",
    Cycle.ONCE: "一次",
}
NUMBERS = {
    "k": "每组或每类至少",
    "l": "每类敏感值至少几种",
    "t": "每类分布与总体相差至多",
    "n": "每格至少几个贡献者",
    "top": "占优者个数",
    "share": "占优者占比上限（%）",
    "p": "最大者被估准的容差（%）",
    "spread": "隐去单元格的最小宽度（%）",
    "merge_below": "类别合并下限",
    "bottom": "下限",
}
FIGURES = {
    "groups": "分组数",
    "small": "低于门槛的组",
    "left_out": "不予发布的组（含防推算）",
    "smallest": "已发布的最小组",
    "cells": "单元格数",
    "primary": "低于门槛的单元格",
    "added": "为防推算另隐去的单元格",
    "narrowest": "隐去单元格的最窄区间",
    "rows": "行数",
    "suppressed": "删去的行",
    "classes": "同类数",
    "information": "保留的信息",
    "gate.rows": "将发布的行数",
    "gate.unique": "独一无二的行",
    "gate.k": "检查所得最小同类",
    "gate.differences": "与以往发布相减可分出的小组",
    "coded": "封顶封底的行",
}
ASKED = {"k_asked", "l_asked", "t_asked"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the query with its label before, and of the release with its label after; either may be missing."""

    name: str
    title: str
    before: Label | None
    after: Label | None


@dataclass(frozen=True)
class Told:
    """One declassifier as pages show it."""

    falling: Falling
    method: str
    parameters: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    cycle: str
    approvals: Sequence[Approval]
    last: Attempt | None

    @property
    def is_in_force(self) -> bool:
        """True where all providers and the bureau approved the declaration as it stands."""
        needed = set(self.falling.providers)
        return needed == {a.provider_id for a in self.approvals if is_approved(a, self.falling)}


def is_approved(approval: Approval, falling: Falling) -> bool:
    """True where the approval covers the declaration as it stands."""
    return approval.matter.state == "approved" and approval.digest == falling.digest


def tell(falling: Falling, approvals: Sequence[Approval], last: Attempt | None) -> Told:
    """A declassifier in words."""
    down = falling.declassifier
    method = falling.method.title if falling.method else "原样汇集（不降级）"
    return Told(falling, method, _parameters(falling, down), _columns(falling), CYCLES[down.every], approvals, last)


def _parameters(falling: Falling, down: Declassifier) -> list[tuple[str, str]]:
    titles = {column.name: column.title for column in falling.dataset.columns}

    def name(columns: Sequence[str]) -> str:
        return "、".join(titles.get(column, column) for column in columns)

    told = [
        ("分组项", name(down.by)),
        ("标识类数据项", name(tuple(falling.hierarchies)) if down.method == "microdata" else ""),
        ("敏感数据项", name(down.sensitive)),
        ("处理的数据项", name(down.columns or tuple(down.steps))),
        ("汇总的数值", name((down.value,)) if down.value else ""),
        ("按主体计数", down.who),
        *((f"「{titles.get(column, column)}」上升", f"{steps} 级") for column, steps in down.steps.items()),
        *((_number(down, key), f"{number:f}") for key, number in down.numbers.items()),
        ("信任的数据资源", "、".join(down.trusts)),
    ]
    return [(title, text) for title, text in told if text]


def _number(down: Declassifier, key: str) -> str:
    return "上限" if key == "top" and down.method == "top_code" else NUMBERS[key]


def _columns(falling: Falling) -> list[Column]:
    before = {column.name: column.label for column in falling.grades.columns}
    after = {column.name: column for column in falling.dataset.columns}
    listed = [Column("", "有哪些行", falling.grades.presence.label, falling.dataset.presence)]
    for name in dict.fromkeys((*before, *after)):
        title = after[name].title if name in after else name
        listed.append(Column(name, title, before.get(name), after[name].label if name in after else None))
    return listed


def tell_figures(figures: Mapping[str, str]) -> list[tuple[str, str]]:
    """The figures of a run in words: counts and shares, never a value."""
    told = []
    for key, value in figures.items():
        kind, _, rest = key.removeprefix("gate.").partition(".")
        if kind == "recovered":
            told.append((f"试攻「{rest}」认出对照人员的比例", value))
        elif kind == "certain":
            told.append((f"试攻「{rest}」确定认出的人数", value))
        elif key in FIGURES:
            told.append((FIGURES[key], value))
    return told


def tell_outcome(attempt: Attempt) -> str:
    """What came of a run."""
    return OUTCOMES.get(attempt.outcome, attempt.outcome)
