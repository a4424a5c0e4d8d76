"""Tells Django about the portal."""

from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig

from taihu.doors.portal.mine.flow import FLOWS


class Portal(AppConfig):
    """The public's door, with the releases that left through it."""

    name = "taihu.doors.portal"
    verbose_name = "开放门户"
    default_auto_field = "django.db.models.BigAutoField"
    flows = FLOWS
    subjects: ClassVar = {"objection": "desk:appeal", "correction": "desk:appeal"}
