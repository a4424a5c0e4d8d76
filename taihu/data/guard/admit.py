"""Admission: is the permit live, does it read this, in this form, and are there calls left today?"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from taihu.data.engines.stores import Stores
from taihu.data.guard import refused
from taihu.data.guard.permits import Permits
from taihu.data.guard.question import Ask, Lookup, Question, Rows, Verify
from taihu.terms.permit import Form, Permit

FORMS: Mapping[type[Question], frozenset[Form]] = {
    Lookup: frozenset((Form.LOOKUP,)),
    Verify: frozenset((Form.VERIFY,)),
    Rows: frozenset((Form.QUERY, Form.BULK)),
    Ask: frozenset((Form.QUERY,)),
}
TITLES: Mapping[type[Question], str] = {Lookup: "查询", Verify: "核验", Rows: "列表", Ask: "专题查询"}


def reads(question: Question) -> str:
    """The table that a question names; empty for a query, whose tables are known after reading it."""
    match question:
        case Lookup() | Verify():
            return question.dataset
        case Rows():
            return question.table
        case _:
            return ""


def check(question: Question, permit: Permit, on: datetime.date) -> None:
    """All that can be said before anything is read; raises the refusal."""
    check_form(question, permit)
    check_live(permit, on)
    check_procedure(permit)
    check_reads(question, permit)


def check_form(question: Question, permit: Permit) -> None:
    """Raises FormNotGranted where the permit does not let rows leave in this form."""
    if not FORMS[type(question)] & permit.forms:
        granted = "、".join(sorted(form.value for form in permit.forms)) or "无"
        raise refused.FormNotGranted(
            f"许可不含「{TITLES[type(question)]}」这种提供方式",
            where=permit.grant,
            help=f"许可的方式：{granted}；请按许可的方式调用，或申请相应方式",
        )


def check_reads(question: Question, permit: Permit) -> None:
    """Raises NotGranted where the permit does not name the table that the question names."""
    table = reads(question)
    if table and table not in permit.reads:
        raise refused.NotGranted(
            f"许可未包含数据资源 {table[:120]}",
            where=permit.grant,
            help=f"许可的数据资源：{'、'.join(permit.reads[:20]) or '无'}；请为用途「{permit.purpose}」另行申请",
        )


def check_live(permit: Permit, on: datetime.date) -> None:
    """Raises Ended after the permit's last day."""
    if not permit.is_live(on):
        raise refused.Ended(
            f"许可已于 {permit.until.isoformat()} 到期", where=permit.grant, help="请续期或重新申请后再调用"
        )


def check_procedure(permit: Permit) -> None:
    """Raises NoProcedure where the permit reaches important or core data (GB/T 43697) without a decision on it."""
    if permit.label.is_protected and not permit.procedure:
        raise refused.NoProcedure(
            f"许可的级别含重要数据或核心数据（{permit.label}），未载明审批文号",
            where=permit.grant,
            help="请按数源单位规定的程序取得批准，并在授权申请中填写审批文号",
        )


def count(permit: Permit, on: datetime.date, *, stores: Stores, permits: Permits | None) -> None:
    """Counts a call; raises QuotaSpent where none is left today."""
    counting = permits or Permits(stores.root / "guard" / "permits.sqlite3")
    try:
        is_counted = counting.count_call(permit, on)
    finally:
        if permits is None:
            counting.close()
    if not is_counted:
        raise quota_spent(permit)


def quota_spent(permit: Permit) -> refused.QuotaSpent:
    """No call is left today."""
    return refused.QuotaSpent(
        f"今日调用已达上限 {permit.quota.calls_a_day} 次",
        where=permit.grant,
        help="请明日再调用，或申请更高的调用次数",
    )
