"""Departments, systems, people, the roles they were given, and who stands in for whom while away."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from taihu.control.accounts.roles import APART, TITLES, Hat, Role
from taihu.terms import department as terms
from taihu.terms.fields import label_fields


class DepartmentQuerySet(models.QuerySet["Department"]):
    """Reading of departments."""

    def live(self, *, on: datetime.date) -> DepartmentQuerySet:
        """Those that exist on a day."""
        begun = Q(since__isnull=True) | Q(since__lte=on)
        return self.filter(begun & (Q(until__isnull=True) | Q(until__gte=on)))


class Department(models.Model):
    """A public body, from `packs/standards/departments.yaml`; a reform ends it and names its successors."""

    id = models.CharField("代码", max_length=40, primary_key=True)
    title = models.CharField("名称", max_length=80)
    english = models.CharField("英文名称", max_length=120, blank=True)
    since = models.DateField("设立", null=True, blank=True)
    until = models.DateField("撤销", null=True, blank=True)
    successors = models.JSONField("承接单位", default=list, blank=True)

    objects = DepartmentQuerySet.as_manager()
    labels: ClassVar = label_fields(L1="id title english since until successors")
    developer_copy: ClassVar = ("id", "title", "english", "since", "until", "successors")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(since__lte=F("until")),
                name="department_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def to_term(self) -> terms.Department:
        """The department as the lower layers know it."""
        return terms.Department(self.id, self.title, self.english, self.since, self.until, tuple(self.successors))


class System(models.Model):
    """An application of a department: what holds a grant and a key. The desk is one of them."""

    id = models.CharField("代码", max_length=60, primary_key=True)
    title = models.CharField("名称", max_length=80)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="systems", verbose_name="所属部门"
    )
    protection = models.PositiveSmallIntegerField("等级保护级别", default=2)
    registered_at = models.DateTimeField("登记时间")

    labels: ClassVar = label_fields(L1="id title protection registered_at")
    developer_copy: ClassVar = ("id", "title", "department", "protection", "registered_at")

    class Meta:
        ordering: ClassVar = ["department_id", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(protection__gte=1, protection__lte=4), name="system_protection_1_to_4")
        ]

    def __str__(self) -> str:
        return self.title

    def to_term(self) -> terms.System:
        """The system as the lower layers know it."""
        return terms.System(self.id, self.title, self.department_id)


class People(BaseUserManager["Person"]):
    """Finds people by the name they sign in with."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """The person of that sign-in name."""
        return self.get(username=username)


class Person(AbstractBaseUser):
    """Somebody with an account. There is no superuser: what a person may do follows from her hats."""

    username = models.CharField("登录名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="people", verbose_name="所在部门", null=True, blank=True
    )
    is_active = models.BooleanField("启用", default=True)
    is_demo = models.BooleanField("演示账号", default=False)
    must_change_password = models.BooleanField("下次登录须改密码", default=True)
    password_set_at = models.DateTimeField("密码设置时间", null=True, blank=True)
    made_at = models.DateTimeField("建立时间")
    made_by = models.CharField("建立人", max_length=60)

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]
    labels: ClassVar = label_fields(
        L1="is_active is_demo must_change_password password_set_at made_at",
        L2_person="last_login username name made_by",
        L4="password",
    )
    developer_copy: ClassVar = ("id", "username", "department", "is_active", "is_demo")

    class Meta:
        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.name

    def own_hats(self) -> tuple[Hat, ...]:
        """The roles that she holds herself."""
        held = self.assignments.filter(ended_at__isnull=True).values_list("role", flat=True)
        return tuple(Hat(Role(role), self.department_id or "") for role in sorted(held))

    def hats(self, *, on: datetime.date) -> tuple[Hat, ...]:
        """All roles that she wears on a day: her own, then those she was handed by people who are away."""
        if not self.is_active:
            return ()
        handed = (
            Delegation.objects.live(on=on)
            .filter(delegate=self, principal__is_active=True)
            .filter(principal__assignments__role=F("role"), principal__assignments__ended_at__isnull=True)
            .values_list("role", "principal__department_id", "principal_id")
        )
        borrowed = tuple(Hat(Role(role), department or "", who) for role, department, who in handed)
        return self.own_hats() + borrowed

    def is_away(self, *, on: datetime.date) -> bool:
        """True on a day of leave."""
        return self.leaves.filter(since__lte=on, until__gte=on, ended_at__isnull=True).exists()


def _roles() -> list[tuple[str, str]]:
    return [(role.value, TITLES[role]) for role in Role]


class Assignment(models.Model):
    """A role given to a person, until it is taken back; rows are never deleted."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField("角色", max_length=20, choices=_roles())
    given_at = models.DateTimeField("授予时间")
    given_by = models.CharField("授予人", max_length=60)
    ended_at = models.DateTimeField("收回时间", null=True, blank=True)
    ended_by = models.CharField("收回人", max_length=60, blank=True)

    labels: ClassVar = label_fields(L1="role given_at ended_at", L2_person="given_by ended_by")
    developer_copy: ClassVar = ("id", "person", "role", "given_at", "ended_at")

    class Meta:
        ordering: ClassVar = ["person_id", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "role"], condition=Q(ended_at__isnull=True), name="role_held_once"
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at__isnull=True, role__in=sorted(r.value for r in APART)),
                name="three_officers_apart",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="assignment_ended_by_somebody",
            ),
            models.CheckConstraint(condition=Q(role__in=[r.value for r in Role]), name="assignment_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {TITLES[Role(self.role)]}"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Reading of delegations."""

    def live(self, *, on: datetime.date) -> DelegationQuerySet:
        """Those in force on a day."""
        return self.filter(since__lte=on, until__gte=on, ended_at__isnull=True)


class Delegation(models.Model):
    """For some days one person may act in one role of another; what she does is recorded as done for her."""

    principal = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations_made")
    delegate = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations_held")
    role = models.CharField("角色", max_length=20, choices=_roles())
    since = models.DateField("自")
    until = models.DateField("至")
    reason = models.CharField("原因", max_length=200)
    made_at = models.DateTimeField("办理时间")
    made_by = models.CharField("办理人", max_length=60)
    ended_at = models.DateTimeField("提前收回时间", null=True, blank=True)
    ended_by = models.CharField("收回人", max_length=60, blank=True)

    objects = DelegationQuerySet.as_manager()
    labels: ClassVar = label_fields(L1="role since until made_at ended_at", L2_person="reason made_by ended_by")
    developer_copy: ClassVar = ("id", "principal", "delegate", "role", "since", "until")

    class Meta:
        ordering: ClassVar = ["-since", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="delegation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(principal=F("delegate")), name="delegation_to_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="delegation_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.principal} → {self.delegate}"


class Leave(models.Model):
    """Days on which a person does not work: what waits for her is shown to whom she delegated, else to her department."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="leaves")
    since = models.DateField("自")
    until = models.DateField("至")
    made_at = models.DateTimeField("办理时间")
    made_by = models.CharField("办理人", max_length=60)
    ended_at = models.DateTimeField("销假时间", null=True, blank=True)

    labels: ClassVar = label_fields(L1="made_at", L2_person="since until made_by ended_at")
    developer_copy: ClassVar = ("id", "person", "since", "until")

    class Meta:
        ordering: ClassVar = ["-since"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="leave_ends_after_it_begins")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.since}–{self.until}"


class SignIn(models.Model):
    """One signed-in browser of a person; only the newest few stay signed in."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sign_ins")
    session_key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField("登录时间")
    ended_at = models.DateTimeField("退出时间", null=True, blank=True)
    end_reason = models.CharField("退出原因", max_length=40, blank=True)

    labels: ClassVar = label_fields(L2_person="at ended_at end_reason", L4="session_key")
    developer_copy: ClassVar = ("id", "person", "at", "ended_at", "end_reason")

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d %H:%M}"


class OldPassword(models.Model):
    """The hash of a password once used: the last few may not come back."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="old_passwords")
    encoded = models.CharField(max_length=256)
    set_at = models.DateTimeField()

    labels: ClassVar = label_fields(L1="set_at", L4="encoded")
    developer_copy: ClassVar = ("id",)

    class Meta:
        ordering: ClassVar = ["-set_at"]

    def __str__(self) -> str:
        return f"{self.person_id}"


def find_person(username: str, **also: Any) -> Person | None:
    """The active person of that sign-in name, if any."""
    return Person.objects.filter(username=username, is_active=True, **also).first()


# Django finds models only where this module leads; these name people by text, so that none needs another first.
from taihu.control.accounts import alarm as alarm  # noqa: E402
from taihu.control.accounts import factor as factor  # noqa: E402
