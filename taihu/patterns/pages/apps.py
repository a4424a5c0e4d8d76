"""Tells Django about this room."""

from django.apps import AppConfig


class Pages(AppConfig):
    """The room of pages."""

    name = "taihu.patterns.pages"
    verbose_name = "页面"
    default_auto_field = "django.db.models.BigAutoField"
