"""Tells Django about this room."""

from django.apps import AppConfig


class Watches(AppConfig):
    """The room of watch."""

    name = "taihu.patterns.watch"
    verbose_name = "监测"
    default_auto_field = "django.db.models.BigAutoField"
