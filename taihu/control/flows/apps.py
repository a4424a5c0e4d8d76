"""Tells Django about this room."""

from django.apps import AppConfig


class Flows(AppConfig):
    """The room of flows."""

    name = "taihu.control.flows"
    verbose_name = "流程"
    default_auto_field = "django.db.models.BigAutoField"
