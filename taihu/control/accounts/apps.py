"""Tells Django about this room."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """The room of people and roles."""

    name = "taihu.control.accounts"
    verbose_name = "人员与角色"
    default_auto_field = "django.db.models.BigAutoField"
