"""Find: the raw rows of a key, from the lookup file where one is published, else from the lake."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from taihu.data.engines import fetch as engine
from taihu.data.engines.stores import Stores
from taihu.data.guard import plain, refused, seal
from taihu.data.guard.plain import Plain, Value
from taihu.data.guard.table import Table, check_scope, connect, open_table, quote
from taihu.data.serving.lookup import NotServed
from taihu.data.vault.vault import Vault
from taihu.terms.dataset import Dataset, Kind
from taihu.terms.permit import Permit, Scope

TEXT = Kind("text")
Raw = dict[str, Plain]


@dataclass(frozen=True, slots=True)
class Rows:
    """The raw rows of a key, and of which version: `governed@3`."""

    raw: list[Raw]
    version: str


def read_key(dataset: Dataset, key: Mapping[str, str], permit: Permit, vault: Vault) -> dict[str, Value]:
    """The asked key, typed, identifiers as tokens; raises WrongKey, WrongValue or HiddenColumn.

    A key column that is not an identifier tells something when rows are chosen by it: it must be within the permit.
    """
    names = dataset.key[: len(key)]
    if not key or set(names) != set(key):
        raise wrong_key(dataset)
    found: dict[str, Value] = {}
    for name in names:
        column = dataset.column(name)
        if column.is_vaulted:
            found[name] = vault.token(plain.spell(column, key[name]))
            continue
        if not column.label.is_within(permit.label):
            raise refused.HiddenColumn(
                f"不能按「{column.title}」（{column.label}）查询，许可至 {permit.label}",
                where=f"{dataset.id}.{name}",
                help=f"请申请级别不低于 {column.label} 的授权",
                requests=(name,),
            )
        found[name] = plain.read(column, key[name])
    return found


def wrong_key(dataset: Dataset, *, whole: bool = False) -> refused.WrongKey:
    titles = "、".join(f"{name}({dataset.column(name).title})" for name in dataset.key)
    return refused.WrongKey(
        f"「{dataset.title}」{'核验须给出完整主键' if whole else '只能按主键查询'}",
        where=dataset.id,
        help=f"主键依次为：{titles}",
    )


def find_rows(dataset: Dataset, key: Mapping[str, Value], names: Sequence[str], permit: Permit, stores: Stores) -> Rows:
    """The raw rows of a key within the permit's row scope; raises TooManyRows above its quota."""
    scopes = check_scope(Table(dataset.id, dataset, None), permit)
    wanted = tuple(dict.fromkeys((*names, *(scope.column for scope in scopes))))
    most = permit.quota.rows_an_answer
    found = _from_serving(dataset, key, wanted, stores, most + 1)
    if found is None:
        table = open_table(dataset.id, stores)
        found = Rows(_from_lake(table, key, wanted, stores, most + 1), table.version)
    if len(found.raw) > most:
        raise refused.TooManyRows(
            f"该主键对应的行数超过单次上限 {most} 行", where=dataset.id, help="请给出更完整的主键，或申请更高的单次行数"
        )
    within = [raw for raw in found.raw if all(_is_in(raw[scope.column], scope) for scope in scopes)]
    return Rows(within, found.version)


def _is_in(value: Plain, scope: Scope) -> bool:
    if value is None:
        return False
    text = str(value)
    return any(text.startswith(v) for v in scope.values) if scope.by_prefix else text in scope.values


def _from_serving(
    dataset: Dataset, key: Mapping[str, Value], names: Sequence[str], stores: Stores, limit: int
) -> Rows | None:
    """Rows from the lookup file; None where there is none, or it lacks a column."""
    kinds = {column.name: column.kind for column in dataset.columns}
    served = {name: to_served(kinds[name], value) for name, value in key.items()}
    try:
        sealed = (*names, *seal.marks(dataset))
        version, rows = _look_up(dataset.id, served, sealed, stores, limit)
    except NotServed:
        return None
    tidied = [kinds.get(name, TEXT) for name in names]
    raw = [
        {name: plain.tidy(kind, value) for name, kind, value in zip(names, tidied, row[: len(names)], strict=True)}
        for row in rows
    ]
    return Rows(raw, f"{dataset.zone}@{version}")


def _look_up(
    table: str, key: Mapping[str, str], names: Sequence[str], stores: Stores, limit: int
) -> tuple[int, list[tuple[str | int | None, ...]]]:
    """Version and rows that belong together: another file may be published between the two questions."""
    version = stores.serving.version(table)
    while True:
        rows = stores.serving.lookup(table, key, columns=names, limit=limit)
        after = stores.serving.version(table)
        if after == version:
            return version, rows
        version = after


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
