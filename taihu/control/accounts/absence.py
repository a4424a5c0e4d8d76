"""Stand in and stay away: delegations of a role, and days of leave."""

from __future__ import annotations

import datetime

from django.db import transaction

from taihu.control.accounts import actions, day, permissions
from taihu.control.accounts.models import Delegation, Leave, Person
from taihu.control.accounts.permissions import NotYourself, RolesClash
from taihu.control.accounts.roles import APART, Role
from taihu.data.engines.stores import Stores
from taihu.terms import fault
from taihu.terms.problem import Problem


class BadDays(Problem):
    """A period that ends before it begins, or lies in the past."""

    code = "A-DAYS-01"


def delegate(
    *,
    principal: Person,
    delegate: Person,
    role: Role,
    since: datetime.date,
    until: datetime.date,
    reason: str,
    by: Person,
    at: datetime.datetime,
    stores: Stores,
) -> Delegation:
    """Lets another act in one's role for some days; by oneself, or by the system administrator for somebody ill."""
    if by.pk != principal.pk:
        permissions.check_can_administer(by, on=day.day_of(at))
    _check_can_stand_in(principal, delegate, role, on=day.day_of(at))
    if until < since or until < day.day_of(at):
        raise BadDays("代办期限有误", help="结束日期应不早于开始日期，且不早于今天")
    with transaction.atomic():
        fault.point("accounts.delegation.make")
        made = Delegation.objects.create(
            principal=principal,
            delegate=delegate,
            role=role,
            since=since,
            until=until,
            reason=reason.strip() or "未填写",
            made_at=at,
            made_by=by.username,
        )
        actions.enter(stores, "accounts.delegate", by, at, principal, role=role.value, delegate=delegate.username)
    return made


def end_delegation(*, delegation: Delegation, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Takes a delegation back before its time."""
    if by.pk != delegation.principal_id:
        permissions.check_can_administer(by, on=day.day_of(at))
    with transaction.atomic():
        fault.point("accounts.delegation.end")
        live = Delegation.objects.filter(pk=delegation.pk, ended_at__isnull=True)
        if not live.update(ended_at=at, ended_by=by.username):
            raise actions.NotHeld("该代办已收回", help="请刷新页面")
        actions.enter(stores, "accounts.delegation.end", by, at, delegation.principal, role=delegation.role)


def go_on_leave(
    *, person: Person, since: datetime.date, until: datetime.date, by: Person, at: datetime.datetime, stores: Stores
) -> Leave:
    """Notes days of absence, so that what waits for the person is not left lying."""
    if by.pk != person.pk:
        permissions.check_can_administer(by, on=day.day_of(at))
    if until < since:
        raise BadDays("请假期限有误", help="结束日期应不早于开始日期")
    with transaction.atomic():
        fault.point("accounts.leave.make")
        made = Leave.objects.create(person=person, since=since, until=until, made_at=at, made_by=by.username)
        actions.enter(stores, "accounts.leave", by, at, person, since=str(since), until=str(until))
    return made


def _check_can_stand_in(principal: Person, delegate: Person, role: Role, *, on: datetime.date) -> None:
    if principal.pk == delegate.pk:
        raise NotYourself("不能委托给自己", help="请选择同部门的另一位同事")
    if role not in {hat.role for hat in principal.own_hats()}:
        raise actions.NotHeld(f"{principal.name}没有「{role.title}」角色", help="只能委托本人持有的角色")
    if principal.department_id != delegate.department_id:
        raise RolesClash("代办人须与委托人同属一个部门", help="请选择同部门的同事")
    if not delegate.is_active:
        raise actions.NotHeld(f"{delegate.name}的账号已停用", help="请选择在岗同事")
    if role in APART:
        permissions.check_roles_agree((hat.role for hat in delegate.hats(on=on)), role)
    elif any(hat.role in APART for hat in delegate.hats(on=on)):
        raise RolesClash("三员不得代办业务角色", help="请选择业务岗位的同事")
