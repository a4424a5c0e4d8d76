"""Alert: a row that a watch found, from first to last seen; Look: one time that a watch was asked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from taihu.patterns.cases.models import Case
from taihu.terms.fields import label_fields


class AlertQuerySet(models.QuerySet["Alert"]):
    """Reading of alerts."""

    def open(self) -> AlertQuerySet:
        """Those that the last look still found."""
        return self.filter(ended_at__isnull=True)


class Alert(models.Model):
    """The moment a watched query crosses its line for one key, until it no longer does."""

    watch = models.CharField("监测", max_length=120)
    key = models.CharField("事项标识", max_length=120)
    heading = models.CharField("标题", max_length=200)
    level = models.CharField("级别", max_length=10)
    first_seen_at = models.DateTimeField("首次发现")
    last_seen_at = models.DateTimeField("最近发现")
    ended_at = models.DateTimeField("消除时间", null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="alerts")

    objects = AlertQuerySet.as_manager()
    labels: ClassVar = label_fields(L1="watch key level first_seen_at last_seen_at ended_at", L2="heading")
    developer_copy: ClassVar = ("id", "watch", "level", "first_seen_at", "last_seen_at", "ended_at", "case")

    class Meta:
        ordering: ClassVar = ["-first_seen_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["watch", "key"], condition=Q(ended_at__isnull=True), name="one_open_alert"),
        ]

    def __str__(self) -> str:
        return self.heading


class Look(models.Model):
    """One time that a watch was asked: how many rows, what was opened, what was gone, or why it failed."""

    watch = models.CharField("监测", max_length=120)
    at = models.DateTimeField("时间")
    rows = models.PositiveIntegerField("行数", default=0)
    opened = models.PositiveIntegerField("新开事件", default=0)
    gone = models.PositiveIntegerField("已消除", default=0)
    problem_code = models.CharField(max_length=20, blank=True)
    problem_message = models.CharField(max_length=300, blank=True)
    entry = models.CharField("留痕编号", max_length=80, blank=True)

    labels: ClassVar = label_fields(L1="watch at rows opened gone problem_code problem_message entry")
    developer_copy: ClassVar = ("id", "watch", "at", "rows", "opened", "gone", "problem_code")

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["watch", "-at"], name="look_latest")]

    def __str__(self) -> str:
        return f"{self.watch} {self.at:%Y-%m-%d %H:%M}"
