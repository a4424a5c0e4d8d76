"""Release: a version that left for everybody; Fetch: how often it was taken; Report: a doubt; Appeal: a citizen's own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from taihu.control.flows.models import Matter
from taihu.terms.fields import label_fields


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Reading of releases."""

    def live(self, dataset: str) -> ReleaseQuerySet:
        """Those of a dataset that may be taken, newest first."""
        return self.filter(dataset=dataset, withdrawn_at__isnull=True).order_by("-built_at", "-pk")


class Release(models.Model):
    """The files of one version of one dataset, under one edition of its catalogue entry."""

    dataset = models.CharField("数据资源", max_length=160)
    edition = models.PositiveIntegerField("目录版本")
    version = models.CharField("数据版本", max_length=60)
    columns = models.JSONField("数据项")
    rows = models.PositiveBigIntegerField("行数")
    files = models.JSONField("文件")
    built_at = models.DateTimeField("发布时间")
    receipt = models.CharField("留痕编号", max_length=120, blank=True)
    withdrawn_at = models.DateTimeField("撤下时间", null=True)

    objects = ReleaseQuerySet.as_manager()
    labels: ClassVar = label_fields(L1="dataset edition version columns rows files built_at receipt withdrawn_at")
    developer_copy: ClassVar = ("id", "dataset", "edition", "version", "columns", "rows", "files", "built_at")

    class Meta:
        ordering: ClassVar = ["-built_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dataset", "edition", "version"], name="one_release_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.version}"

    @property
    def folder(self) -> str:
        """The name of its folder under the dataset's."""
        return f"{self.edition}-{self.version.replace('@', '-')}"


class Fetch(models.Model):
    """How often one file of a release was taken on one day; nothing is kept of who took it."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="fetches")
    form = models.CharField("格式", max_length=8)
    on = models.DateField("日期")
    times = models.PositiveBigIntegerField("次数", default=0)

    labels: ClassVar = label_fields(L1="form on times")
    developer_copy: ClassVar = ("release", "form", "on", "times")

    class Meta:
        ordering: ClassVar = ["-on"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["release", "form", "on"], name="one_count_per_day")]

    def __str__(self) -> str:
        return f"{self.release_id} {self.form} {self.on}"


class Report(models.Model):
    """A reader's doubt about open data. No name and no contact are asked for; the number is its receipt."""

    number = models.CharField("编号", max_length=24, unique=True)
    dataset = models.CharField("数据资源", max_length=160)
    column = models.CharField("数据项", max_length=80, blank=True)
    words = models.CharField("说明", max_length=600)
    at = models.DateTimeField("提出时间")

    labels: ClassVar = label_fields(L1="number dataset column at", L3_person="words")
    developer_copy: ClassVar = ("number", "dataset", "column", "at")

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return self.number


class Appeal(models.Model):
    """What a citizen asks of their own data: an objection to a use, or a correction. Words and name are personal."""

    reference = models.CharField("编号", max_length=24, unique=True)
    kind = models.CharField("类型", max_length=20)
    subject = models.CharField("主体令牌", max_length=64)
    who = models.CharField("申请人", max_length=80)
    entry = models.CharField("留痕编号", max_length=120, blank=True)
    dataset = models.CharField("数据资源", max_length=400)
    column = models.CharField("数据项", max_length=80, blank=True)
    department = models.CharField("受理部门", max_length=40)
    words = models.CharField("说明", max_length=1000)
    at = models.DateTimeField("提出时间")
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="appeal")
    labels: ClassVar = label_fields(
        L1="reference kind entry dataset column department at", L3_person="subject who words"
    )
    developer_copy: ClassVar = ("reference", "kind", "dataset", "column", "department", "at", "matter")

    class Meta:
        ordering: ClassVar = ["-at"]
        indexes: ClassVar = [models.Index(fields=["subject"], name="appeal_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def answer(self) -> str:
        """What the department said at the end; empty while it is under way."""
        last = self.matter.steps.order_by("-number").first() if self.matter.ended_at else None
        return last.reason if last else ""
