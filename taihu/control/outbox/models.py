"""Message: something that became true; Cursor: how far a reader has read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from taihu.terms.fields import label_fields


class Head(models.Model):
    """The number of the last message; its row is locked until the writer commits, so numbers appear in order."""

    last = models.BigIntegerField(default=0)

    labels: ClassVar = label_fields(L1="last")
    developer_copy: ClassVar = ("id", "last")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="one_head")]

    def __str__(self) -> str:
        return str(self.last)


class Message(models.Model):
    """One message. `body` holds names and ids, never a value of L3 or above."""

    number = models.BigIntegerField(primary_key=True)
    topic = models.CharField(max_length=80, db_index=True)
    subject = models.CharField(max_length=160)
    body = models.JSONField(default=dict)
    at = models.DateTimeField()

    labels: ClassVar = label_fields(L1="number topic subject at", L2="body")
    developer_copy: ClassVar = ("number", "topic", "at")

    class Meta:
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.topic} {self.subject}"


class Cursor(models.Model):
    """The last message that a reader has taken in."""

    reader = models.CharField(max_length=80, primary_key=True)
    position = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)

    labels: ClassVar = label_fields(L1="reader position moved_at")
    developer_copy: ClassVar = ("reader", "position", "moved_at")

    def __str__(self) -> str:
        return f"{self.reader} {self.position}"
