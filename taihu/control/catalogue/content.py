"""What an edition says: the dataset's declaration and the department's words; and what two of them differ in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taihu.terms.dataset import Column, Dataset

if TYPE_CHECKING:
    from taihu.control.catalogue.models import Entry

WORDS = ("summary", "contact", "phone", "share_condition", "share_basis")
TITLES = {
    "title": "名称", "department": "数源单位", "cycle": "更新周期", "share": "共享属性", "open": "开放属性",
    "label": "级别", "presence": "行存在性级别", "key": "主键", "policy": "依据", "summary": "摘要",
    "contact": "联系人", "phone": "联系电话", "share_condition": "共享条件", "share_basis": "共享类型依据",
    "kind": "类型", "unit": "单位", "standard": "标准",
}  # fmt: skip


def describe(entry: Entry, dataset: Dataset) -> dict[str, Any]:
    """The content of the edition that would be published now."""
    return {
        "title": dataset.title,
        "department": dataset.department,
        "cycle": dataset.cycle.value,
        "share": dataset.share.value,
        "open": dataset.open.value,
        "label": str(dataset.label),
        "presence": str(dataset.presence),
        "key": list(dataset.key),
        "policy": dataset.policy,
        **{word: getattr(entry, word) for word in WORDS},
        "columns": {column.name: _describe_column(column) for column in dataset.columns},
    }


def _describe_column(column: Column) -> dict[str, str]:
    return {
        "title": column.title,
        "kind": str(column.kind),
        "label": str(column.label),
        "share": column.share.value,
        "open": column.open.value,
        "unit": column.unit,
        "standard": column.standard,
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed: where, what it said, what it says."""

    where: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changed between two editions, columns named by their titles."""
    return list(_differ(before, after))


def _differ(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in TITLES:
        if name in after and before.get(name) != after.get(name):
            yield Difference(TITLES[name], _say(before.get(name)), _say(after.get(name)))
    old, new = before.get("columns", {}), after.get("columns", {})
    for name in [*old, *(n for n in new if n not in old)]:
        title = (new.get(name) or old.get(name))["title"]
        if name not in new:
            yield Difference(f"数据项「{title}」", "有", "删除")
        elif name not in old:
            yield Difference(f"数据项「{title}」", "无", "新增")
        else:
            changed = [key for key in new[name] if old[name].get(key) != new[name][key]]
            yield from (
                Difference(f"数据项「{title}」{TITLES[key]}", _say(old[name].get(key)), _say(new[name][key]))
                for key in changed
            )


def _say(value: object) -> str:
    return "、".join(str(item) for item in value) if isinstance(value, list) else str(value or "")
