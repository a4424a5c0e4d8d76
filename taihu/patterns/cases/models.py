"""Case: what it is about, what was known when it opened, and what came of it; its states are a matter of the flows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q

from taihu.control.accounts.roles import Hat, Role
from taihu.control.flows.models import Matter
from taihu.terms.fields import label_fields


class CaseQuerySet(models.QuerySet["Case"]):
    """Reading of cases."""

    def open(self) -> CaseQuerySet:
        """Those that have not ended."""
        return self.filter(matter__ended_at__isnull=True)

    def seen_by(self, hats: Iterable[Hat]) -> CaseQuerySet:
        """The cases of a person's departments; all for the bureau's officers."""
        worn = tuple(hats)
        if any(hat.role is Role.OFFICER for hat in worn):
            return self
        business = {hat.department for hat in worn if hat.role in (Role.STEWARD, Role.APPROVER)}
        return self.filter(Q(host__in=business) | Q(handler__in=business))


class Case(models.Model):
    """One thing to be dealt with. Only `cases.actions` writes it."""

    kind = models.CharField("类型", max_length=120)
    key = models.CharField("事项标识", max_length=120)
    heading = models.CharField("标题", max_length=200)
    level = models.CharField("级别", max_length=10, default="一般")
    source = models.CharField("来源", max_length=160)
    host = models.CharField("主管部门", max_length=40)
    handler = models.CharField("处置部门", max_length=40)
    facts = models.JSONField("上报时情况", default=list)
    place = models.CharField("位置", max_length=80, blank=True)
    text = models.TextField("情况说明", blank=True)
    result = models.TextField("处置结果", blank=True)
    changed_at = models.DateTimeField("更新时间")
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="case")

    objects = CaseQuerySet.as_manager()
    labels: ClassVar = label_fields(
        L1="kind key level source host handler place changed_at",
        L2="heading",
        L2_person="facts",
        L3_person="text result",
    )
    developer_copy: ClassVar = ("id", "kind", "level", "host", "handler", "matter", "changed_at")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "key"], name="case_kind_key"),
            models.Index(fields=["changed_at"], name="case_changed"),
        ]

    def __str__(self) -> str:
        return self.heading
