"""Tells Django about this room."""

from django.apps import AppConfig


class Runs(AppConfig):
    """The room of runs."""

    name = "taihu.control.runs"
    verbose_name = "任务"
    default_auto_field = "django.db.models.BigAutoField"
