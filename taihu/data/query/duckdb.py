"""DuckDB's SQL written from the algebra, with row scopes in every scan and masks on plain copies."""

# ruff: noqa: S608 - writing SQL is what this module is for; names are quoted, values are literals or bound

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from taihu.data.query import algebra, formulas, kinds, over, refusals, twins
from taihu.data.query.grade import Scopes
from taihu.data.query.place import Place
from taihu.data.query.plan import Expression, Plan
from taihu.data.query.scalars import Scalars, literal, name
from taihu.terms.dataset import Kind
from taihu.terms.permit import Scope

Values = Mapping[str, formulas.Value]
SETS = {"union": "UNION", "intersect": "INTERSECT", "except": "EXCEPT"}


@dataclass(frozen=True, slots=True)
class Mask:
    """What stands in the place of a plain copy: a twin column of its table, SQL of its value, or nothing (NULL).

    `sql` must be total and gives text.
    """

    twin: str = ""
    sql: Callable[[str], str] | None = None


def write_duckdb(
    plan: Plan,
    *,
    scan: Callable[[str], str],
    parameters: Values | None = None,
    scope: Scopes | None = None,
    masks: Mapping[str, Mask] | None = None,
    is_sorted: bool = True,
) -> tuple[str, dict[str, formulas.Value]]:
    """The statement and its parameters by name.

    `scan` gives the relation of a dataset (by id), in SQL, with the columns of its governed schema. With a `scope`
    (by dataset id) each scan shows only rows within it; a dataset that it does not name is closed. `masks` (by output
    name) replace plain copies. Rows come in the order asked for, then by the released columns; without
    `is_sorted` only in the order asked for.
    """
    query, twin_columns = twins.carry(plan, {column: mask.twin for column, mask in (masks or {}).items() if mask.twin})
    writer = _Writer(scan, check_parameters(plan.parameters, parameters or {}, plan.source), scope)
    body = writer.nested(query.rel)
    shown = []
    for column, out in zip(query.names, query.outs, strict=True):
        mask = (masks or {}).get(column)
        shown.append(f"{_masked(mask, out, twin_columns.get(column))} AS {name(column)}")
    order = [f"r.{part}" for part in (over.write_key(_column(key.expr), key) for key in query.order)]
    order += [f"{number} NULLS LAST" for number in range(1, len(shown) + 1)] if is_sorted else []
    tail = f" ORDER BY {', '.join(order)}" if order else ""
    views = ", ".join(f"{alias} AS ({sql})" for alias, sql in writer.views)
    head = f"WITH {views} " if views else ""
    return f"{head}SELECT {', '.join(shown)} FROM {body} AS r{tail}", writer.bound


def _masked(mask: Mask | None, out: formulas.Col, twin: formulas.Col | None) -> str:
    value = f"r.{_column(out)}"
    if mask is None:
        return value
    if twin is not None:
        return f"r.{_column(twin)}"
    return mask.sql(value) if mask.sql is not None else f"CAST(NULL AS {kinds.to_duckdb(out.kind)})"


def write_expression(expression: Expression, column: Callable[[str], str], parameters: Values | None = None) -> str:
    """The SQL of one expression that never aborts; `column` gives the SQL of a column of its governed type.

    Parameters are written as constants, so that it can stand inside any statement.
    """
    values = check_parameters(expression.parameters, parameters or {}, "")
    return Scalars(
        lambda found: column(expression.names[found.id]),
        lambda found: literal(values[found.name], found.kind),
        _no_sub_query,
    ).write(expression.expr)


def _no_sub_query(_expr: formulas.Expr, _scalars: Scalars, _aside: bool) -> str:
    raise AssertionError("an expression of one row has no sub-query")


def check_parameters(declared: Mapping[str, Kind], given: Values, source: str) -> dict[str, formulas.Value]:
    """The values of the declared parameters; refuses a missing one and one of another kind, without showing it."""
    found: dict[str, formulas.Value] = {}
    for parameter, kind in declared.items():
        if parameter not in given:
            raise refusals.WrongValue(
                f"缺少参数「${parameter}」。", at=Place(source), help=f"请给出一个{kinds.title(kind)}。"
            )
        value = given[parameter]
        if value is not None and not _is_of(value, kinds.of_column(kind)):
            raise refusals.WrongValue(
                f"参数「${parameter}」不是{kinds.title(kind)}。",
                at=Place(source),
                help=f"请给出一个{kinds.title(kind)}。",
            )
        found[parameter] = value
    return found


def _is_of(value: formulas.Value, kind: Kind) -> bool:
    match kind.name:
        case "text":
            return isinstance(value, str) and "\0" not in value
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
        case "decimal":
            return isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
        case "date":
            return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    return isinstance(value, datetime.datetime) and value.tzinfo is None


def _column(expr: formulas.Expr) -> str:
    assert isinstance(expr, formulas.Col)  # noqa: S101 - callers hold columns only
    return f"c{expr.id}"


class _Writer:
    """Writes relations as nested SELECTs; views become WITH items in the order of first use."""

    def __init__(self, scan: Callable[[str], str], values: Values, scope: Scopes | None) -> None:
        self._scan, self._values, self._scope = scan, values, scope
        self.bound: dict[str, formulas.Value] = {}
        self.views: list[tuple[str, str]] = []
        self._names: dict[int, str] = {}

    def nested(self, rel: algebra.Rel) -> str:
        """A relation between brackets."""
        return f"({self.write(rel)})"

    def write(self, rel: algebra.Rel) -> str:
        """A relation as a SELECT."""
        return RELATIONS[type(rel)](self, rel)

    def scalars(self, *, hoists: bool = False) -> Scalars:
        """A fresh writer of expressions for one node."""
        return Scalars(_column, self._parameter, self._sub_query, hoists=hoists)

    def _parameter(self, param: formulas.Param) -> str:
        self.bound[param.name] = self._values[param.name]
        return f"TRY_CAST(${param.name} AS {kinds.to_duckdb(param.kind)})"

    def _sub_query(self, expr: formulas.Expr, scalars: Scalars, is_aside: bool) -> str:
        match expr:
            case formulas.Exists():
                return f"EXISTS {self.nested(expr.rel)}"
            case formulas.Scalar():
                return f"(SELECT c{expr.id} FROM {self.nested(expr.rel)} AS r)"
            case formulas.In():
                return f"({scalars.write(expr.arg, is_tried=is_aside)} IN (SELECT c{expr.id} FROM {self.nested(expr.rel)} AS r))"
        raise AssertionError(type(expr).__name__)

    def _from(self, rel: algebra.Rel, scalars: Scalars) -> str:
        """The relation with the sub-queries that were put aside as columns, each after those it needs."""
        source = f"{self.nested(rel)} AS r"
        for alias, sql in scalars.aside:
            source = f"(SELECT *, {sql} AS {alias} FROM {source}) AS r"
        return source

    def scan(self, rel: algebra.Scan) -> str:
        columns = ", ".join(f"TRY_CAST({name(n)} AS {kinds.to_duckdb(c.kind)}) AS c{c.id}" for n, c in rel.names)
        where = ""
        if self._scope is not None:
            if rel.table not in self._scope:
                raise refusals.Closed(
                    f"「{rel.table}」没有可用的行范围。", at=rel.at, help="按行范围授权的应用只能用有该范围的数据资源。"
                )
            conditions = [_scope(scope) for scope in self._scope[rel.table]]
            where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {columns} FROM {self._scan(rel.table)} AS t{where}"

    def values(self, rel: algebra.Values) -> str:
        scalars = self.scalars()
        rows = ", ".join("(" + ", ".join(scalars.write(e) for e in row) + ")" for row in rel.rows)
        return f"SELECT * FROM (VALUES {rows}) AS v({', '.join(_column(c) for c in rel.outs)})"

    def project(self, rel: algebra.Project) -> str:
        scalars = self.scalars()
        shown = ", ".join(f"{scalars.write(expr)} AS c{column.id}" for column, expr in rel.outs)
        return f"SELECT {shown} FROM {self._from(rel.rel, scalars)}"

    def filter(self, rel: algebra.Filter) -> str:
        scalars = self.scalars()
        pred = scalars.write(rel.pred)
        return f"SELECT {_all(rel)} FROM {self._from(rel.rel, scalars)} WHERE {pred}"

    def join(self, rel: algebra.Join) -> str:
        left, right = self.nested(rel.left), self.nested(rel.right)
        on = "" if rel.kind == "cross" else f" ON {self.scalars().write(rel.on)}"
        return f"SELECT {_all(rel)} FROM {left} AS l {rel.kind.upper()} JOIN {right} AS r{on}"

    def aggregate(self, rel: algebra.Aggregate) -> str:
        scalars = self.scalars()
        inner: list[str] = []

        known: list[formulas.Expr] = []

        def put(expr: formulas.Expr) -> str:
            if expr not in known:
                known.append(expr)
                inner.append(f"{scalars.write(expr)} AS a{len(inner)}")
            return f"a{known.index(expr)}"

        keys = [put(expr) for _, expr in rel.keys]
        shown = [f"{key} AS c{column.id}" for key, (column, _) in zip(keys, rel.keys, strict=True)]
        shown += [f"{over.write_aggregate(agg, put)} AS c{column.id}" for column, agg in rel.aggs]
        body = f"SELECT {', '.join(inner) or '1'} FROM {self._from(rel.rel, scalars)}"
        group = f" GROUP BY {', '.join(keys)}" if keys else ""
        return f"SELECT {', '.join(shown)} FROM ({body}) AS r{group}"

    def distinct(self, rel: algebra.Distinct) -> str:
        return f"SELECT DISTINCT {_all(rel)} FROM {self.nested(rel.rel)} AS r"

    def window(self, rel: algebra.Window) -> str:
        scalars = self.scalars(hoists=True)
        shown = ", ".join(f"{over.write_window(win, scalars.write)} AS c{column.id}" for column, win in rel.outs)
        return f"SELECT {_all(rel.rel)}, {shown} FROM {self._from(rel.rel, scalars)}"

    def set_op(self, rel: algebra.SetOp) -> str:
        sides = []
        for side in (rel.left, rel.right):
            shown = ", ".join(f"c{c.id} AS c{out.id}" for c, out in zip(side.columns, rel.outs, strict=True))
            sides.append(f"(SELECT {shown} FROM {self.nested(side)} AS r)")
        return f"{sides[0]} {SETS[rel.kind]}{' ALL' if rel.is_all else ''} {sides[1]}"

    def limit(self, rel: algebra.Limit) -> str:
        order = ", ".join(over.write_key(_column(key.expr), key) for key in rel.order)
        tail = (f" ORDER BY {order}" if order else "") + (f" LIMIT {rel.count}" if rel.count is not None else "")
        return f"SELECT {_all(rel)} FROM {self.nested(rel.rel)} AS r{tail}" + (
            f" OFFSET {rel.offset}" if rel.offset else ""
        )

    def ref(self, rel: algebra.Ref) -> str:
        if id(rel.view) not in self._names:
            sql = self.write(rel.view.rel)
            self._names[id(rel.view)] = f"q{len(self.views) + 1}"
            self.views.append((self._names[id(rel.view)], sql))
        shown = ", ".join(f"c{old} AS c{column.id}" for column, old in rel.outs)
        return f"SELECT {shown} FROM {self._names[id(rel.view)]}"


def _all(rel: algebra.Rel) -> str:
    return ", ".join(_column(column) for column in rel.columns)


def _scope(scope: Scope) -> str:
    column = f"CAST({name(scope.column)} AS VARCHAR)"
    values = [literal(value, kinds.TEXT) for value in scope.values]
    if not values:
        return "false"
    if scope.by_prefix:
        return "(" + " OR ".join(f"starts_with({column}, {value})" for value in values) + ")"
    return f"{column} IN ({', '.join(values)})"


RELATIONS: Mapping[type[algebra.Rel], Callable[..., str]] = {
    algebra.Scan: _Writer.scan,
    algebra.Values: _Writer.values,
    algebra.Project: _Writer.project,
    algebra.Filter: _Writer.filter,
    algebra.Join: _Writer.join,
    algebra.Aggregate: _Writer.aggregate,
    algebra.Distinct: _Writer.distinct,
    algebra.Window: _Writer.window,
    algebra.SetOp: _Writer.set_op,
    algebra.Limit: _Writer.limit,
    algebra.Ref: _Writer.ref,
}
