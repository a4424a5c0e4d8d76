"""Dismiss: a department says that a returned row will not be delivered again, and may take it back."""

from __future__ import annotations

import datetime

from taihu.data.engines.stores import Stores
from taihu.data.guard import raw
from taihu.data.ledger import file
from taihu.data.ledger.entry import Entry
from taihu.data.objects.batch import Batch
from taihu.data.refine import dismissals, still_open
from taihu.data.refine.dismissals import Decision
from taihu.terms import fault
from taihu.terms.problem import Problem

MOST_CHARACTERS = 500


class NotYourRow(Problem):
    """The batch was sent by another department."""

    code = "R-012"
    status = 403


class NoReason(Problem):
    """A row is dismissed only with a reason in words, and without anybody's number."""

    code = "R-013"
    status = 422


class StandsOtherwise(Problem):
    """The row is not open, so that it cannot be dismissed; or not dismissed, so that it cannot be taken back."""

    code = "R-014"
    status = 409


def dismiss(
    *, stores: Stores, batch: Batch, row: int, reason: str, department: str, by: str, at: datetime.datetime
) -> Decision:
    """Dismisses an open returned row; the row stays where it is. Raises NotYourRow, NoReason, StandsOtherwise."""
    _check_department(batch, department)
    said = _read_reason(reason, batch, row)
    if row not in still_open.sort_rows(stores=stores, batch=batch).open:
        raise StandsOtherwise(
            f"第 {row} 行不是待改正的退回行，不能设为不再报送。",
            where=batch.id,
            help="请刷新页面，查看该行现在的状态。",
        )
    return _decide(Decision(batch.id, row, True, said, by, at), batch, stores, department)


def reopen(*, stores: Stores, batch: Batch, row: int, department: str, by: str, at: datetime.datetime) -> Decision:
    """Takes a dismissal back: the row is open again. Raises NotYourRow, StandsOtherwise."""
    _check_department(batch, department)
    return _decide(Decision(batch.id, row, False, "", by, at), batch, stores, department)


def _check_department(batch: Batch, department: str) -> None:
    if department != batch.department:
        raise NotYourRow(
            "这批数据不是您的部门报送的，不能处理其退回行。", where=batch.id, help="请由报送部门的专员处理。"
        )


def _read_reason(reason: str, batch: Batch, row: int) -> str:
    said = " ".join(reason.split())
    if not said or len(said) > MOST_CHARACTERS:
        raise NoReason(
            f"第 {row} 行：请写明不再报送的理由，至多 {MOST_CHARACTERS} 字。",
            where=batch.id,
            help="例如：该户已迁出，不再由本部门登记。",
        )
    if raw.has_number(said):
        raise NoReason(
            f"第 {row} 行：理由中含有证件号码、电话或账号。", where=batch.id, help="请删去号码，以行号指明该行即可。"
        )
    return said


def _decide(decision: Decision, batch: Batch, stores: Stores, department: str) -> Decision:
    """Adds a decision unless the newest one says the same; the entry is durable before the decision is visible."""
    with dismissals.connect(stores.root) as connection, file.transaction(connection):
        fault.point("refine.dismiss.insert")
        newest = {one.row: one for one in dismissals.read(connection, batch.id)}.get(decision.row)
        if decision.is_dismissed == (newest is not None and newest.is_dismissed):
            raise StandsOtherwise(
                f"第 {decision.row} 行{'已设为' if decision.is_dismissed else '未设为'}不再报送。",
                where=batch.id,
                help="请刷新页面，查看该行现在的状态。",
            )
        connection.execute(
            "INSERT INTO decisions (batch, row, is_dismissed, reason, by, at) VALUES (?, ?, ?, ?, ?, ?)",
            (
                decision.batch,
                decision.row,
                decision.is_dismissed,
                decision.reason,
                decision.by,
                decision.at.isoformat(),
            ),
        )
        stores.ledger.append(_to_entry(decision, batch, department))
        fault.point("refine.dismiss.commit")
    return decision


def _to_entry(decision: Decision, batch: Batch, department: str) -> Entry:
    """Which row, by whom; the words stay with the decision, since people write names into them."""
    return Entry(
        at=decision.at,
        act="refine.dismiss" if decision.is_dismissed else "refine.reopen",
        by=decision.by,
        department=department,
        system="desk",
        grant="",
        purpose="",
        ground="",
        dataset=batch.dataset,
        columns=(),
        label="",
        rows=1,
        where=batch.id,
        detail={"row": str(decision.row)},
        subjects=(),
    )
