"""Check: what is wrong with a declassifier, before anything runs: columns, kinds, labels, and who could steer it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taihu.data.guard.lowering.falling import Falling
from taihu.data.guard.lowering.shape import find_shape
from taihu.data.query import explain, kinds
from taihu.data.query.grade import Graded
from taihu.terms import entry
from taihu.terms.dataset import Column, Cycle
from taihu.terms.declassifier import MANUAL
from taihu.terms.label import PUBLIC, Label
from taihu.terms.zone import Zone

# 重要数据 and 核心数据 (GB/T 43697) are opened by no method.
NEVER = frozenset(("important", "core"))
# These release statistics, or rows of nobody: what they withhold is proven of everything that leaves.
WHOLE = ("at_least", "table", "microdata")
TODAY = "today"
# What departments deliver; bases are linked and all other zones are made by the house.
DELIVERED = (Zone.COLLECTED, Zone.GOVERNED)


@dataclass(frozen=True, slots=True)
class Stands:
    """One thing that stands against a declassifier: at which key, what was found, what is allowed."""

    key: str
    found: str
    allowed: str = ""

    def __str__(self) -> str:
        """Writes `key found; allowed`."""
        return "; ".join(filter(None, (f"{self.key} {self.found}", self.allowed)))


def check(falling: Falling) -> list[Stands]:
    """Everything that stands against it; nothing for one that may be put before the two persons."""
    return [
        *_check_reads(falling),
        *_check_named(falling),
        *_check_shape(falling),
        *_check_label(falling),
        *_check_lowest(falling),
        *_check_kept(falling),
    ]


def _check_reads(falling: Falling) -> Iterator[Stands]:
    """No parameter, nothing returned, and no table by which its department could steer what falls of another's."""
    named = sorted(set(falling.plan.parameters) - {TODAY})
    if named:
        yield Stands("from", f"asks for ${', $'.join(named)}", "whoever chooses a parameter chooses what falls")
    delivered = [dataset for dataset in falling.plan.tables.values() if dataset.zone in DELIVERED]
    departments = {dataset.department for dataset in delivered}
    trusted = set(falling.declassifier.trusts)
    steering = sorted({d.id for d in delivered if not {d.id, d.name} & trusted}) if len(departments) > 1 else []
    if steering and falling.method is not None:
        yield Stands(
            "from",
            f"reads {', '.join(steering)}, delivered by several departments",
            "each could choose by its own rows what falls of the others'; name them in trusts, to be signed for",
        )


def _check_named(falling: Falling) -> Iterator[Stands]:
    """The columns that the method is told of are columns of the query."""
    down = falling.declassifier
    known = [column.name for column in falling.plan.columns]
    told = {
        "by": down.by,
        "who": (down.who,),
        "count": (down.count,),
        "value": (down.value,),
        "columns": down.columns,
        "sensitive": down.sensitive,
        "ordered": down.ordered,
        "climb": tuple(down.steps),
        "identifying": tuple(down.hierarchies),
    }
    for key, names in told.items():
        for name in filter(None, names):
            if name not in known:
                yield Stands(key, f"names {name!r}, which {down.query} does not give", entry.tell_known(name, known))
    if down.method == "generalise" and set(down.steps) != set(down.hierarchies):
        yield Stands("climb", "names other columns than columns", "each has its hierarchy and its steps")
    if down.method in WHOLE and not down.who and down.every is not Cycle.ONCE:
        yield Stands("who", "is missing", "releases that recur are laid beside each other by their persons")


def _check_shape(falling: Falling) -> Iterator[Stands]:
    """The dataset declares exactly what the method gives."""
    made = find_shape(falling)
    declared = {column.name: kinds.of_column(column.kind) for column in falling.dataset.columns}
    for name in made.keys() - declared.keys():
        yield Stands("method", f"gives {name!r}, which {falling.dataset.source} does not declare", "declare it")
    for name in declared.keys() - made.keys():
        given = ", ".join(made)
        yield Stands("method", f"does not give {name!r}, which {falling.dataset.source} declares", f"it gives {given}")
    for name in made.keys() & declared.keys():
        if kinds.unify((made[name], declared[name])) != declared[name]:
            yield Stands(
                "method", f"gives {name} as {made[name]}, declared is {declared[name]}", "declare what it gives"
            )
    vaulted = [column.name for column in falling.dataset.columns if column.is_vaulted]
    if vaulted:
        yield Stands("method", f"would release the identifier {', '.join(vaulted)}", "no identifier is released")


def _check_label(falling: Falling) -> Iterator[Stands]:
    down, dataset = falling.declassifier, falling.dataset
    if down.to != dataset.label:
        yield Stands("to", f"is {down.to}, but {dataset.source} is {dataset.label}", "both say the same")
    kept = (falling.label.kinds & NEVER) - down.to.kinds
    if kept:
        yield Stands("to", f"drops {', '.join(sorted(kept))}", "important and core data fall by no method (GB/T 43697)")
    if down.to == PUBLIC and dataset.zone is not Zone.OPENED and any(dataset.open_columns()):
        yield Stands("to", f"opens {dataset.id}, which is {dataset.zone}", "what society may have is zone: opened")


def _check_lowest(falling: Falling) -> Iterator[Stands]:
    """The method reaches so far and no farther; what it leaves about persons is still said to be."""
    down, method = falling.declassifier, falling.method
    if method is None:
        return
    columns = [c for c in falling.dataset.columns if down.method in (*WHOLE, MANUAL) or c.name in _touched(falling)]
    for column in columns:
        if column.label.level < method.lowest:
            yield Stands(
                "to", f"makes {column.name} {column.label.level.name}", f"{down.method} reaches {method.lowest.name}"
            )
        before = _before(falling, column)
        if method.is_still_personal and before is not None and not before.mark.label.kinds <= column.label.kinds:
            lost = ", ".join(sorted(before.mark.label.kinds - column.label.kinds))
            yield Stands("to", f"drops {lost} of {column.name}", f"after {down.method} it is still {lost}")
    if down.method == MANUAL and falling.label.level - down.to.level > 1:
        yield Stands(
            "to", f"is {down.to.level.name}, from {falling.label.level.name}", "two persons lower by one level"
        )


def _check_kept(falling: Falling) -> Iterator[Stands]:
    """What the method does not touch keeps its label; told with the path that made it so."""
    if falling.declassifier.method in (*WHOLE, MANUAL):
        return
    touched = _touched(falling)
    presence = falling.grades.presence
    rows = Graded("有哪些行", presence, presence, None, presence)
    yield from _stay(rows, falling.dataset.presence, "presence", falling)
    for column in falling.dataset.columns:
        before = _before(falling, column)
        if before is not None and column.name not in touched:
            yield from _stay(before, column.label.join(falling.dataset.presence), column.name, falling)


def _stay(before: Graded, declared: Label, name: str, falling: Falling) -> Iterator[Stands]:
    if not before.label.is_within(declared):
        yield Stands(
            "to",
            f"publishes {name} as {declared}, below its query's {before.label}",
            explain.explain(before, declared).replace("许可", "声明"),
        )


def _touched(falling: Falling) -> set[str]:
    return {*falling.declassifier.columns, *falling.hierarchies}


def _before(falling: Falling, column: Column) -> Graded | None:
    return next((graded for graded in falling.grades.columns if graded.name == column.name), None)
