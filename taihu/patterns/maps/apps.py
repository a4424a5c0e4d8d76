"""Tells Django about this room."""

from django.apps import AppConfig


class Maps(AppConfig):
    """The room of maps."""

    name = "taihu.patterns.maps"
    verbose_name = "图层"
    default_auto_field = "django.db.models.BigAutoField"
