"""May they? The flow says who; here it is said over what."""

from __future__ import annotations

import datetime

from taihu.control.catalogue.lowering.models import Approval
from taihu.data.guard.lowering.falling import Falling
from taihu.terms.declassifier import MANUAL
from taihu.terms.problem import Problem


class NotSeen(Problem):
    """What would be signed is not what was shown, or not what was asked for."""

    code = "A-FALL-01"
    status = 409


class NoReason(Problem):
    """A decision of persons alone needs a reason and an end."""

    code = "A-FALL-02"


def check_seen(approval: Approval, falling: Falling, seen: str) -> None:
    """Raises NotSeen unless the digest that was shown is that of the declaration as it stands, and of the request."""
    asked = approval.digest if approval.matter.state != "draft" else falling.digest
    if not seen == falling.digest == asked:
        raise NotSeen(
            "声明、查询或标签在您查看之后有变动", where=approval.declassifier, help="请退回，由发布单位重新提交"
        )


def check_reasoned(falling: Falling, reason: str, until: datetime.date | None, *, on: datetime.date) -> None:
    """Raises NoReason where persons alone decide and say not why, or not until when."""
    if falling.declassifier.method == MANUAL and not (reason.strip() and until and until >= on):
        raise NoReason("人工决定的降级须写明理由和不早于今天的截止日期", where="reason", help="请补充后再提交")
