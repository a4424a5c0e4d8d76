"""Lookup and verification: single rows by key, from the lookup file where one is published, else from the lake."""

from __future__ import annotations

import datetime
import decimal
import unicodedata
from collections.abc import Mapping, Sequence

from taihu.data.engines import fetch as engine
from taihu.data.engines.stores import Stores
from taihu.data.guard import conceal, plain, refused, release
from taihu.data.guard.draft import AnswerColumn, Draft
from taihu.data.guard.plain import Plain, Value
from taihu.data.guard.question import Lookup, Verify
from taihu.data.guard.release import How, Release, Wish
from taihu.data.guard.table import MASKED, Table, check_scope, connect, open_table, quote
from taihu.data.serving.lookup import NotServed
from taihu.data.vault.vault import Vault
from taihu.terms.dataset import Column, Dataset, Kind
from taihu.terms.label import join_all
from taihu.terms.permit import Permit, Scope

SAME, DIFFERENT = "一致", "不一致"
TEXT = Kind("text")
Raw = dict[str, Plain]


def decide_lookup(question: Lookup, permit: Permit, dataset: Dataset) -> Release:
    """What would leave."""
    return release.release(dataset.id, dataset, permit, Wish(question.columns, question.clear, question.has_tokens))


def draft_lookup(question: Lookup, permit: Permit, stores: Stores) -> Draft:
    """The rows of a key, as they leave."""
    dataset = stores.shelf.dataset(question.dataset)
    decided = decide_lookup(question, permit, dataset)
    key = read_key(dataset, question.key, permit, stores.vault)
    leaving = decided.leaving
    people = _people(dataset, decided)
    wanted = [item.column.name + (MASKED if _is_twin(item) else "") for item in leaving]
    found = fetch(dataset, key, [*wanted, *people], permit, stores)
    purpose = conceal.grant_purpose(permit, stores.vault) if question.has_tokens else ""

    def leave(item: release.Leaving, value: Plain) -> Plain:
        if item.how is How.TOKEN and value is not None:
            return stores.vault.token(str(value), purpose=purpose)
        return conceal.mask(item, value)

    rows = [tuple(leave(item, raw[name]) for item, name in zip(leaving, wanted, strict=True)) for raw in found]
    return Draft(
        reads=(dataset.id,),
        columns=tuple(conceal.to_column(item) for item in leaving),
        label=decided.label,
        rows=conceal.reveal(rows, leaving, stores.vault),
        withheld=decided.withheld,
        subjects=conceal.subjects((raw[name] for raw in found for name in people), stores.vault),
        detail={"key": " ".join(question.key)},
    )


def decide_verify(question: Verify, permit: Permit, dataset: Dataset) -> tuple[Column, ...]:
    """The columns whose claims would be compared; raises a refusal."""
    release.check_presence(dataset, permit)
    if not question.claims:
        raise refused.WrongValue("没有要核验的数据项", where=dataset.id, help="请给出至少一项所报内容")
    columns = tuple(release.find(dataset, name) for name in question.claims)
    for column in columns:
        release.check_granted(dataset.id, column, permit)
    return columns


def draft_verify(question: Verify, permit: Permit, stores: Stores) -> Draft:
    """One row of 一致 and 不一致, or no row where the key is not there."""
    dataset = stores.shelf.dataset(question.dataset)
    columns = decide_verify(question, permit, dataset)
    if set(question.key) != set(dataset.key):
        raise _wrong_key(dataset, whole=True)
    key = read_key(dataset, question.key, permit, stores.vault)
    claims = [(column, question.claims[column.name]) for column in columns]
    for column, claim in claims:
        plain.read(column, claim)
    people = [column.name for column in dataset.columns if column.is_vaulted]
    found = fetch(dataset, key, [*(column.name for column in columns), *people], permit, stores)
    rows = [
        tuple(SAME if agrees(column, claim, raw[column.name], stores.vault) else DIFFERENT for column, claim in claims)
        for raw in found
    ]
    return Draft(
        reads=(dataset.id,),
        columns=tuple(map(to_claimed, columns)),
        label=join_all((dataset.presence, *(column.label for column in columns))),
        rows=list(rows),
        subjects=conceal.subjects((raw[name] for raw in found for name in people), stores.vault),
        detail={"key": " ".join(question.key)},
    )


def draft_verdicts(question: Verify, permit: Permit, stores: Stores) -> Draft:
    """What a consumer of verifications can see at all: the two words, for each column; no row is read."""
    dataset = stores.shelf.dataset(question.dataset)
    columns = decide_verify(question, permit, dataset)
    label = join_all((dataset.presence, *(column.label for column in columns)))
    words = [tuple(word for _ in columns) for word in (SAME, DIFFERENT)]
    return Draft(reads=(dataset.id,), columns=tuple(map(to_claimed, columns)), label=label, rows=list(words))


def to_claimed(column: Column) -> AnswerColumn:
    """The heading of a verified column: its label stays, though only one bit leaves."""
    return AnswerColumn(column.name, column.title, column.label, True, TEXT, how="verified")


def agrees(column: Column, claim: str, stored: Plain, vault: Vault) -> bool:
    """True where a claim says what is stored: numbers by value, texts without blanks and widths."""
    if stored is None:
        return False
    if column.is_vaulted:
        return vault.token(plain.spell(column, claim)) == stored
    value = plain.read(column, claim)
    if isinstance(value, str):
        return _squeeze(value) == _squeeze(str(stored))
    if isinstance(value, decimal.Decimal):
        return value == decimal.Decimal(str(stored))
    return plain.tidy(column.kind, value) == stored


def _squeeze(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def read_key(dataset: Dataset, key: Mapping[str, str], permit: Permit, vault: Vault) -> dict[str, Value]:
    """The asked key, typed, identifiers as tokens; raises WrongKey, WrongValue or HiddenColumn.

    A key column that is not an identifier tells something when rows are chosen by it: it must be within the permit.
    """
    names = dataset.key[: len(key)]
    if not key or set(names) != set(key):
        raise _wrong_key(dataset)
    found: dict[str, Value] = {}
    for name in names:
        column = dataset.column(name)
        if column.is_vaulted:
            found[name] = vault.token(plain.spell(column, key[name]))
            continue
        if not column.label.is_within(permit.label):
            raise refused.HiddenColumn(
                f"不能按「{column.title}」({column.label})查询,许可至 {permit.label}",
                where=f"{dataset.id}.{name}",
                help=f"请申请级别不低于 {column.label} 的授权",
                requests=(name,),
            )
        found[name] = plain.read(column, key[name])
    return found


def _wrong_key(dataset: Dataset, *, whole: bool = False) -> refused.WrongKey:
    titles = "、".join(f"{name}({dataset.column(name).title})" for name in dataset.key)
    return refused.WrongKey(
        f"「{dataset.title}」{'核验须给出完整主键' if whole else '只能按主键查询'}",
        where=dataset.id,
        help=f"主键依次为:{titles}",
    )


def fetch(
    dataset: Dataset, key: Mapping[str, Value], names: Sequence[str], permit: Permit, stores: Stores
) -> list[Raw]:
    """The raw rows of a key within the permit's row scope; raises TooManyRows above its quota."""
    scopes = check_scope(Table(dataset.id, dataset, None), permit)
    wanted = tuple(dict.fromkeys((*names, *(scope.column for scope in scopes))))
    most = permit.quota.rows_an_answer
    found = _from_serving(dataset, key, wanted, stores, most + 1)
    if found is None:
        found = _from_lake(open_table(dataset.id, stores), key, wanted, stores, most + 1)
    if len(found) > most:
        raise refused.TooManyRows(
            f"该主键对应的行数超过单次上限 {most} 行", where=dataset.id, help="请给出更完整的主键,或申请更高的单次行数"
        )
    return [raw for raw in found if all(_is_in(raw[scope.column], scope) for scope in scopes)]


def _is_in(value: Plain, scope: Scope) -> bool:
    if value is None:
        return False
    text = str(value)
    return any(text.startswith(v) for v in scope.values) if scope.by_prefix else text in scope.values


def _from_serving(
    dataset: Dataset, key: Mapping[str, Value], names: Sequence[str], stores: Stores, limit: int
) -> list[Raw] | None:
    """Rows from the lookup file; None where there is none, or it lacks a column."""
    try:
        kinds = {column.name: column.kind for column in dataset.columns}
        served = {name: to_served(kinds[name], value) for name, value in key.items()}
        published, rows = stores.serving.lookup(dataset.id, served, limit=limit)
    except NotServed:
        return None
    places = {name: n for n, name in enumerate(published.columns)}
    if not places.keys() >= set(names):
        return None
    return [{name: plain.tidy(kinds.get(name, TEXT), row[places[name]]) for name in names} for row in rows]


def to_served(kind: Kind, value: Value) -> str:
    """A key value as lookup files hold it."""
    if isinstance(value, decimal.Decimal):
        return format(value.quantize(decimal.Decimal(1).scaleb(-kind.scale)), "f")
    if isinstance(value, bool):
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _from_lake(table: Table, key: Mapping[str, Value], names: Sequence[str], stores: Stores, limit: int) -> list[Raw]:
    kinds = {column.name: column.kind for column in table.dataset.columns}
    shown = ", ".join(plain.write(kinds.get(name, TEXT), f"t.{quote(name)}") for name in names)
    condition = " AND ".join(f"t.{quote(name)} = $key{n}" for n, name in enumerate(key))
    statement = f"SELECT {shown} FROM {table.relation()} t WHERE {condition} LIMIT {limit}"  # noqa: S608 - names are quoted, values are bound
    with connect(stores) as connection:
        bound = {f"key{n}": value for n, value in enumerate(key.values())}
        rows = engine.fetch(connection, statement, bound, where=table.dataset.id)
    return [
        {name: plain.tidy(kinds.get(name, TEXT), value) for name, value in zip(names, row, strict=True)} for row in rows
    ]


def _is_twin(item: release.Leaving) -> bool:
    return item.column.is_vaulted and item.how is How.MASKED


def _people(dataset: Dataset, decided: Release) -> list[str]:
    """The columns of identifiers, where what leaves is about people."""
    return [column.name for column in dataset.columns if column.is_vaulted] if decided.is_about_people else []
