"""Apply: the method of a declassifier on the rows of its query, and what the gate must know of the result."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from decimal import Decimal

import pyarrow as pa

from taihu.data.guard.declassify import difference, fallen, manual, microdata, table
from taihu.data.guard.declassify.at_least import at_least
from taihu.data.guard.declassify.coarsen import generalise, token, top_code
from taihu.data.guard.declassify.criteria import Criteria
from taihu.data.guard.declassify.difference import Members
from taihu.data.guard.declassify.fallen import BadMethod, Fallen
from taihu.data.guard.declassify.gate import Candidate
from taihu.data.guard.declassify.primary import Rules
from taihu.data.guard.lowering.falling import Falling
from taihu.data.guard.lowering.plant import plant
from taihu.terms.declassifier import Declassifier

# What the gate asks of rows that need not be alike: nothing but that no identifier leaves.
ANY = Criteria(2)
Make = Callable[[str, str], str]


@dataclasses.dataclass(frozen=True)
class Applied:
    """A relation that may leave if the gate agrees; `attacked` where an attacker can be let at it."""

    fallen: Fallen
    candidate: Candidate
    attacked: bool = False


def apply(falling: Falling, rows: pa.Table, *, name: str, make: Make) -> Applied:
    """Raises what the method refuses with. `make(column, value)` is the keyed token of this release's own purpose."""
    try:
        applied = METHODS[falling.declassifier.method](falling, rows, name, make)
    except ValueError as wrong:
        raise BadMethod(f"方法参数无效：{wrong}", where=falling.declassifier.id, help="请修改方法参数") from None
    standards = {column.name: column.standard for column in falling.dataset.columns}
    return dataclasses.replace(applied, candidate=dataclasses.replace(applied.candidate, standards=standards))


def _keep_large(falling: Falling, rows: pa.Table, name: str, make: Make) -> Applied:
    down = falling.declassifier
    k = _whole(down, "k", 10)
    made = at_least(rows, by=down.by, k=k, count=down.count, who=down.who)
    members = _name_groups(rows, down, made.table, name) if down.who else None
    return Applied(made, Candidate(name, made.table, Criteria(k), members=members))


def _tabulate(falling: Falling, rows: pa.Table, name: str, make: Make) -> Applied:
    down = falling.declassifier
    known = {key: number for key, number in down.numbers.items() if key in ("share", "p", "spread")}
    rules = Rules(n=_whole(down, "n", 10), top=_whole(down, "top", 1), **{k: float(v) for k, v in known.items()})
    merged = _whole(down, "merge_below", 100)
    made, withheld = table.tabulate(rows, by=down.by, value=down.value, who=down.who, rules=rules, merge_below=merged)
    members = difference.name_cells(rows, down.by, down.who, withheld, name) if down.who else None
    return Applied(made, Candidate(name, made.table, Criteria(rules.n), members=members))


def _anonymise(falling: Falling, rows: pa.Table, name: str, make: Make) -> Applied:
    down = falling.declassifier
    t = float(down.numbers.get("t", Decimal(1)))
    criteria = Criteria(_whole(down, "k", 5), _whole(down, "l", 1), t, frozenset(down.ordered))
    made, origin = microdata.anonymise(
        rows, identifying=falling.hierarchies, sensitive=down.sensitive, criteria=criteria, who=down.who
    )
    persons = fallen.to_texts(rows, down.who)
    identifying = tuple(falling.hierarchies)
    members = difference.name_classes(made.table, identifying, [persons[row] for row in origin], name)
    planted = plant(rows.select(list(identifying)), origin)
    candidate = Candidate(name, made.table, criteria, identifying, down.sensitive, members=members, planted=planted)
    return Applied(made, candidate, attacked=True)


def _climb(falling: Falling, rows: pa.Table, name: str, make: Make) -> Applied:
    steps = falling.declassifier.steps
    made = generalise(rows, columns={column: (h, steps[column]) for column, h in falling.hierarchies.items()})
    return Applied(made, Candidate(name, made.table, ANY))


def _cap(falling: Falling, rows: pa.Table, name: str, make: Make) -> Applied:
    down = falling.declassifier
    top, bottom, k = down.numbers.get("top"), down.numbers.get("bottom"), _whole(down, "k", 5)
    made = Fallen(rows, {})
    for column in down.columns:
        made = top_code(made.table, column=column, top=top, bottom=bottom, k=k)
    return Applied(made, Candidate(name, made.table, ANY))


def _tokenise(falling: Falling, rows: pa.Table, name: str, make: Make) -> Applied:
    columns = falling.declassifier.columns
    made = Fallen(rows, {})
    for column in columns:
        made = token(made.table, columns=(column,), make=lambda value, column=column: make(column, value))  # type: ignore[misc]
    # The tokens are what this release is for, and its label says so; the gate looks at all the rest.
    return Applied(made, Candidate(name, made.table.drop_columns(list(columns)), ANY))


def _decide(falling: Falling, rows: pa.Table, name: str, make: Make) -> Applied:
    made = manual.manual(rows)
    return Applied(made, Candidate(name, made.table, ANY))


def _leave(falling: Falling, rows: pa.Table, name: str, make: Make) -> Applied:
    made = Fallen(fallen.sort_rows(rows), {"method": "plain", "rows": rows.num_rows})
    return Applied(made, Candidate(name, made.table, ANY))


METHODS: Mapping[str, Callable[[Falling, pa.Table, str, Make], Applied]] = {
    "at_least": _keep_large,
    "table": _tabulate,
    "microdata": _anonymise,
    "generalise": _climb,
    "top_code": _cap,
    "token": _tokenise,
    "manual": _decide,
    "plain": _leave,
}


def _whole(down: Declassifier, key: str, default: int) -> int:
    return int(down.numbers.get(key, default))


def _name_groups(rows: pa.Table, down: Declassifier, released: pa.Table, name: str) -> Members:
    """Who stands in which released group: one group's number differs from the next's by its persons alone."""
    kept = list(zip(*(fallen.to_texts(released, column) for column in down.by), strict=True))
    number = {group: str(place) for place, group in enumerate(kept)}
    groups = zip(*(fallen.to_texts(rows, column) for column in down.by), strict=True)
    persons = fallen.to_texts(rows, down.who)
    pairs = sorted({(who, number[group]) for who, group in zip(persons, groups, strict=True) if group in number})
    told = pa.table(
        {
            "subject": pa.array([who for who, _ in pairs], type=pa.string()),
            "cell": pa.array([cell for _, cell in pairs], type=pa.string()),
            "is_finest": pa.array([True] * len(pairs), type=pa.bool_()),
        }
    )
    return Members(name, told, is_partition=False)
