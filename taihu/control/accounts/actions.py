"""What people do with accounts: open and close them, give and take roles, stand in, go on leave."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from taihu.control.accounts import day, permissions, trace
from taihu.control.accounts.models import Assignment, Delegation, Department, OldPassword, Person, System
from taihu.control.accounts.permissions import NotYourself, RolesClash
from taihu.control.accounts.roles import Role
from taihu.data.engines.stores import Stores
from taihu.terms import department as terms
from taihu.terms import fault
from taihu.terms.problem import Problem

DEPARTMENTAL = frozenset({Role.STEWARD, Role.APPROVER, Role.DEVELOPER, Role.OFFICER})


class NameTaken(Problem):
    """Somebody signs in with that name already."""

    code = "A-NAME-01"
    status = 409


class WeakPassword(Problem):
    """The password breaks a rule."""

    code = "A-PASS-01"


class NotHeld(Problem):
    """A role or delegation that is not held cannot be taken back."""

    code = "A-ROLE-04"
    status = 409


class NoDepartment(Problem):
    """A role that acts for a department needs one."""

    code = "A-ROLE-05"


def sync_departments(*, departments: Iterable[terms.Department], by: str, at: datetime.datetime, stores: Stores) -> int:
    """Writes the departments that `packs/standards` declares, and the desk system of each; returns how many changed."""
    changed = 0
    with transaction.atomic():
        for department in departments:
            told = {
                "title": department.title,
                "english": department.english,
                "since": department.since,
                "until": department.until,
                "successors": list(department.successors),
            }
            found = Department.objects.filter(pk=department.id).first()
            if found is not None and all(getattr(found, name) == value for name, value in told.items()):
                continue
            fault.point("accounts.sync.department")
            Department.objects.update_or_create(pk=department.id, defaults=told)
            System.objects.get_or_create(
                pk=desk_of(department.id),
                defaults={"title": f"{department.title}工作台", "department_id": department.id, "registered_at": at},
            )
            changed += 1
        if changed:
            facts = trace.Facts(detail={"departments": str(changed)})
            trace.leave(stores=stores, act="accounts.sync", by=by, at=at, where="packs/standards", facts=facts)
    return changed


def desk_of(department: str) -> str:
    """The id of the system under which a department's own people read."""
    return f"{department}.desk"


def register_system(
    *, system: terms.System, protection: int, by: Person, at: datetime.datetime, stores: Stores
) -> System:
    """Writes an application that may ask for grants."""
    permissions.check_can_administer(by, on=day.day_of(at))
    with transaction.atomic():
        if System.objects.filter(pk=system.id).exists():
            raise NameTaken(f"系统代码 {system.id} 已登记", help="请换一个代码，或在原登记上修改")
        fault.point("accounts.system.register")
        made = System.objects.create(
            pk=system.id, title=system.title, department_id=system.department, protection=protection, registered_at=at
        )
        facts = trace.Facts(department=system.department, system=system.id)
        trace.leave(stores=stores, act="accounts.system", by=by, at=at, where=system.id, facts=facts)
    return made


def open_account(
    *,
    username: str,
    name: str,
    department: str | None,
    password: str,
    by: Person,
    at: datetime.datetime,
    stores: Stores,
) -> Person:
    """Opens an account that must change its password on the first visit; roles are given apart."""
    permissions.check_can_administer(by, on=day.day_of(at))
    _check_password(password, Person(username=username, name=name))
    with transaction.atomic():
        if Person.objects.filter(username=username).exists():
            raise NameTaken(f"登录名 {username} 已被使用", help="请换一个登录名")
        person = Person(username=username, name=name, department_id=department, made_at=at, made_by=by.username)
        person.set_password(password)
        person.password_set_at = at
        fault.point("accounts.person.open")
        person.save()
        enter(stores, "accounts.open", by, at, person)
    return person


def close_account(*, person: Person, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Stops an account for good or until it is opened again; its history stays."""
    permissions.check_can_administer(by, on=day.day_of(at))
    if person.pk == by.pk:
        raise NotYourself("不能停用自己的账号", help="请由另一位系统管理员办理")
    _switch(person, is_active=False, act="accounts.close", by=by, at=at, stores=stores)


def reopen_account(*, person: Person, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Opens a stopped account again."""
    permissions.check_can_administer(by, on=day.day_of(at))
    _switch(person, is_active=True, act="accounts.reopen", by=by, at=at, stores=stores)


def give_role(*, person: Person, role: Role, by: Person, at: datetime.datetime, stores: Stores) -> Assignment:
    """Gives a role; refuses to join one of the three officers with anything else."""
    permissions.check_can_administer(by, on=day.day_of(at))
    if person.pk == by.pk:
        raise NotYourself("不能给自己授予角色", help="请由另一位系统管理员办理")
    return _give(person=person, role=role, giver=by.username, by=by, at=at, stores=stores)


def take_role(*, person: Person, role: Role, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Takes a role back and ends the delegations that rested on it."""
    permissions.check_can_administer(by, on=day.day_of(at))
    with transaction.atomic():
        fault.point("accounts.role.take")
        live = Assignment.objects.filter(person=person, role=role, ended_at__isnull=True)
        if not live.update(ended_at=at, ended_by=by.username):
            raise NotHeld(f"{person.name}没有「{role.title}」角色", help="请刷新页面查看现有角色")
        resting = Delegation.objects.filter(principal=person, role=role, ended_at__isnull=True)
        resting.update(ended_at=at, ended_by=by.username)
        enter(stores, "accounts.role.take", by, at, person, role=role.value)


def change_password(*, person: Person, password: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Sets a new password: one's own, or by the system administrator a first one that must be changed at once."""
    is_own = by.pk == person.pk
    if not is_own:
        permissions.check_can_administer(by, on=day.day_of(at))
    _check_password(password, person)
    with transaction.atomic():
        fault.point("accounts.password.change")
        OldPassword.objects.create(person=person, encoded=person.password, set_at=person.password_set_at or at)
        person.set_password(password)
        person.password_set_at = at
        person.must_change_password = not is_own
        person.save(update_fields=["password", "password_set_at", "must_change_password"])
        enter(stores, "accounts.password", by, at, person)


def found_house(*, username: str, name: str, password: str, by: str, at: datetime.datetime, stores: Stores) -> Person:
    """Makes the first system administrator of an empty house, from the terminal; refuses where there are people."""
    _check_password(password, Person(username=username, name=name))
    with transaction.atomic():
        if Person.objects.exists():
            raise NameTaken("已有账号，不能再次初始化", help="请由系统管理员开通账号")
        person = Person(username=username, name=name, made_at=at, made_by=by, password_set_at=at)
        person.set_password(password)
        fault.point("accounts.house.found")
        person.save()
        _give(person=person, role=Role.SYSADMIN, giver=by, by=by, at=at, stores=stores)
    return person


def _give(
    *, person: Person, role: Role, giver: str, by: Person | str, at: datetime.datetime, stores: Stores
) -> Assignment:
    if role in DEPARTMENTAL and not person.department_id:
        raise NoDepartment(f"「{role.title}」须属于一个部门", help="请先为该人员填写所在部门")
    with transaction.atomic():
        permissions.check_roles_agree((hat.role for hat in person.own_hats()), role)
        fault.point("accounts.role.give")
        try:
            with transaction.atomic():
                made = Assignment.objects.create(person=person, role=role, given_at=at, given_by=giver)
        except IntegrityError:
            raise RolesClash(
                f"「{role.title}」不能授予{person.name}", help="该角色已持有，或与三员分立的约束相抵触"
            ) from None
        enter(stores, "accounts.role.give", by, at, person, role=role.value)
    return made


def _switch(person: Person, *, is_active: bool, act: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    with transaction.atomic():
        fault.point("accounts.person.switch")
        if not Person.objects.filter(pk=person.pk, is_active=not is_active).update(is_active=is_active):
            raise NotHeld("账号状态未变", help="请刷新页面查看当前状态")
        enter(stores, act, by, at, person)
    person.is_active = is_active


def _check_password(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as caught:
        raise WeakPassword("密码不符合要求", help="".join(caught.messages)) from None


def enter(stores: Stores, act: str, by: Person | str, at: datetime.datetime, person: Person, **detail: str) -> None:
    facts = trace.Facts(department=person.department_id or "", detail={"person": person.username, **detail})
    trace.leave(stores=stores, act=act, by=by, at=at, where=f"person:{person.username}", facts=facts)
