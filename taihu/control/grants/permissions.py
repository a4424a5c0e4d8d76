"""May they? Role first, then state, then policy; the tables that the pages and the tests read."""

from __future__ import annotations

import datetime

from taihu.control.accounts.models import Person, System
from taihu.control.accounts.roles import Role
from taihu.control.flows import permissions as flows
from taihu.control.grants.models import Grant
from taihu.control.grants.request import faults_of_procedure, is_unconditional
from taihu.terms.dataset import Dataset
from taihu.terms.problem import Problem

ASKING = (Role.STEWARD, Role.DEVELOPER)


class NotYourSystem(Problem):
    """A person asks only for systems of her own department."""

    code = "A-GRANT-01"
    status = 403


class NotUnconditional(Problem):
    """A grant without the provider needs columns that are shared unconditionally."""

    code = "A-GRANT-02"
    status = 409


class NotSeen(Problem):
    """What would be signed is not what the approver was shown."""

    code = "A-GRANT-03"
    status = 409


class NoProcedure(Problem):
    """Important and core data are granted only by the procedure that their provider declared."""

    code = "A-GRANT-05"
    status = 409


class NoKey(Problem):
    """Keys belong to live grants and to the people of the system."""

    code = "A-GRANT-04"
    status = 409


def check_can_ask(person: Person, system: System, *, on: datetime.date) -> None:
    """Raises NotYourSystem unless she is steward or developer of the system's department."""
    if not any(hat.role in ASKING and hat.department == system.department_id for hat in person.hats(on=on)):
        raise NotYourSystem(
            f"您不能以「{system.title}」的名义申请",
            where=system.pk,
            help=f"由{system.department.title}的数据专员或应用开发者申请",
        )


def check_can_approve(person: Person, grant: Grant, *, seen: str, now: str, on: datetime.date) -> None:
    """Role and state by the flow; then that the permit to be signed is the one that was shown."""
    flows.check_can_move(grant.matter, flows.check_move(grant.matter, "granted"), person, on=on)
    if seen != now:
        raise NotSeen("申请内容在您查看之后有变动", where=grant.code, help="请重新查看将要提供的数据样例，再签批")


def check_procedure(grant: Grant, dataset: Dataset) -> None:
    """Raises NoProcedure where what is asked is important or core data and no decision stands behind it."""
    for said in faults_of_procedure(grant.columns, grant.decision, dataset):
        raise NoProcedure(said, where=grant.code, help="请退回申请人补正，或不予授权")


def check_can_grant_directly(grant: Grant, dataset: Dataset) -> None:
    """Raises NotUnconditional where a column needs its provider's word."""
    if not is_unconditional(grant.columns, dataset):
        raise NotUnconditional("申请含有条件共享的数据项，不能直接授权", where=grant.code, help="请转数源单位审核")


def check_can_take_key(person: Person, grant: Grant, *, on: datetime.date) -> None:
    """Raises NoKey unless the grant is live and she belongs to its system."""
    if grant.state != "granted" or grant.until < on:
        raise NoKey("授权未生效或已到期，不能领取密钥", where=grant.code, help="请查看授权状态")
    if not any(hat.role in ASKING and hat.department == grant.system.department_id for hat in person.hats(on=on)):
        raise NoKey("密钥只能由使用单位领取", where=grant.code, help=f"请由{grant.system.department.title}办理")


def can_take_key(person: Person, grant: Grant, *, on: datetime.date) -> bool:
    """True where `check_can_take_key` lets her."""
    try:
        check_can_take_key(person, grant, on=on)
    except Problem:
        return False
    return True
