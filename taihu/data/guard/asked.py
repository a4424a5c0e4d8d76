"""Reading of queries: resolved over what the permit may read, with tables pinned and labels worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    """A query that was read, with its tables by the names that it uses, and the base columns that matter to it."""

    plan: Plan
    tables: Mapping[str, Table]
    titles: Mapping[str, tuple[str, str, str]]
    scopes: Mapping[str, tuple[Scope, ...]] | None
    grades: Grades
    used: tuple[tuple[str, Column], ...]

    @property
    def identifiers(self) -> tuple[Column, ...]:
        """The identifiers that the query touches."""
        return tuple(column for _, column in self.used if column.is_vaulted)

    @property
    def rows(self) -> Graded:
        """What is learnt from which rows there are, as if it were a column."""
        presence = self.grades.presence
        return Graded("有哪些行", presence, presence, None, presence)


def read_asked(question: Ask, permit: Permit, stores: Stores) -> Asked:
    """Reads and grades the query; raises refusals of taihu SQL, and those for what the permit does not cover."""
    asked = read_whole(question, permit, stores)
    presence = asked.grades.presence.label
    if not presence.is_within(permit.label):
        raise refused.PresenceAboveLabel(
            explain.explain(asked.rows, permit.label),
            where=asked.plan.source,
            help=f"请申请级别不低于 {presence} 的授权，或改写查询",
        )
    return asked


def read_whole(question: Ask, permit: Permit, stores: Stores) -> Asked:
    """Reads and grades the query, whatever its labels; raises where the permit does not grant what it reads."""
    plan, titles = _read(question, permit, stores)
    for dataset in plan.tables.values():
        if dataset.id not in permit.reads:
            raise refused.NotGranted(
                f"许可未包含数据资源「{dataset.title}」",
                where=dataset.id,
                help=f"请为用途「{permit.purpose}」申请 {dataset.id}",
            )
    used = tuple(list_columns(plan))
    missing = [(name, column) for name, column in used if not release.is_granted(permit, name, column.name)]
    if missing:
        raise _not_granted(missing, permit)
    tables = {name: open_table(dataset.id, stores) for name, dataset in plan.tables.items()}
    scopes = {name: check_scope(table, permit) for name, table in tables.items()} if permit.scope else None
    return Asked(plan, tables, titles, scopes, grade.grade(plan, scope=scopes), used)


def _not_granted(missing: Sequence[tuple[str, Column]], permit: Permit) -> refused.ColumnNotGranted:
    """Names all columns at once: nobody should have to ask nine times."""
    titles = "、".join(f"「{column.title}」" for _, column in missing)
    wanted = "、".join(f"{name}.{column.name}({column.label})" for name, column in missing)
    return refused.ColumnNotGranted(
        f"许可未包含数据项{titles}",
        where=f"{missing[0][0]}.{missing[0][1].name}",
        help=f"请为用途「{permit.purpose}」申请数据项 {wanted}，写明依据",
        requests=tuple(dict.fromkeys(column.name for _, column in missing)),
    )


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


def list_columns(plan: Plan) -> Iterator[tuple[str, Column]]:
    """The base columns that the query uses, in whatever way, by dataset, each once."""
    scans, used = trace(plan)
    seen = set()
    for scan in scans:
        dataset = plan.tables[scan.table]
        for name, column in scan.names:
            if column.id in used and (dataset.id, name) not in seen:
                seen.add((dataset.id, name))
                yield dataset.id, dataset.column(name)
