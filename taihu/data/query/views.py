"""Tables by name: what WITH defines, the pack's queries as views, the declared datasets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TypeVar

from sqlglot import exp

from taihu.data.query import algebra, formulas, kinds, parse, refusals
from taihu.data.query.names import Reading
from taihu.data.query.place import Place, Text

T = TypeVar("T")
Named = tuple[algebra.Rel, list[tuple[str, formulas.Col]], str]


def table_name(node: exp.Expr) -> str:
    """The dotted name of a table, whatever the number of its parts."""
    parts = [node.args.get("catalog"), node.args.get("db"), node.this]
    names: list[str] = []
    for part in parts:
        if part is not None:
            names += [identifier.name for identifier in part.find_all(exp.Identifier)]
    return ".".join(names)


def read_table(reading: Reading, node: exp.Table) -> Named:
    """The relation of a table's name: a CTE, a query of the pack, or a declared dataset."""
    at = reading.at(node)
    if not isinstance(node.this, exp.Identifier | exp.Dot):
        raise reading.not_allowed(node, "表函数", "FROM 中可写已声明的数据资源、本数据包的查询、子查询与 VALUES。")
    name = table_name(node)
    last = name.rpartition(".")[2]
    view = _find(reading.views, name) or _query(reading, name, at)
    if view is not None:
        outs = tuple((reading.column(out.kind, at), out.id) for out in view.outs)
        return algebra.Ref(view, outs, at), [(n, column) for n, (column, _) in zip(view.names, outs, strict=True)], last
    dataset = _find(reading.tables, name)
    if dataset is None:
        listed = refusals.known([*reading.tables, *reading.queries, *reading.views])
        raise refusals.UnknownTable(
            f"没有叫「{name}」的表或查询。", at=at, help=f"此处可用：{listed}；别的数据包须写进 uses。"
        )
    names = tuple((column.name, reading.column(kinds.of_column(column.kind), at)) for column in dataset.columns)
    ids = {column: out.id for column, out in names}
    reading.read_tables[dataset.id] = dataset
    return algebra.Scan(dataset.id, names, tuple(ids[part] for part in dataset.key), at), list(names), last


def _find(named: Mapping[str, T], name: str) -> T | None:
    return next((value for known, value in named.items() if known.lower() == name.lower()), None)


def _query(reading: Reading, name: str, at: Place) -> algebra.View | None:
    """A named query of the pack, read once for the whole text."""
    name = next((known for known in reading.queries if known.lower() == name.lower()), "")
    if not name:
        return None
    if name in reading.open_queries:
        circle = " → ".join((*reading.open_queries, name))
        raise refusals.NotAllowed("查询互相引用成了圈。", at=at, help=f"圈:{circle}。")
    if name not in reading.named:
        text = Text(name, reading.queries[name])
        inner = dataclasses.replace(reading, text=text, views={}, open_queries=(*reading.open_queries, name))
        query = inner.read_query(inner, parse.parse(text), None)
        check_names(query.names, Place(name))
        reading.named[name] = algebra.View(name, query.rel, query.names, query.outs)
    return reading.named[name]


def read_with(reading: Reading, node: exp.Expr | None) -> Reading:
    """The reading with the CTEs of a WITH clause; a CTE sees those before it, and nothing around it."""
    if node is None:
        return reading
    if node.args.get("recursive"):
        raise reading.not_allowed(node, "WITH RECURSIVE", "递归以后支持；现在请写成有限的几步。")
    reading.only(node, "expressions")
    seen: set[str] = set()
    for cte in node.expressions:
        reading.only(cte, "this", "alias", "materialized")
        at, name = reading.at(cte), cte.alias
        if name.lower() in seen:
            raise refusals.AmbiguousName(f"WITH 中有两个「{name}」。", at=at, help="请改一个名字。")
        seen.add(name.lower())
        query = reading.read_query(reading, cte.this, None)
        names = tuple(column.name for column in cte.args["alias"].columns) or query.names
        if len(names) != len(query.names):
            raise refusals.WrongType(f"「{name}」列出 {len(names)} 个列名，而查询有 {len(query.names)} 列。", at=at)
        check_names(names, at)
        view = algebra.View(name, query.rel, names, query.outs)
        reading = dataclasses.replace(reading, views={**reading.views, name: view})
    return reading


def check_names(names: Sequence[str], at: Place) -> None:
    """Refuses columns without a name and names used twice."""
    for number, name in enumerate(names, 1):
        if not name:
            raise refusals.UnknownName(f"第 {number} 列没有名字。", at=at, help="请用 AS 给它起名。")
        if name.lower() in [other.lower() for other in names[: number - 1]]:
            raise refusals.AmbiguousName(
                f"列名「{name}」出现了两次。", at=at, help="请用 AS 改名，或用 * EXCLUDE 去掉一列。"
            )
