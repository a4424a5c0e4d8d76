"""Tells Django about this room."""

from django.apps import AppConfig


class Outbox(AppConfig):
    """The room of messages."""

    name = "taihu.control.outbox"
    verbose_name = "消息"
    default_auto_field = "django.db.models.BigAutoField"
