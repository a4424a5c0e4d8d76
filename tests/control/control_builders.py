"""The small world of the tests of control: a register that is guarded, and a list that is not."""

from __future__ import annotations

import functools

from taihu.terms.dataset import Cycle, Share
from taihu.terms.label import Label, Level
from taihu.terms.shelf import Shelf
from tests import builders as make

PASSWORD = "Taihu-2017-lake"
CONDITIONAL = {"share": Share.CONDITIONAL, "kinds": ("person",)}
RESIDENT = make.a_dataset(
    make.a_column("number", level=Level.L2, **CONDITIONAL),
    make.a_column("name", level=Level.L3, **CONDITIONAL),
    make.a_column("town"),
    make.a_column("secret", level=Level.L4, share=Share.NONE, kinds=("person", "police")),
    name="resident",
    title="户籍人口",
    presence=Label(Level.L2),
    summary="本市户籍居民",
)
STREET = make.a_dataset(cycle=Cycle.MONTH)


@functools.cache
def a_shelf() -> Shelf:
    return make.a_shelf(RESIDENT, STREET)
