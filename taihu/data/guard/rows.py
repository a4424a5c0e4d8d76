"""Rows: pages of a table, chosen and sorted by columns that the reader sees, masked in the engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from taihu.data.engines import fetch
from taihu.data.engines.stores import Stores
from taihu.data.guard import conceal, cursor, mask_sql, plain, raw, refused, release
from taihu.data.guard.draft import Draft
from taihu.data.guard.question import Condition, Op, Rows
from taihu.data.guard.release import How, Leaving, Release, Wish
from taihu.data.guard.table import MASKED, Table, check_scope, connect, open_table, quote
from taihu.data.query import kinds
from taihu.terms.dataset import Column, Kind
from taihu.terms.label import Level
from taihu.terms.permit import Permit

COMPARES = {
    Op.EQUAL: "=",
    Op.UNEQUAL: "IS DISTINCT FROM",
    Op.LESS: "<",
    Op.AT_MOST: "<=",
    Op.MORE: ">",
    Op.AT_LEAST: ">=",
}
SEARCHES = {Op.BEGINS: "starts_with", Op.CONTAINS: "contains"}
MOST_CONDITIONS = 40
MOST_VALUES = 1_000
INT = Kind("int")


@dataclass(frozen=True, slots=True)
class Sort:
    """A column of the inner SELECT by which rows are sorted."""

    name: str
    kind: Kind
    is_descending: bool = False


@dataclass(slots=True)
class Statement:
    """SQL that grows, with its named parameters."""

    parameters: dict[str, object] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        """A fresh parameter's name in SQL."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"


def decide_rows(question: Rows, permit: Permit, table: Table) -> Release:
    """What would leave; raises refusals for hidden conditions and orders too."""
    decided = release.release(
        table.name, table.dataset, permit, Wish(question.columns, question.clear, question.has_tokens)
    )
    check_scope(table, permit)
    if len(question.where) > MOST_CONDITIONS or any(len(c.values) > MOST_VALUES for c in question.where):
        raise refused.WrongValue(
            "筛选条件过多", where=table.name, help=f"至多 {MOST_CONDITIONS} 个条件，每个至多 {MOST_VALUES} 个值"
        )
    for condition in question.where:
        _check_shown(table, condition.column, permit, is_equality=condition.op in (Op.EQUAL, Op.IN))
    for order in question.order:
        _check_shown(table, order.column, permit, is_equality=False)
    return decided


def _check_shown(table: Table, name: str, permit: Permit, *, is_equality: bool) -> None:
    """Rows may be chosen only by what the reader sees; by an identifier only as a whole."""
    column = release.find(table.dataset, name)
    release.check_granted(table.name, column, permit)
    if raw.is_raw(table.name, name):
        raise refused.HiddenColumn(
            f"不能按「{column.title}」筛选或排序：退回数据是未经治理的原文",
            where=f"{table.name}.{name}",
            help="请按批次、行号或退回原因筛选",
            requests=(name,),
        )
    if (column.is_vaulted and is_equality) or (not column.is_vaulted and column.label.is_within(permit.label)):
        return
    raise refused.HiddenColumn(
        f"不能按「{column.title}」筛选或排序：该项为 {column.label}，不以明文提供",
        where=f"{table.name}.{name}",
        help="标识号码只能按完整号码筛选；其他数据项请申请明文授权"
        if column.is_vaulted
        else f"请申请级别不低于 {column.label} 的授权",
        requests=(name,),
    )


def draft_rows(question: Rows, permit: Permit, stores: Stores) -> Draft:
    """A page of rows, as they leave."""
    table = open_table(question.table, stores, question.zone)
    if table.snapshot is None:
        table.relation()
    decided = decide_rows(question, permit, table)
    limit = _limit(question.limit, permit, table)
    page = _Page(question, permit, stores, table, decided)
    with connect(stores) as connection:
        found: list[Any] = fetch.fetch(connection, page.sql(limit + 1), page.statement.parameters, where=question.table)
    shown = found[:limit]
    leaving = decided.leaving
    rows = [tuple(row[: len(leaving)]) for row in shown]
    people = [row[n] for row in shown for n in page.people]
    return Draft(
        reads=(table.name,),
        columns=tuple(conceal.to_column(item) for item in leaving),
        label=decided.label,
        rows=conceal.reveal(rows, leaving, stores.vault),
        next=page.next(shown[-1]) if len(found) > limit else "",
        withheld=decided.withheld,
        subjects=conceal.subjects(people, stores.vault),
        data=(f"{table.name}={table.version}",),
        detail={
            "version": table.version,
            "where": " ".join(f"{condition.column}:{condition.op.name.lower()}" for condition in question.where),
        },
    )


def _limit(limit: int, permit: Permit, table: Table) -> int:
    if limit < 1:
        raise refused.WrongValue("每页行数至少为 1", where=table.name, help="请给出 1 以上的行数")
    return min(limit, permit.quota.rows_an_answer)


class _Page:
    """Writes one page's SELECT: inner columns as they leave, sorted by what is asked and then by what leaves."""

    def __init__(self, question: Rows, permit: Permit, stores: Stores, table: Table, decided: Release) -> None:
        self._question, self._permit, self._stores = question, permit, stores
        self._table, self._leaving = table, decided.leaving
        self.statement = Statement()
        identifiers = [c.name for c in table.dataset.columns if c.is_vaulted] if decided.is_about_people else []
        self._identifiers = identifiers
        self.people = range(len(self._leaving), len(self._leaving) + len(identifiers))
        asked = [
            Sort(f"o{n}", release.find(table.dataset, order.column).kind, order.is_descending)
            for n, order in enumerate(question.order)
        ]
        shown = [Sort(f"c{n}", _kind_as_left(item)) for n, item in enumerate(self._leaving)]
        hidden = [Sort(name, INT if name == "_row" else Kind("text")) for name in ("_batch", "_row") if table.has(name)]
        self._sorts = [*asked, *shown, *hidden]

    def sql(self, limit: int) -> str:
        """The statement of the page."""
        inner = [f"{self._as_left(item)} AS c{n}" for n, item in enumerate(self._leaving)]
        inner += [f"t.{quote(order.column)} AS o{n}" for n, order in enumerate(self._question.order)]
        inner += [f"t.{quote(name)} AS s{n}" for n, name in enumerate(self._identifiers)]
        inner += [f"t.{quote(sort.name)}" for sort in self._sorts if sort.name.startswith("_")]
        outer = [f"c{n}" for n in range(len(self._leaving))] + [f"s{n}" for n in range(len(self._identifiers))]
        outer += [plain.write(sort.kind, f'"{sort.name}"') for sort in self._sorts]
        order = ", ".join(f'"{sort.name}" {"DESC" if sort.is_descending else "ASC"} NULLS LAST' for sort in self._sorts)
        return (
            f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {self._table.relation()} t"  # noqa: S608 - names are quoted, values are bound
            f" WHERE {self._condition()}) r WHERE {self._after()} ORDER BY {order} LIMIT {limit}"
        )

    def _as_left(self, item: Leaving) -> str:
        """SQL of a column as it leaves; only values from the vault follow later.

        Tokens of the grant are made here, so that no order of rows shows the platform's own tokens.
        """
        name = item.column.name
        if item.how is How.TOKEN:
            purpose = conceal.grant_purpose(self._permit, self._stores.vault)
            sql, parameters = self._stores.vault.token_sql(f"t.{quote(name)}", purpose=purpose)
            self.statement.parameters |= parameters
            return sql
        if item.column.is_vaulted:
            return f"t.{quote(name + MASKED if item.how is How.MASKED else name)}"
        if item.how is not How.CLEAR and raw.is_raw(self._table.name, name):
            return self._as_came(item, f"t.{quote(name)}")
        value = plain.write(item.column.kind, f"t.{quote(name)}")
        return mask_sql.write(item.mask, f"CAST({value} AS VARCHAR)") if item.how is How.MASKED else value

    def _as_came(self, item: Leaving, value: str) -> str:
        """SQL of a text as it came; where a dataset holds L3 and above, strange cells of its other columns are hidden too."""
        if item.how is How.MASKED:
            return raw.write_masked(item.mask, value)
        declared = next((column for column in self._table.sent if column.name == item.column.name), None)
        shown = raw.write_scrubbed(declared, value)
        if self._table.dataset.label.level < Level.L3:
            return shown
        return raw.hide_strange(item.column.name, "t._codes", value, shown)

    def _condition(self) -> str:
        parts = [self._write(condition) for condition in self._question.where]
        for scope in check_scope(self._table, self._permit):
            text = f"CAST(t.{quote(scope.column)} AS VARCHAR)"
            marks = [self.statement.bind(value) for value in scope.values]
            if scope.by_prefix:
                parts.append(f"({' OR '.join(f'starts_with({text}, {mark})' for mark in marks) or 'false'})")
            else:
                parts.append(f"{text} IN ({', '.join(marks)})" if marks else "false")
        return " AND ".join(parts) or "true"

    def _write(self, condition: Condition) -> str:
        column = release.find(self._table.dataset, condition.column)
        name = f"t.{quote(column.name)}"
        if condition.op in (Op.EMPTY, Op.FILLED):
            return f"{name} IS {'NOT ' if condition.op is Op.FILLED else ''}NULL"
        if not condition.values:
            raise refused.WrongValue(
                f"对「{column.title}」的条件缺少值", where=column.name, help="请给出值，或改用「为空」「不为空」"
            )
        if condition.op in SEARCHES:
            text = f"CAST({name} AS VARCHAR)"
            found = [f"{SEARCHES[condition.op]}({text}, {self.statement.bind(value)})" for value in condition.values]
            return f"({' OR '.join(found)})"
        marks = [self._value(column, value) for value in condition.values]
        if condition.op is Op.IN:
            return f"{name} IN ({', '.join(marks)})"
        return f"{name} {COMPARES[condition.op]} {marks[0]}"

    def _value(self, column: Column, text: str) -> str:
        if column.is_vaulted:
            return self.statement.bind(self._stores.vault.token(plain.spell(column, text)))
        return f"CAST({self.statement.bind(plain.read(column, text))} AS {kinds.to_duckdb(column.kind)})"

    def _about(self) -> str:
        """What a cursor belongs to: this question, without its place, under this grant."""
        question = self._question
        said = [
            self._permit.grant,
            question.table,
            str(question.zone),
            [f"{item.column.name}:{item.how}" for item in self._leaving],
            [[c.column, c.op, list(c.values)] for c in question.where],
            [[o.column, o.is_descending] for o in question.order],
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def next(self, row: Sequence[object]) -> str:
        """The cursor after a row."""
        values = row[len(self._leaving) + len(self._identifiers) :]
        return cursor.seal(values, about=self._about(), vault=self._stores.vault)

    def _after(self) -> str:
        """The condition that leaves out the pages before: nothing stands after NULL."""
        if not self._question.after:
            return "true"
        values = cursor.unseal(self._question.after, about=self._about(), vault=self._stores.vault)
        choices, equal = [], list[str]()
        for sort, value in zip(self._sorts, values, strict=True):
            name = f'"{sort.name}"'
            if value is not None:
                mark = f"CAST({self.statement.bind(value)} AS {kinds.to_duckdb(sort.kind)})"
                beyond = f"({name} {'<' if sort.is_descending else '>'} {mark} OR {name} IS NULL)"
                choices.append(" AND ".join((*equal, beyond)))
                equal.append(f"{name} = {mark}")
            else:
                equal.append(f"{name} IS NULL")
        return f"({' OR '.join(choices) or 'false'})"


def _kind_as_left(item: Leaving) -> Kind:
    """The kind of what stands in the inner SELECT."""
    return item.column.kind if item.column.kind.name in ("int", "bool") and item.how is How.CLEAR else Kind("text")
