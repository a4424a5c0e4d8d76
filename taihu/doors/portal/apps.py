"""Tells Django about the portal."""

from __future__ import annotations

from django.apps import AppConfig


class Portal(AppConfig):
    """The public's door, with the releases that left through it."""

    name = "taihu.doors.portal"
    verbose_name = "开放门户"
    default_auto_field = "django.db.models.BigAutoField"
