"""Who may do what with people: accounts belong to the system administrator alone."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import APART, Role
from taihu.terms.problem import Problem


class NotYours(Problem):
    """The person has no role that may do this."""

    code = "A-ROLE-01"
    status = 403


class RolesClash(Problem):
    """Two roles that one person may not hold together."""

    code = "A-ROLE-02"
    status = 409


class NotYourself(Problem):
    """Something that one may not do to or for oneself."""

    code = "A-ROLE-03"
    status = 409


def check_wears(person: Person, roles: Iterable[Role], *, on: datetime.date, what: str) -> None:
    """Raises NotYours where none of the person's hats of that day is among the roles."""
    wanted = frozenset(roles)
    if not any(hat.role in wanted for hat in person.hats(on=on)):
        names = "、".join(role.title for role in sorted(wanted))
        raise NotYours(f"您没有{what}的权限", help=f"此项由{names}办理；如需调整角色，请联系系统管理员")


def check_can_administer(person: Person, *, on: datetime.date) -> None:
    """Accounts, roles and delegations of others: the system administrator."""
    check_wears(person, (Role.SYSADMIN,), on=on, what="管理账号")


def check_roles_agree(held: Iterable[Role], given: Role) -> None:
    """Raises RolesClash where `given` would join an officer of the three with anything else."""
    others = frozenset(held) - {given}
    if (given in APART and others) or others & APART:
        names = "、".join(role.title for role in sorted(others))
        raise RolesClash(
            f"「{given.title}」与已有角色「{names}」不得由一人兼任",
            help="系统管理员、安全管理员、安全审计员三员分立，且不兼任业务角色；请先收回原角色或另选人员",
        )
