"""Reading of queries: resolved over what the permit may read, with tables pinned and labels worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taihu.data.engines.stores import Stores
from taihu.data.guard import refused, release
from taihu.data.guard.question import Ask
from taihu.data.guard.standing import RETURNED
from taihu.data.guard.table import Table, check_scope, open_table
from taihu.data.guard.trace import trace
from taihu.data.query import explain, grade
from taihu.data.query.grade import Graded, Grades
from taihu.data.query.plan import Plan
from taihu.data.query.read import read
from taihu.terms.dataset import Column
from taihu.terms.permit import Permit, Scope


@dataclass(frozen=True)
class Asked:
    """A query that was read, with its tables by the names that it uses, and the identifiers that it touches."""

    plan: Plan
    tables: Mapping[str, Table]
    titles: Mapping[str, tuple[str, str, str]]
    scopes: Mapping[str, tuple[Scope, ...]] | None
    grades: Grades
    identifiers: tuple[Column, ...]


def read_asked(question: Ask, permit: Permit, stores: Stores) -> Asked:
    """Reads and grades the query; raises refusals of taihu SQL, and those for tables and columns not granted."""
    plan, titles = _read(question, permit, stores)
    for dataset in plan.tables.values():
        if dataset.id not in permit.reads:
            raise refused.NotGranted(
                f"许可未包含数据资源「{dataset.title}」",
                where=dataset.id,
                help=f"请为用途「{permit.purpose}」申请 {dataset.id}",
            )
    used = _check_columns(plan, permit)
    tables = {name: open_table(dataset.id, stores) for name, dataset in plan.tables.items()}
    scopes = {name: check_scope(table, permit) for name, table in tables.items()} if permit.scope else None
    grades = grade.grade(plan, scope=scopes)
    presence = grades.presence.label
    if not presence.is_within(permit.label):
        rows = Graded("有哪些行", grades.presence, grades.presence, None, grades.presence)
        raise refused.PresenceAboveLabel(
            explain.explain(rows, permit.label),
            where=plan.source,
            help=f"请申请级别不低于 {presence} 的授权,或改写查询",
        )
    return Asked(plan, tables, titles, scopes, grades, tuple(column for column in used if column.is_vaulted))


def _read(question: Ask, permit: Permit, stores: Stores) -> tuple[Plan, dict[str, tuple[str, str, str]]]:
    if question.query:
        query = stores.shelf.query(question.query)
        titles = {title.column: (title.title, title.unit, title.standard) for title in query.titles}
        plan = read(
            query.text,
            source=query.source or query.id,
            tables=stores.shelf.tables_of(query.pack),
            queries=stores.shelf.queries_of(query.pack),
            parameters=query.parameters,
        )
        return plan, titles
    if question.pack:
        tables = stores.shelf.tables_of(question.pack)
        return read(question.text, source="text", tables=tables, queries=stores.shelf.queries_of(question.pack)), {}
    tables = {name: stores.shelf.dataset(name) for name in permit.reads if not name.endswith(RETURNED)}
    return read(question.text, source="text", tables=tables), {}


def _check_columns(plan: Plan, permit: Permit) -> list[Column]:
    """The base columns that the query uses, in whatever way; raises ColumnNotGranted."""
    scans, used = trace(plan)
    found = []
    for scan in scans:
        dataset = plan.tables[scan.table]
        for name, column in scan.names:
            if column.id in used:
                release.check_granted(dataset.id, dataset.column(name), permit)
                found.append(dataset.column(name))
    return found
