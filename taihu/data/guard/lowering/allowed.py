"""Allowed: the word of two persons, without which no label falls."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from taihu.data.guard.lowering.falling import Falling
from taihu.terms.declassifier import MANUAL
from taihu.terms.problem import Problem


class NotAllowed(Problem):
    """Nobody allowed the declassifier as it stands now, or not for today."""

    code = "G-LOWER-02"
    status = 403


@dataclass(frozen=True, slots=True)
class Allowed:
    """The word of those who allowed it: over which digest, who they are, why, and until which day."""

    digest: str
    by: tuple[str, ...]
    reason: str = ""
    until: datetime.date | None = None


NOBODY = Allowed("", ())


def check_allowed(falling: Falling, allowed: Allowed, *, on: datetime.date) -> None:
    """Raises NotAllowed unless the word covers this very digest today; where no label falls nobody is asked."""
    if falling.method is None:
        return
    where, title = falling.declassifier.id, falling.dataset.title
    if allowed.digest != falling.digest or len(set(allowed.by)) < 2:
        changed = "声明、查询或标签在批准之后有变动" if allowed.digest else "尚未经数源单位与主管部门批准"
        raise NotAllowed(f"「{title}」不予发布：{changed}", where=where, help="请在工作台「数据降级」提交审批")
    if falling.declassifier.method == MANUAL and (not allowed.reason or allowed.until is None):
        raise NotAllowed(f"「{title}」由人工决定，须写明理由与期限", where=where, help="请重新提交审批")
    if allowed.until is not None and on > allowed.until:
        raise NotAllowed(f"「{title}」的批准已于 {allowed.until} 到期", where=where, help="如仍需发布，请重新提交审批")
