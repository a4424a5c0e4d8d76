"""Shape: which columns a method gives, of which kinds, known before it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from taihu.data.guard.declassify import at_least, table
from taihu.data.guard.lowering.falling import Falling
from taihu.data.query import kinds
from taihu.terms.dataset import Kind

Shape = dict[str, Kind]
MONEY = Kind("decimal", 38, 2)


def find_shape(falling: Falling) -> Shape:
    """The released columns by name, in their order."""
    given = {column.name: kinds.of_column(column.kind) for column in falling.plan.columns}
    return SHAPES[falling.declassifier.method](falling, given)


def _same(falling: Falling, given: Shape) -> Shape:
    return given


def _count(falling: Falling, given: Shape) -> Shape:
    down = falling.declassifier
    if down.count:
        return given
    return {**dict.fromkeys(down.by, kinds.TEXT), at_least.COUNT: kinds.INT}


def _tabulate(falling: Falling, given: Shape) -> Shape:
    down = falling.declassifier
    made = {**dict.fromkeys(down.by, kinds.TEXT), table.COUNT: kinds.INT}
    return made | ({down.value: MONEY} if down.value else {})


def _recode(falling: Falling, given: Shape) -> Shape:
    down = falling.declassifier
    texts = {*down.columns, *down.hierarchies}
    return {name: kinds.TEXT if name in texts else kind for name, kind in given.items() if name != down.who}


SHAPES: Mapping[str, Callable[[Falling, Shape], Shape]] = {
    "at_least": _count,
    "table": _tabulate,
    "microdata": _recode,
    "generalise": _recode,
    "top_code": _recode,
    "token": _recode,
    "manual": _same,
    "plain": _same,
}
