"""Grade: the label of every output column and of the rows, by the rule table, with the path that explains it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from taihu.data.query import algebra, formulas, rules, walk
from taihu.data.query.place import Place
from taihu.data.query.plan import Plan
from taihu.data.query.rules import NOTHING, Mark, Rule
from taihu.data.query.unique import Uniques
from taihu.terms.dataset import Dataset
from taihu.terms.label import Label
from taihu.terms.permit import Scope

Copy = tuple[str, str]
Scopes = Mapping[str, Sequence[Scope]]


@dataclass(frozen=True, slots=True)
class Track:
    """A column: its mark; where it is a plain copy, the base column and the mark of everything but that."""

    mark: Mark
    copy: Copy | None = None
    rest: Mark = NOTHING


@dataclass(frozen=True)
class Graded:
    """An output column: `mark` is of its values, `seen` of what a reader of the released column learns.

    `copy` is (table, column) where it is a plain copy; `rest` is then what is seen beside the base value, so
    that a mask is enough exactly where `rest` is within the permit.
    """

    name: str
    mark: Mark
    seen: Mark
    copy: Copy | None
    rest: Mark

    @property
    def label(self) -> Label:
        """What a reader of this column must be cleared for, the rows' label included."""
        return self.seen.label


@dataclass(frozen=True)
class Grades:
    """The labels of a whole query."""

    columns: tuple[Graded, ...]
    presence: Mark

    def column(self, name: str) -> Graded:
        """The graded column of that name."""
        return next(column for column in self.columns if column.name == name)


def grade(plan: Plan, *, scope: Scopes | None = None, table: Mapping[str, Rule] = rules.RULES) -> Grades:
    """Grades a plan; under a row scope the scope's columns count into the rows. `table` is for tests of the rules."""
    grader = _Grader(plan.tables, plan.uniques, scope or {}, table)
    query = plan.query
    presence = grader.rows(query.rel)
    shown = rules.join(rules.step(grader.of(key.expr), "order", _place(key.expr, query.at)) for key in query.order)
    order = shown if "order" in table["order"].columns else NOTHING
    graded = []
    for name, out in zip(query.names, query.outs, strict=True):
        track = grader.columns[out.id]
        mark, rest = rules.join([track.mark, order]), rules.join([track.rest, order])
        graded.append(Graded(name, mark, rules.join([mark, presence]), track.copy, rules.join([rest, presence])))
    return Grades(tuple(graded), presence)


def _place(expr: formulas.Expr, default: Place) -> Place:
    """Where an expression stands, as far as it knows."""
    at: Place = getattr(expr, "at", default)
    return at if at.source else default


class _Grader:
    """Walks a plan once; `columns` holds the track of each column number."""

    def __init__(
        self, tables: Mapping[str, Dataset], uniques: Uniques, scope: Scopes, table: Mapping[str, Rule]
    ) -> None:
        self.columns: dict[int, Track] = {}
        self._tables, self._uniques, self._scope, self._table = tables, uniques, scope, table
        self._known: dict[int, Mark] = {}

    def rows(self, rel: algebra.Rel) -> Mark:
        """The presence mark of a relation; its columns are tracked on the way."""
        if id(rel) not in self._known:
            self._known[id(rel)] = RELATIONS[type(rel)](self, rel)
        return self._known[id(rel)]

    def of(self, expr: formulas.Expr) -> Mark:
        """The mark of an expression: the join of its parts, and the rows of its sub-queries."""
        match expr:
            case formulas.Col():
                return self.columns[expr.id].mark
            case formulas.Scalar():
                rows = self.rows(expr.rel)
                return self.gather(
                    "sub-query value", "new", {"rows": rows, "value": self.columns[expr.id].mark}, expr.at
                )
            case formulas.Exists():
                return self.gather("exists", "new", {"rows": self.rows(expr.rel)}, expr.at)
            case formulas.In():
                rows = self.rows(expr.rel)
                sources = {"args": self.of(expr.arg), "rows": rows, "value": self.columns[expr.id].mark}
                return self.gather("in", "new", sources, expr.at)
        return rules.join(self.of(part) for part in walk.parts(expr))

    def gather(self, rule: str, into: str, sources: Mapping[str, Mark], at: Place, note: str = "") -> Mark:
        """The join of the sources that a rule names for one target."""
        wanted: tuple[str, ...] = getattr(self._table[rule], into)
        return rules.join(rules.step(sources[source], rule, at, note) for source in wanted)

    def raise_columns(self, columns: Iterable[formulas.Col], by: Mark) -> None:
        """Joins a mark into columns that pass."""
        if by.why is None and not by.kinds:
            return
        for column in columns:
            track = self.columns[column.id]
            self.columns[column.id] = replace(
                track, mark=rules.join([track.mark, by]), rest=rules.join([track.rest, by])
            )

    def scan(self, rel: algebra.Scan) -> Mark:
        """Declared labels, and those of the scope's columns."""
        dataset = self._tables[rel.table]
        for name, column in rel.names:
            declared = dataset.column(name)
            mark = rules.declare(declared.label, rel.at, f"{dataset.title}·{declared.title}")
            self.columns[column.id] = Track(mark, (rel.table, name))
        rows = rules.declare(dataset.presence, rel.at, f"{dataset.title}·有哪些行")
        scoped = [dataset.column(scope.column) for scope in self._scope.get(rel.table, ())]
        if not scoped:
            return rows
        condition = rules.join(
            rules.declare(column.label, rel.at, f"{dataset.title}·{column.title}") for column in scoped
        )
        return rules.join([rows, self.gather("scope", "rows", {"rows": rows, "condition": condition}, rel.at)])

    def values(self, rel: algebra.Values) -> Mark:
        """Constants are public; a correlated row takes the labels of what it names."""
        for index, column in enumerate(rel.outs):
            self.columns[column.id] = Track(rules.join(self.of(row[index]) for row in rel.rows))
        return NOTHING

    def project(self, rel: algebra.Project) -> Mark:
        """Plain copies stay copies."""
        rows = self.rows(rel.rel)
        for column, expr in rel.outs:
            if isinstance(expr, formulas.Col):
                self.columns[column.id] = self.columns[expr.id]
            else:
                mark = self.gather("compute", "new", {"args": self.of(expr)}, column.at)
                self.columns[column.id] = Track(mark, None, mark)
        return rows

    def filter(self, rel: algebra.Filter) -> Mark:
        """The condition decides which rows stay."""
        sources = {"rows": self.rows(rel.rel), "condition": self.of(rel.pred)}
        return self.gather_rows("filter", sources, rel.at, rel.why)

    def gather_rows(self, rule: str, sources: Mapping[str, Mark], at: Place, note: str = "") -> Mark:
        """The presence after a rule; rows that only pass through need no step of their own."""
        wanted = self._table[rule].rows
        return rules.join(sources[s] if s.endswith("rows") else rules.step(sources[s], rule, at, note) for s in wanted)

    def join(self, rel: algebra.Join) -> Mark:
        """Which rows meet, and for outer joins whether they met."""
        left, right = self.rows(rel.left), self.rows(rel.right)
        sources = {"left rows": left, "right rows": right, "condition": self.of(rel.on)}
        rule = f"{rel.kind} join"
        if rel.kind == "left" and self._uniques.is_unique_side(rel.left, rel.right, rel.on):
            rule = "left join to one"
        rows = self.gather_rows(rule, sources, rel.at)
        self.raise_columns(rel.left.columns, self.gather(rule, "left", sources, rel.at))
        self.raise_columns(rel.right.columns, self.gather(rule, "right", sources, rel.at))
        return rows

    def aggregate(self, rel: algebra.Aggregate) -> Mark:
        """Groups show their keys; what is worked out shows its arguments and which rows there were."""
        rows = self.rows(rel.rel)
        keys = rules.join(self.of(expr) for _, expr in rel.keys)
        rule = "aggregate" if rel.keys else "whole aggregate"
        for column, expr in rel.keys:
            mark = self.of(expr)
            self.columns[column.id] = (
                self.columns[expr.id] if isinstance(expr, formulas.Col) else Track(mark, None, mark)
            )
        for column, agg in rel.aggs:
            sources = {"args": self.of(agg), "rows": rows, "keys": keys}
            mark = self.gather(rule, "new", sources, agg.at, f"{agg.fn.split()[0]}()")
            self.columns[column.id] = Track(mark, None, mark)
        return self.gather_rows(rule, {"rows": rows, "keys": keys}, rel.at, "GROUP BY")

    def distinct(self, rel: algebra.Distinct) -> Mark:
        """Rows merge by all columns."""
        rows = self.rows(rel.rel)
        columns = rules.join(self.columns[column.id].mark for column in rel.columns)
        return self.gather_rows("distinct", {"rows": rows, "columns": columns}, rel.at)

    def window(self, rel: algebra.Window) -> Mark:
        """A window value shows its arguments, partition, order and which rows there were."""
        rows = self.rows(rel.rel)
        for column, win in rel.outs:
            mark = self.gather("window", "new", {"args": self.of(win), "rows": rows}, win.at, f"{win.fn.split()[0]}()")
            self.columns[column.id] = Track(mark, None, mark)
        return self.gather_rows("window", {"rows": rows}, rel.at)

    def set_op(self, rel: algebra.SetOp) -> Mark:
        """Columns join by place; everything but UNION ALL compares all columns."""
        left, right = self.rows(rel.left), self.rows(rel.right)
        pairs = zip(rel.outs, rel.left.columns, rel.right.columns, strict=True)
        joined = [(out, rules.join([self.columns[one.id].mark, self.columns[two.id].mark])) for out, one, two in pairs]
        rule = "union all" if rel.is_all and rel.kind == "union" else "set operation"
        for out, value in joined:
            mark = self.gather(rule, "columns", {"value": value}, rel.at, rel.kind.upper())
            self.columns[out.id] = Track(mark, None, mark)
        sources = {"left rows": left, "right rows": right, "columns": rules.join(mark for _, mark in joined)}
        return self.gather_rows(rule, sources, rel.at, rel.kind.upper())

    def limit(self, rel: algebra.Limit) -> Mark:
        """The completed order decides which rows stay."""
        rows = self.rows(rel.rel)
        order = rules.join(self.of(key.expr) for key in rel.order)
        return self.gather_rows("limit", {"rows": rows, "order": order}, rel.at)

    def ref(self, rel: algebra.Ref) -> Mark:
        """A view is graded once; each use has its own columns."""
        rows = self.rows(rel.view.rel)
        for column, old in rel.outs:
            track = self.columns[old]
            sources = {"value": track.mark}
            self.columns[column.id] = replace(
                track, mark=self.gather("view", "columns", sources, rel.at, rel.view.name)
            )
        return rules.step(self.gather_rows("view", {"rows": rows}, rel.at), "view", rel.at, rel.view.name)


RELATIONS: Mapping[type[algebra.Rel], Callable[..., Mark]] = {
    algebra.Scan: _Grader.scan,
    algebra.Values: _Grader.values,
    algebra.Project: _Grader.project,
    algebra.Filter: _Grader.filter,
    algebra.Join: _Grader.join,
    algebra.Aggregate: _Grader.aggregate,
    algebra.Distinct: _Grader.distinct,
    algebra.Window: _Grader.window,
    algebra.SetOp: _Grader.set_op,
    algebra.Limit: _Grader.limit,
    algebra.Ref: _Grader.ref,
}
