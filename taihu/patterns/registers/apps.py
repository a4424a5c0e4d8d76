"""Tells Django about this room."""

from django.apps import AppConfig


class Registers(AppConfig):
    """The room of registers."""

    name = "taihu.patterns.registers"
    verbose_name = "名录"
    default_auto_field = "django.db.models.BigAutoField"
