"""The permit under which an operator asks from the terminal: a grant's, a department's own, or the public's."""

from __future__ import annotations

from taihu.data.engines.stores import Stores
from taihu.data.guard import standing
from taihu.data.guard.permits import Permits
from taihu.terms.permit import Permit
from taihu.terms.problem import Problem


class UnknownPermit(Problem):
    """Nobody holds a permit of that name."""

    code = "T-020"
    status = 404


def find_permit(name: str, stores: Stores) -> Permit:
    """A permit by its name: `<grant>`, `open:<dataset>`, `own:<department>` or `topic:<pack>`."""
    kind, _, rest = name.partition(":")
    if kind == "open" and rest:
        return standing.open_permit(stores.shelf.dataset(rest))
    if kind == "own" and rest:
        owned = [dataset for dataset in stores.shelf.datasets() if dataset.department == rest]
        if owned:
            return standing.standing_permit(rest, owned)
    found = Permits(stores.root / "guard" / "permits.sqlite3").find(name)
    if found is None:
        raise UnknownPermit(
            f"没有名为 {name[:80]} 的许可",
            help="可用：授权编号、open:<数据资源>、own:<部门>；授权编号见工作台「申请与授权」",
        )
    return found
