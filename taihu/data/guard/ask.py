"""Ask: a query of a pack, or a text, graded before it runs; what is above the permit leaves masked or not at all."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from taihu.data.engines import fetch
from taihu.data.engines.stores import Stores
from taihu.data.guard import conceal, cursor, mask_sql, plain, refused, release, remedies
from taihu.data.guard.asked import Asked, read_asked
from taihu.data.guard.draft import AnswerColumn, Draft, Row
from taihu.data.guard.question import Ask
from taihu.data.guard.release import How, find_mask
from taihu.data.guard.table import MASKED, Table, connect, quote
from taihu.data.query import duckdb, explain, formulas
from taihu.data.query.grade import Graded
from taihu.data.query.plan import Plan
from taihu.terms.dataset import Column
from taihu.terms.label import Label, join_all
from taihu.terms.permit import Permit

CITY = zoneinfo.ZoneInfo("Asia/Shanghai")
TODAY = "today"
BOTH = "__both"


@dataclass(frozen=True, slots=True)
class Output:
    """An output column: its form, the label of what leaves, and for copies the column it was copied from."""

    graded: Graded
    how: How
    label: Label
    base: Column | None
    table: Table | None = None
    mask: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """An output column that does not leave, and why."""

    graded: Graded
    message: str
    help: str = ""


def decide_outputs(asked: Asked, question: Ask, permit: Permit) -> tuple[Output, ...]:
    """The form of each output column; raises AboveLabel with the path that made it so, and what would be lawful."""
    judged = judge_outputs(asked, question, permit)
    stopped = [one for one in judged if isinstance(one, Stopped)]
    if stopped:
        ways = remedies.find(asked, [one.graded for one in stopped], permit)
        raise refused.AboveLabel(
            stopped[0].message,
            where=asked.plan.source,
            help=stopped[0].help or remedies.say(ways),
            requests=tuple(one.graded.name for one in stopped),
        )
    return tuple(one for one in judged if isinstance(one, Output))


def judge_outputs(asked: Asked, question: Ask, permit: Permit) -> tuple[Output | Stopped, ...]:
    """Each output column: the form in which it leaves, or why it does not."""
    return tuple(_judge(asked, graded, question, permit) for graded in asked.grades.columns)


def _judge(asked: Asked, graded: Graded, question: Ask, permit: Permit) -> Output | Stopped:
    table = asked.tables[graded.copy[0]] if graded.copy else None
    base = table.dataset.column(graded.copy[1]) if table and graded.copy else None
    if base is not None and base.is_vaulted:
        how = How.TOKEN if question.has_tokens else How.MASKED
        left = release.label_of_vaulted(base, how)
        return _within(Output(graded, how, left.join(graded.rest.label), base, table), permit)
    if graded.label.is_within(permit.label):
        return _stop_token(asked, graded) or Output(graded, How.CLEAR, graded.label, base)
    if base is not None and base.mask:
        label = find_mask(base.mask).label(base.label).join(graded.rest.label)
        return _within(Output(graded, How.MASKED, label, base, table, base.mask), permit)
    return Stopped(graded, explain.explain(graded, permit.label))


def _within(output: Output, permit: Permit) -> Output | Stopped:
    if output.label.is_within(permit.label):
        return output
    return Stopped(output.graded, explain.explain(output.graded, permit.label))


def _stop_token(asked: Asked, graded: Graded) -> Stopped | None:
    """Stops text made from an identifier's token: it would let tokens of the platform out in disguise."""
    kind = next(column.kind for column in asked.plan.columns if column.name == graded.name)
    is_made = any(column.label.is_within(graded.mark.label) for column in asked.identifiers)
    if graded.copy is None and kind.name == "text" and is_made:
        return Stopped(
            graded,
            f"输出列「{graded.name}」由标识号码计算而来，标识号码只能原样输出或用于统计",
            "请直接输出该数据项（以脱敏形式或令牌提供），或改为统计",
        )
    return None


def draft_ask(question: Ask, permit: Permit, stores: Stores, *, at: datetime.datetime) -> Draft:
    """A page of a query's rows, as they leave."""
    asked = read_asked(question, permit, stores)
    outputs = decide_outputs(asked, question, permit)
    if question.limit < 1:
        raise refused.WrongValue("每页行数至少为 1", where=asked.plan.source, help="请给出 1 以上的行数")
    limit = min(question.limit, permit.quota.rows_an_answer)
    about = (
        f"{permit.grant}\0{question.query}\0{question.pack}\0{question.text}\0{sorted(question.parameters.items())!r}"
    )
    start = int(str(cursor.unseal(question.after, about=about, vault=stores.vault)[0])) if question.after else 0
    values = read_parameters(asked.plan, question.parameters, at)
    grant = conceal.grant_purpose(permit, stores.vault)
    found = _run(asked, outputs, values, stores, grant=grant, tail=f"{limit + 1} OFFSET {start}")
    identifiers = [n for n, output in enumerate(outputs) if output.base is not None and output.base.is_vaulted]
    pairs = [{n: _split(row[n]) for n in identifiers} for row in found[:limit]]
    rows: list[Row] = [
        tuple(
            pair[n][0] if n in pair else plain.tidy(column.kind, row[n])
            for n, (output, column) in enumerate(zip(outputs, asked.plan.columns, strict=True))
        )
        for row, pair in zip(found, pairs, strict=False)
    ]
    return Draft(
        reads=tuple(sorted({dataset.id for dataset in asked.plan.tables.values()})),
        columns=tuple(to_column(asked, output) for output in outputs),
        label=join_all((asked.grades.presence.label, *(output.label for output in outputs))),
        rows=rows,
        next=cursor.seal([start + limit], about=about, vault=stores.vault) if len(found) > limit else "",
        subjects=conceal.subjects((token for pair in pairs for _, token in pair.values()), stores.vault),
        data=tuple(f"{table.name}={table.version}" for table in asked.tables.values()),
        detail={
            "query": question.query or "text",
            "version": " ".join(table.version for table in asked.tables.values()),
        },
    )


def _run(
    asked: Asked,
    outputs: Sequence[Output],
    values: Mapping[str, formulas.Value],
    stores: Stores,
    *,
    grant: str,
    tail: str,
) -> list[tuple[object, ...]]:
    masks = {output.graded.name: mask for output in outputs if (mask := _mask_of(output)) is not None}
    twins, more = _twins(outputs, grant, stores)
    sql, parameters = duckdb.write_duckdb(
        asked.plan,
        scan=lambda name: asked.tables[name].relation(twins.get(asked.tables[name].name, {})),
        parameters=values,
        scope=asked.scopes,
        masks=masks,
    )
    with connect(stores) as connection:
        return fetch.fetch(connection, f"{sql} LIMIT {tail}", {**parameters, **more}, where=asked.plan.source)


def _twins(outputs: Iterable[Output], grant: str, stores: Stores) -> tuple[dict[str, dict[str, str]], dict[str, bytes]]:
    """For each table the columns that stand for identifiers: what leaves, then the platform's token.

    What leaves comes first, and before the token a text that is mixed anew for each grant: rows are sorted by
    it, and the order of two grants' rows must not tell which of them are the same.
    """
    twins: dict[str, dict[str, str]] = {}
    parameters: dict[str, bytes] = {}
    for output in outputs:
        if output.base is None or output.table is None or not output.base.is_vaulted:
            continue
        token = quote(output.base.name)
        if output.how is How.TOKEN:
            first, parameters = stores.vault.token_sql(token, purpose=grant)
        else:
            masked = quote(output.base.name + MASKED) if output.table.has(output.base.name + MASKED) else "''"
            first = f"coalesce({masked}, '') || ' ' || md5('{stores.vault.token(grant)}' || {token})"
        twins.setdefault(output.table.name, {})[output.base.name + BOTH] = f"{first} || ' ' || {token}"
    return twins, parameters


def _mask_of(output: Output) -> duckdb.Mask | None:
    base = output.base
    if base is None or output.how is How.CLEAR:
        return None
    if base.is_vaulted:
        return duckdb.Mask(twin=base.name + BOTH)
    return duckdb.Mask(
        sql=lambda value: mask_sql.write(output.mask, f"CAST({plain.write(base.kind, value)} AS VARCHAR)")
    )


def _split(pair: object) -> tuple[str | None, str | None]:
    """What leaves of an identifier, and the platform's token."""
    if pair is None:
        return None, None
    parts = str(pair).split(" ")
    return parts[0] or None, parts[-1]


def to_column(asked: Asked, output: Output) -> AnswerColumn:
    name, base = output.graded.name, output.base
    kind = next(column.kind for column in asked.plan.columns if column.name == name)
    title, unit, standard = asked.titles.get(name, ("", "", ""))
    if base is not None:
        title, unit, standard, kind = title or base.title, unit or base.unit, standard or base.standard, base.kind
    is_masked = output.how is not How.CLEAR
    return AnswerColumn(name, title or name, output.label, is_masked, kind, unit, standard, output.how.value)


def read_parameters(plan: Plan, given: Mapping[str, plain.Value], at: datetime.datetime) -> dict[str, formulas.Value]:
    """The parameters typed by their kinds; texts are read as people write them; `$today` is the city's day."""
    values: dict[str, formulas.Value] = {TODAY: at.astimezone(CITY).date()}
    for name, value in given.items():
        kind = plan.parameters.get(name)
        if name == TODAY or kind is None:
            continue
        values[name] = plain.read_kind(name, kind, value) if isinstance(value, str) else value
    return values
