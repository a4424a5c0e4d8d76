"""Read: text to a checked plan, and one expression for a dataset's checks."""

from __future__ import annotations

from collections.abc import Mapping

from taihu.data.query import blocks, expressions, formulas, grouping, kinds, parse, refusals, views, walk
from taihu.data.query.names import Binding, Reach, Reading
from taihu.data.query.place import Place, Text
from taihu.data.query.plan import Expression, Plan
from taihu.terms.dataset import Dataset, Kind

TODAY = {"today": kinds.DATE}


def read(
    text: str,
    *,
    source: str,
    tables: Mapping[str, Dataset],
    queries: Mapping[str, str] | None = None,
    parameters: Mapping[str, Kind] | None = None,
) -> Plan:
    """Reads a query over the tables and named queries that it may use; `$today` is always a parameter.

    Raises a subclass of `refusals.QueryRefused` with line and column for whatever is not taihu SQL.
    """
    reading = Reading(Text(source, text), tables, queries or {}, {**TODAY, **(parameters or {})}, blocks.read_query)
    try:
        query = blocks.read_query(reading, parse.parse(reading.text), None)
    except RecursionError:
        raise refusals.TooLarge("查询嵌套过深。", at=Place(source), help="请用 WITH 把它分成几步。") from None
    views.check_names(query.names, query.at)
    return Plan(source, query, dict(reading.read_tables), dict(reading.used), reading.uniques)


def read_expression(
    text: str,
    *,
    dataset: Dataset,
    parameters: Mapping[str, Kind] | None = None,
    source: str = "",
    kind: Kind | None = kinds.BOOL,
) -> Expression:
    """Reads one expression over the columns of a dataset: a true-or-false condition, unless `kind` says otherwise.

    Sub-queries, aggregates and windows are refused: it speaks of one row.
    """
    place = source or f"{dataset.id}:holds"
    reading = Reading(Text(place, text), {}, {}, {**TODAY, **(parameters or {})}, blocks.read_query)
    names = tuple(
        (column.name, reading.column(kinds.of_column(column.kind), Place(place))) for column in dataset.columns
    )
    node = parse.parse_expression(reading.text)
    expr = expressions.read(reading, node, Reach((Binding(dataset.name, names),)))
    at = reading.at(node)
    grouping.refuse([expr], "单行条件", at)
    if any(walk.sub_rel(part) is not None for part in walk.inside(expr)):
        raise refusals.NotAllowed("单行条件中不能有子查询。", at=at, help="跨行、跨表的规则请写成 queries/*.sql。")
    if kind is not None and expr.kind != kind:
        raise refusals.WrongType(f"此处要{kinds.title(kind)}，这里是{kinds.title(expr.kind)}。", at=at)
    known = {column.id: name for name, column in names}
    used = dict.fromkeys(part.id for part in walk.inside(expr) if isinstance(part, formulas.Col))
    return Expression(expr, {number: known[number] for number in used}, dict(reading.used))
