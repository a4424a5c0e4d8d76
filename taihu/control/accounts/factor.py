"""What proves a person beside her password: authenticator, recovery codes, known browsers; and attempts that failed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from taihu.terms.fields import label_fields


class Authenticator(models.Model):
    """The secret that a person's application shares with the house, sealed; it counts once a code has confirmed it."""

    person = models.OneToOneField("accounts.Person", on_delete=models.PROTECT, related_name="authenticator")
    sealed = models.BinaryField("密封的密钥")
    made_at = models.DateTimeField("生成时间")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    last_step = models.BigIntegerField("最近一次使用的时间步", default=-1)

    labels: ClassVar = label_fields(L1="made_at confirmed_at last_step", L4="sealed")
    developer_copy: ClassVar = ("id", "person", "made_at", "confirmed_at")

    def __str__(self) -> str:
        return f"{self.person_id}"


class RecoveryCode(models.Model):
    """The keyed hash of a code that stands in for the application once."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="recovery_codes")
    hashed = models.CharField(max_length=64)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    labels: ClassVar = label_fields(L1="used_at", L4="hashed")
    developer_copy: ClassVar = ("id", "person", "used_at")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "hashed"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.person_id}"


class KnownBrowser(models.Model):
    """A browser from which a person has signed in: strangers who guess her password do not lock it out."""

    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="known_browsers")
    hashed = models.CharField(max_length=64, unique=True)
    known_at = models.DateTimeField("首次登录")
    seen_at = models.DateTimeField("最近登录")

    labels: ClassVar = label_fields(L1="known_at seen_at", L4="hashed")
    developer_copy: ClassVar = ("id", "person", "known_at", "seen_at")

    def __str__(self) -> str:
        return f"{self.person_id}"


class Failures(models.Model):
    """Wrong attempts in a row under one key (a hash of name and address, of an address, or of a known browser)."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField("次数", default=0)
    last_at = models.DateTimeField("最近一次")
    paused_until = models.DateTimeField("暂停至", null=True, blank=True)

    labels: ClassVar = label_fields(L1="count last_at paused_until", L2_person="key")
    developer_copy: ClassVar = ("count", "last_at")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(count__gte=0), name="failures_counted")]

    def __str__(self) -> str:
        return f"{self.count}"
