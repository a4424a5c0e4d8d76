"""Names: what is in reach at a point of a text, and the state of one reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from taihu.data.query import algebra, formulas, refusals, walk
from taihu.data.query.place import Place, Text
from taihu.data.query.unique import Uniques
from taihu.terms.dataset import Dataset, Kind

ALLOWED = (
    "可用：SELECT、WITH、JOIN、WHERE、GROUP BY、HAVING、QUALIFY、ORDER BY、LIMIT、UNION、INTERSECT、EXCEPT、子查询、"
    "CASE、CAST、IN、EXISTS、BETWEEN、LIKE、OVER。"
)


@dataclass(frozen=True, slots=True)
class Binding:
    """A relation in reach under its alias, with the names of its columns."""

    alias: str
    columns: tuple[tuple[str, formulas.Col], ...]


@dataclass(frozen=True)
class Reach:
    """The relations of one SELECT, and those of the SELECTs around it.

    `merged` says what USING made of a column (None: shown under another table's name); with its alias
    a column is still found as it was. `aliases` are output names, found
    after the columns, and not by sub-queries. `taken` are all output names of this SELECT: a name of a column
    around it that is one of them is refused, engines read it differently.
    """

    bindings: tuple[Binding, ...] = ()
    outer: Reach | None = None
    merged: Mapping[tuple[str, str], formulas.Col | None] = field(default_factory=dict)
    aliases: Mapping[str, formulas.Expr] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def shown(self) -> list[tuple[Binding, str, formulas.Col]]:
        """All columns as `*` shows them, with their tables."""
        found = [(b, n, self.merged.get((b.alias, n.lower()), c)) for b in self.bindings for n, c in b.columns]
        return [(b, n, c) for b, n, c in found if c is not None]

    def visible(self) -> list[tuple[str, formulas.Col]]:
        """All columns as `*` shows them."""
        return [(name, column) for _, name, column in self.shown()]

    def local(self, name: str) -> list[formulas.Col]:
        """The columns of this SELECT that a bare name may mean."""
        return [column for shown, column in self.visible() if shown.lower() == name.lower()]

    def binding(self, alias: str) -> Binding | None:
        """The relation of that alias in this SELECT."""
        return next((b for b in self.bindings if b.alias.lower() == alias.lower()), None)

    def ids(self) -> set[int]:
        """The numbers of all columns of this SELECT."""
        return {c.id for b in self.bindings for _, c in b.columns} | {
            c.id for c in self.merged.values() if c is not None
        }

    def find(self, name: str, alias: str, at: Place) -> formulas.Expr:
        """The column that a name means, looking outwards; refuses unknown and ambiguous names."""
        reach: Reach | None = self
        while reach is not None:
            found: formulas.Expr | None = reach._find_here(name, alias, at)
            if found is None and not alias and reach is self:
                found = self.aliases.get(name.lower())
            if found is not None:
                return found
            if not alias and name.lower() in reach.taken:
                self._refuse_taken(reach, name, at)
            reach = reach.outer
        if alias:
            aliases = refusals.known(b.alias for r in self.around() for b in r.bindings)
            raise refusals.UnknownTable(f"没有叫「{alias}」的表或别名。", at=at, help=f"此处可用：{aliases}。")
        columns = refusals.known(n for r in self.around() for n, _ in r.visible())
        raise refusals.UnknownName(f"没有叫「{name}」的数据项。", at=at, help=f"此处可用：{columns}。")

    def _refuse_taken(self, reach: Reach, name: str, at: Place) -> None:
        """Refuses a bare name that is an output of a SELECT and a column around it."""
        if any(outer.local(name) for outer in reach.around() if outer is not reach):
            raise refusals.AmbiguousName(
                f"「{name}」既是这里的输出列又是外层的列。", at=at, help="请写 表.数据项，或给输出列改名。"
            )

    def around(self) -> Iterable[Reach]:
        """This reach and those around it."""
        reach: Reach | None = self
        while reach is not None:
            yield reach
            reach = reach.outer

    def _find_here(self, name: str, alias: str, at: Place) -> formulas.Col | None:
        if not alias:
            found = self.local(name)
            if len(found) > 1:
                owners = refusals.known(
                    b.alias for b in self.bindings if any(n.lower() == name.lower() for n, _ in b.columns)
                )
                raise refusals.AmbiguousName(f"「{name}」在几个表中都有：{owners}。", at=at, help="请写成 表.数据项。")
            return found[0] if found else None
        binding = self.binding(alias)
        if binding is None:
            return None
        for shown, column in binding.columns:
            if shown.lower() == name.lower():
                return column
        raise refusals.UnknownName(
            f"「{alias}」没有叫「{name}」的数据项。",
            at=at,
            help=f"它有：{refusals.known(n for n, _ in binding.columns)}。",
        )


MOST_COPIED = 50_000


@dataclass
class Counter:
    """Hands out column numbers, shared by a text and the named queries that it uses; counts what aliases copy."""

    last: int = 0
    copied: int = 0

    def copy(self, expr: formulas.Expr, times: int, at: Place) -> None:
        """Counts an expression that stands again by its alias; refuses texts that grow without bound by it."""
        self.copied += walk.size(expr) * times
        if self.copied > MOST_COPIED:
            raise refusals.TooLarge("别名互相引用，展开后过大。", at=at, help="请用 WITH 把它分成几步。")

    def column(self, kind: Kind, at: Place) -> formulas.Col:
        """A fresh column."""
        self.last += 1
        return formulas.Col(kind, self.last, at)


ReadQuery = Callable[["Reading", exp.Expr, "Reach | None"], algebra.Query]


@dataclass(frozen=True)
class Reading:
    """The state of one reading: the text, what it may name, and the counters."""

    text: Text
    tables: Mapping[str, Dataset]
    queries: Mapping[str, str]
    parameters: Mapping[str, Kind]
    read_query: ReadQuery
    counter: Counter = field(default_factory=Counter)
    uniques: Uniques = field(default_factory=Uniques)
    views: Mapping[str, algebra.View] = field(default_factory=dict)
    named: dict[str, algebra.View] = field(default_factory=dict)
    open_queries: tuple[str, ...] = ()
    used: dict[str, Kind] = field(default_factory=dict)
    read_tables: dict[str, Dataset] = field(default_factory=dict)

    def at(self, node: exp.Expr) -> Place:
        """The place of a parsed node."""
        return self.text.place_of(node)

    def column(self, kind: Kind, at: Place) -> formulas.Col:
        """A fresh column."""
        return self.counter.column(kind, at)

    def only(self, node: exp.Expr, *allowed: str) -> None:
        """Refuses a node that has any clause beside the allowed ones: the closed set is over (class, clause)."""
        for clause, value in node.args.items():
            if clause not in allowed and value not in (None, False, [], ""):
                raise self.not_allowed(node, f"{type(node).__name__} 的 {clause.strip('_')} 写法")

    def not_allowed(self, node: exp.Expr, what: str, hint: str = "") -> refusals.NotAllowed:
        """A refusal of a construct that is not on the list."""
        return refusals.NotAllowed(f"taihu SQL 不接受{what}。", at=self.at(node), help=hint or ALLOWED)
