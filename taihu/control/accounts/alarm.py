"""Alarm: an abnormal use that the ledger showed, open until the security officer has settled it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from taihu.terms.fields import label_fields


class AlarmQuerySet(models.QuerySet["Alarm"]):
    """Reading of alarms."""

    def open(self) -> AlarmQuerySet:
        """Those that nobody has settled."""
        return self.filter(settled_at__isnull=True)


class Alarm(models.Model):
    """One sign of one actor; the same again while it is open moves its last day, and makes no second one."""

    key = models.CharField(max_length=200)
    sign = models.CharField("迹象", max_length=20)
    system = models.CharField("系统", max_length=60)
    operator = models.CharField("操作人", max_length=100)
    department = models.CharField("部门", max_length=40, blank=True)
    seen = models.CharField("所见", max_length=400)
    usual = models.CharField("通常", max_length=200)
    first_on = models.DateField("首次")
    last_on = models.DateField("最近")
    opened_at = models.DateTimeField("发现时间")
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.CharField("处理人", max_length=60, blank=True)
    finding = models.CharField("处理结论", max_length=400, blank=True)

    objects = AlarmQuerySet.as_manager()
    labels: ClassVar = label_fields(
        L1="sign system department usual first_on last_on opened_at settled_at",
        L2_person="key operator seen settled_by finding",
    )
    developer_copy: ClassVar = ("id", "sign", "first_on", "last_on", "opened_at", "settled_at")

    class Meta:
        ordering: ClassVar = ["-last_on", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=Q(settled_at__isnull=True), name="alarm_open_once"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by="", finding="")
                | (Q(settled_at__isnull=False) & ~Q(settled_by="") & ~Q(finding="")),
                name="alarm_settled_by_somebody_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sign} {self.operator} {self.last_on}"
