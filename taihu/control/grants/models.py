"""Grant: what one system asks of one dataset, for which purpose, and what became of it."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from taihu.control.accounts.models import Department, Person, System
from taihu.control.accounts.roles import Hat, Role
from taihu.control.flows.models import Matter
from taihu.terms.fields import label_fields
from taihu.terms.label import Level


class GrantQuerySet(models.QuerySet["Grant"]):
    """Reading of grants."""

    def live(self, *, on: datetime.date) -> GrantQuerySet:
        """Those under which rows may leave today."""
        return self.filter(matter__state="granted", until__gte=on)

    def visible_to(self, hats: tuple[Hat, ...]) -> GrantQuerySet:
        """All for the bureau and the security officer; for others those of their department, on either side."""
        roles = {hat.role for hat in hats}
        if roles & {Role.OFFICER, Role.SECADMIN}:
            return self
        mine = {h.department for h in hats if h.role in (Role.STEWARD, Role.APPROVER, Role.DEVELOPER)}
        return self.filter(Q(provider__in=mine) | Q(system__department__in=mine))


class Grant(models.Model):
    """A request and, once granted, the decision on file. Its permit is compiled from it, never typed in."""

    reference = models.CharField("编号", max_length=24, unique=True)
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="grant")
    dataset = models.CharField("数据资源", max_length=160, db_index=True)
    title = models.CharField("资源名称", max_length=120)
    provider = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="grants_given", verbose_name="数源单位"
    )
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="grants", verbose_name="使用系统")
    columns = models.JSONField("数据项")
    forms = models.JSONField("方式")
    purpose = models.CharField("用途", max_length=300)
    ground = models.CharField("依据", max_length=300)
    assessment = models.TextField("个人信息保护影响评估结论", blank=True)
    decision = models.CharField("重要数据共享审批文号", max_length=120, blank=True)
    clear_level = models.PositiveSmallIntegerField("不脱敏的最高级别", default=2)
    scope_column = models.CharField("限定数据项", max_length=80, blank=True)
    scope_values = models.JSONField("限定取值", default=list, blank=True)
    is_scope_prefix = models.BooleanField("按代码前缀限定", default=False)
    calls_a_day = models.PositiveIntegerField("每日调用上限", default=10_000)
    rows_an_answer = models.PositiveIntegerField("单次返回上限", default=100)
    until = models.DateField("有效期至")
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants_asked")
    granted_at = models.DateTimeField("授权时间", null=True)
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="grants_signed")
    signed_digest = models.CharField("签批内容摘要", max_length=64, blank=True)
    key_hash = models.CharField(max_length=64, blank=True)
    key_issued_at = models.DateTimeField("密钥发放时间", null=True)
    ended_at = models.DateTimeField("终止时间", null=True)
    ended_by = models.CharField("终止人", max_length=60, blank=True)
    end_reason = models.CharField("终止原因", max_length=300, blank=True)

    objects = GrantQuerySet.as_manager()
    labels: ClassVar = label_fields(
        L1="reference dataset title columns forms ground decision clear_level scope_column scope_values is_scope_prefix calls_a_day rows_an_answer until asked_at granted_at key_issued_at ended_at signed_digest",
        L2="purpose assessment",
        L2_person="ended_by end_reason",
        L4="key_hash",
    )
    developer_copy: ClassVar = (
        "id", "matter", "dataset", "provider", "system", "columns", "forms", "clear_level", "until", "asked_at",
        "granted_at", "ended_at",
    )  # fmt: skip

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(granted_at__isnull=True, granted_by=None, signed_digest="")
                | (Q(granted_at__isnull=False, granted_by__isnull=False) & ~Q(signed_digest="")),
                name="granted_by_somebody_who_signed",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="", end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="") & ~Q(end_reason="")),
                name="grant_ended_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(key_hash="", key_issued_at__isnull=True)
                | (~Q(key_hash="") & Q(key_issued_at__isnull=False, granted_at__isnull=False)),
                name="key_only_of_a_granted_grant",
            ),
            models.CheckConstraint(condition=Q(clear_level__gte=1, clear_level__lte=3), name="l4_never_in_the_clear"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        """The number by which people and the ledger name the grant; 00000 before it is filed."""
        return f"SQ-{self.asked_at:%Y}-{self.pk or 0:05d}"

    @property
    def state(self) -> str:
        """The state of its matter."""
        return self.matter.state

    @property
    def level(self) -> Level:
        """The highest level that leaves unmasked."""
        return Level(self.clear_level)
