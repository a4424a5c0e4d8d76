"""Approval: the word of a provider and the bureau over a declassifier; Attempt: what came of each of its runs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from taihu.control.accounts.models import Department
from taihu.control.accounts.roles import Hat, Role
from taihu.control.flows.models import Matter
from taihu.terms.fields import label_fields

SEE_ALL = frozenset((Role.OFFICER, Role.SECADMIN, Role.AUDITOR))


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Reading of approvals."""

    def visible_to(self, hats: tuple[Hat, ...]) -> ApprovalQuerySet:
        """All for the bureau and those who watch it; for others those of their department, on either side."""
        if any(hat.role in SEE_ALL for hat in hats):
            return self
        mine = {hat.department for hat in hats}
        return self.filter(Q(owner__in=mine) | Q(provider__in=mine))


class Approval(models.Model):
    """One provider's and the bureau's word over one declassifier. It covers the digest that was shown, nothing else."""

    declassifier = models.CharField("降级声明", max_length=160)
    title = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", verbose_name="发布单位")
    provider = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+", verbose_name="数源单位")
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="approval")
    digest = models.CharField("批准内容摘要", max_length=64, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    until = models.DateField("有效期至", null=True, blank=True)
    passed_by = models.CharField("审核人", max_length=120, blank=True)
    approved_by = models.CharField("批准人", max_length=120, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True)
    labels: ClassVar = label_fields(
        L1="declassifier title digest until approved_at", L2_person="passed_by approved_by reason"
    )

    objects = ApprovalQuerySet.as_manager()
    developer_copy: ClassVar = ("id", "declassifier", "title", "owner", "provider", "matter", "until", "approved_at")

    class Meta:
        ordering: ClassVar = ["declassifier", "provider_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["declassifier", "provider"], name="one_approval_of_a_provider"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by="")
                | (Q(approved_at__isnull=False) & ~Q(approved_by="") & ~Q(passed_by="") & ~Q(digest="")),
                name="approved_by_two_over_a_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.declassifier}:{self.provider_id}"

    @property
    def key(self) -> str:
        """By which pages and matters name it."""
        return f"{self.declassifier}:{self.provider_id}"


class Attempt(models.Model):
    """One run of a declassifier: released, unchanged, held back, not allowed, or only tried. Never changed."""

    declassifier = models.CharField("降级声明", max_length=160, db_index=True)
    digest = models.CharField("声明摘要", max_length=64)
    at = models.DateTimeField("时间")
    outcome = models.CharField("结果", max_length=20)
    rows = models.PositiveBigIntegerField("行数", null=True)
    version = models.PositiveBigIntegerField("数据版本", null=True)
    figures = models.JSONField("数字", default=dict)
    reasons = models.JSONField("原因", default=list)
    receipt = models.CharField("留痕编号", max_length=120, blank=True)
    allowed = models.JSONField("批准人", default=list)
    labels: ClassVar = label_fields(
        L1="declassifier digest at outcome rows version figures reasons receipt", L2_person="allowed"
    )

    developer_copy: ClassVar = ("id", "declassifier", "at", "outcome", "rows", "version")

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.declassifier} {self.at} {self.outcome}"
