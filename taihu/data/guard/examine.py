"""Examine: a query and a permit laid side by side, column by column, with the path of each label, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taihu.data.engines.stores import Stores
from taihu.data.guard import ask, remedies
from taihu.data.guard.asked import Asked, read_whole
from taihu.data.guard.question import Ask
from taihu.data.guard.remedies import Remedy
from taihu.data.guard.trace import trace_columns
from taihu.data.query import explain
from taihu.data.query.explain import Path
from taihu.data.query.grade import Graded
from taihu.terms.label import Label
from taihu.terms.permit import Permit

REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Source:
    """A base column that the query uses; `decides` where it decides about rows."""

    id: str
    dataset: str
    department: str
    title: str
    label: Label
    decides: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """An output column: how it leaves (`clear`, `masked`, `token`, `refused`), its label, and the paths above the permit."""

    name: str
    title: str
    label: Label
    how: str
    reason: str
    paths: tuple[Path, ...]
    made_of: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """True where it does not leave."""
        return self.how == REFUSED


@dataclass(frozen=True)
class Examined:
    """The whole verdict. `rows` is about which rows there are; where it is refused nothing leaves at all."""

    rows: Verdict
    outputs: tuple[Verdict, ...]
    sources: tuple[Source, ...]
    remedies: tuple[Remedy, ...]

    @property
    def is_refused(self) -> bool:
        """True where the query gets no answer."""
        return self.rows.is_refused or any(output.is_refused for output in self.outputs)


def examine(question: Ask, permit: Permit, *, stores: Stores) -> Examined:
    """Every output's verdict; raises the refusals of taihu SQL, and of datasets and columns that are not granted."""
    asked = read_whole(question, permit, stores)
    judged = ask.judge_outputs(asked, question, permit)
    traced = trace_columns(asked.plan)
    outputs = tuple(_judge(asked, one, permit, traced.sources_of(n)) for n, one in enumerate(judged))
    rows = _judge_rows(asked, permit, traced.deciding())
    stopped = [one.graded for one in judged if isinstance(one, ask.Stopped)]
    if rows.is_refused:
        stopped.append(asked.rows)
    ways = remedies.find(asked, stopped, permit) if stopped else []
    return Examined(rows, outputs, tuple(_sources(asked, set(traced.deciding()))), tuple(ways))


def _judge(asked: Asked, one: ask.Output | ask.Stopped, permit: Permit, made_of: tuple[str, ...]) -> Verdict:
    graded = one.graded
    title = asked.titles.get(graded.name, ("", "", ""))[0] or graded.name
    if isinstance(one, ask.Output):
        column = ask.to_column(asked, one)
        return Verdict(graded.name, column.title, one.label, one.how.value, "", (), made_of)
    paths = explain.find_paths(graded, permit.label)
    return Verdict(graded.name, title, graded.label, REFUSED, one.message, paths, made_of)


def _judge_rows(asked: Asked, permit: Permit, deciding: tuple[str, ...]) -> Verdict:
    rows: Graded = asked.rows
    is_within = rows.label.is_within(permit.label)
    how, reason = ("clear", "") if is_within else (REFUSED, explain.explain(rows, permit.label))
    return Verdict(rows.name, rows.name, rows.label, how, reason, explain.find_paths(rows, permit.label), deciding)


def _sources(asked: Asked, deciding: set[str]) -> Iterator[Source]:
    datasets = {table.dataset.id: table.dataset for table in asked.tables.values()}
    for dataset_id, column in asked.used:
        dataset = datasets[dataset_id]
        name = f"{dataset_id}.{column.name}"
        yield Source(name, dataset.title, dataset.department, column.title, column.label, name in deciding)
