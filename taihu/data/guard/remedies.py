"""Remedies: what would make a refused query lawful, the smallest step first, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taihu.data.guard.asked import Asked
from taihu.data.query import explain
from taihu.data.query.grade import Graded
from taihu.terms.dataset import Column, Dataset
from taihu.terms.label import join_all
from taihu.terms.permit import Permit

NUMBERS = "①②③④⑤⑥"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to a lawful question."""

    name: str
    chinese: str
    english: str


def say(found: Sequence[Remedy], language: str = "zh") -> str:
    """All ways in one sentence."""
    if language == "zh":
        return "可行的办法：" + "；".join(f"{NUMBERS[n]} {way.chinese}" for n, way in enumerate(found))
    return "What would do: " + "; ".join(f"({n + 1}) {way.english}" for n, way in enumerate(found))


def find(asked: Asked, stopped: Sequence[Graded], permit: Permit) -> list[Remedy]:
    """The ways for the output columns that do not leave."""
    return [
        *_unsort(stopped, permit),
        *_verify(asked, stopped, permit),
        *_leave_out(asked, stopped),
        *_count(asked, stopped),
        _request(stopped),
    ]


def _unsort(stopped: Sequence[Graded], permit: Permit) -> Iterator[Remedy]:
    """Where something is above the permit by the order of rows alone, another order does."""
    paths = [path for graded in stopped for path in explain.find_paths(graded, permit.label)]
    sorting = [path for path in paths if {step.rule for step in path.steps} & {"order", "limit"}]
    if sorting:
        sources = "、".join(dict.fromkeys(f"「{path.source}」" for path in sorting))
        yield Remedy(
            "unsort",
            f"不按{sources}排序或取前几行",
            "do not sort by it, and do not take the first rows by it",
        )


def _verify(asked: Asked, stopped: Sequence[Graded], permit: Permit) -> Iterator[Remedy]:
    """A yes/no check does where a value of a keyed dataset is asked for: one bit leaves instead of the value."""
    copies = list(_copies(asked, stopped))
    if not copies or len({dataset.id for dataset, _ in copies}) > 1:
        return
    dataset = copies[0][0]
    if not dataset.key or not dataset.presence.is_within(permit.label):
        return
    titles = "、".join(column.title for _, column in copies)
    yield Remedy(
        "verify",
        f"改为核验（只答一致或不一致）：按「{dataset.title}」的主键核验{titles}，"
        f"只需申请 {len(copies)} 项，不必取用 {len(asked.used)} 项",
        f"a yes/no check would do: {', '.join(column.name for _, column in copies)} of {dataset.id} by its key, "
        f"{_columns(len(copies))} instead of {len(asked.used)}",
    )


def _columns(count: int) -> str:
    return f"{count} column" if count == 1 else f"{count} columns"


def _copies(asked: Asked, stopped: Sequence[Graded]) -> Iterator[tuple[Dataset, Column]]:
    for graded in stopped:
        if graded.copy is not None:
            dataset = asked.tables[graded.copy[0]].dataset
            if graded.copy[1] not in dataset.key:
                yield dataset, dataset.column(graded.copy[1])


def _leave_out(asked: Asked, stopped: Sequence[Graded]) -> Iterator[Remedy]:
    if len(stopped) < len(asked.grades.columns):
        names = "、".join(f"「{graded.name}」" for graded in stopped)
        yield Remedy(
            "leave-out",
            f"不索取{names}，其余 {len(asked.grades.columns) - len(stopped)} 列可以提供",
            f"leave out {', '.join(graded.name for graded in stopped)}; the other columns may leave",
        )


def _count(asked: Asked, stopped: Sequence[Graded]) -> Iterator[Remedy]:
    """A statistic of persons can fall by a declassifier, which the pack declares for the whole query."""
    if any(graded.copy is None and "person" in graded.label.kinds for graded in stopped):
        yield Remedy(
            "declassify",
            "如为统计数，可在专题的 declassifiers.yaml 中声明按人数门槛（at_least）降级，经批准后使用其结果",
            "where it is a statistic, declare a declassifier (at_least) for the whole query and read its result",
        )


def _request(stopped: Sequence[Graded]) -> Remedy:
    label = join_all(graded.label for graded in stopped)
    return Remedy(
        "request", f"申请包含 {label} 的授权，写明依据", f"request a grant up to {label}, with its legal ground"
    )
