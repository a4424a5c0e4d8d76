"""Entry: a dataset as the catalogue shows it; Edition: what was published, frozen, one after another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from taihu.control.accounts.models import Department
from taihu.control.accounts.roles import Hat, Role
from taihu.control.flows.models import Matter
from taihu.terms.fields import label_fields


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reading of entries."""

    def published(self) -> EntryQuerySet:
        """Those that may be asked for."""
        return self.filter(edition__isnull=False, withdrawn_at__isnull=True)

    def visible_to(self, hats: tuple[Hat, ...]) -> EntryQuerySet:
        """Published ones for everybody who works here; drafts for their department and the bureau."""
        if any(hat.role is Role.OFFICER for hat in hats):
            return self
        mine = {hat.department for hat in hats if hat.role in (Role.STEWARD, Role.APPROVER)}
        return self.filter(Q(department__in=mine) | Q(edition__isnull=False, withdrawn_at__isnull=True))


class Entry(models.Model):
    """One dataset of the shelf with the words that a department adds."""

    dataset = models.CharField("数据资源", max_length=160, primary_key=True)
    title = models.CharField("名称", max_length=120)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="entries", verbose_name="数源单位"
    )
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="entry")
    summary = models.TextField("摘要", blank=True)
    contact = models.CharField("联系人", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    share_condition = models.CharField("共享条件", max_length=300, blank=True)
    share_basis = models.CharField("共享类型依据", max_length=300, blank=True)
    edition = models.ForeignKey("Edition", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("下架时间", null=True)

    objects = EntryQuerySet.as_manager()
    labels: ClassVar = label_fields(
        L1="dataset title summary phone share_condition share_basis withdrawn_at", L2_person="contact"
    )
    developer_copy: ClassVar = ("dataset", "title", "department", "matter", "summary", "edition", "withdrawn_at")

    class Meta:
        ordering: ClassVar = ["dataset"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        """True where the entry may be asked for."""
        return self.edition_id is not None and self.withdrawn_at is None


class Edition(models.Model):
    """An entry as it was published: columns, labels, sharing, opening and words. Never changed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField("版本")
    content = models.JSONField()
    published_at = models.DateTimeField("发布时间")
    published_by = models.CharField("发布人", max_length=60)

    labels: ClassVar = label_fields(L1="number published_at", L2_person="content published_by")
    developer_copy: ClassVar = ("id", "entry", "number", "content", "published_at")

    class Meta:
        ordering: ClassVar = ["entry_id", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "number"], name="editions_in_order")]

    def __str__(self) -> str:
        return f"{self.entry_id} v{self.number}"
