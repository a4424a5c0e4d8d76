"""Tells Django about this room and its flow."""

from typing import ClassVar

from django.apps import AppConfig

from taihu.control.grants.flow import FLOW


class Grants(AppConfig):
    """The room of grants."""

    name = "taihu.control.grants"
    verbose_name = "共享授权"
    default_auto_field = "django.db.models.BigAutoField"
    flows = (FLOW,)
    subjects: ClassVar = {"grant": "grants:page"}
