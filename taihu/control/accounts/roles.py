"""The roles of the house and which of them keep apart (三员分立)."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What a person may be here; the value is what the database and the tables of permissions hold."""

    STEWARD = "steward"
    APPROVER = "approver"
    OFFICER = "officer"
    DEVELOPER = "developer"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITOR = "auditor"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The Chinese name of the role."""
        return TITLES[self]


TITLES = {
    Role.STEWARD: "数据专员",
    Role.APPROVER: "部门审核人",
    Role.OFFICER: "主管部门经办人",
    Role.DEVELOPER: "应用开发者",
    Role.SYSADMIN: "系统管理员",
    Role.SECADMIN: "安全管理员",
    Role.AUDITOR: "安全审计员",
}

# GB/T 22239-2019 level 3: whoever administers, grades or audits holds nothing else, and none of the
# three reads business data.
APART = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})
BUSINESS = frozenset(Role) - APART
EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Hat:
    """One role of one department that a person wears today, her own or for somebody on leave."""

    role: Role
    department: str
    on_behalf_of: int | None = None

    @property
    def is_own(self) -> bool:
        """True where the person stands in for nobody."""
        return self.on_behalf_of is None
