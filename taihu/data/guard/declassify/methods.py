"""Methods: what a declassifier may name. Relation in, relation and proof out; a reader has no part in it.

The input is the whole result of one named query: no parameter, no row scope, no filter that a reader chose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from taihu.data.guard.declassify.at_least import at_least
from taihu.data.guard.declassify.coarsen import generalise, token, top_code
from taihu.data.guard.declassify.fallen import Fallen
from taihu.data.guard.declassify.manual import manual
from taihu.data.guard.declassify.microdata import microdata
from taihu.data.guard.declassify.table import table
from taihu.terms.label import Level


@dataclass(frozen=True, slots=True)
class Method:
    """A way for a label to fall; `lowest` is how far at most. What is `about` persons still says so afterwards

    where `is_still_personal` (PIPL art. 73: de-identified is not anonymised).
    """

    title: str
    fall: Callable[..., Fallen]
    lowest: Level
    is_still_personal: bool


METHODS: Mapping[str, Method] = {
    "at_least": Method("人数门槛", at_least, Level.L1, is_still_personal=False),
    "table": Method("汇总表隐去", table, Level.L1, is_still_personal=False),
    "microdata": Method("微观数据匿名", microdata, Level.L1, is_still_personal=False),
    "generalise": Method("泛化", generalise, Level.L2, is_still_personal=True),
    "top_code": Method("封顶封底", top_code, Level.L2, is_still_personal=True),
    "token": Method("令牌化", token, Level.L3, is_still_personal=True),
    "manual": Method("人工决定", manual, Level.L1, is_still_personal=True),
}
