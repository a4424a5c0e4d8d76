"""Retaining: the run that takes away what is over in the ledger, by the terms that the standards declare."""

from __future__ import annotations

from taihu.control.runs.job import Outcome, Task
from taihu.data.ledger import forget
from taihu.terms import retention

CRON = "40 4 2 * *"
TITLE = "留痕到期清除"


def retain(task: Task) -> Outcome:
    """Forgets private parts, then drops entries, class by class; proofs of what is left go on holding."""
    classes = retention.read_classes(task.stores.shelf.root / "standards")
    done = forget.forget(task.stores.ledger, classes, at=task.clock())
    note = f"{done.segments} 个分段，清除非公开部分 {done.private} 条、整条 {done.whole} 条"
    return Outcome(rows_out=done.private + done.whole, note=note)
