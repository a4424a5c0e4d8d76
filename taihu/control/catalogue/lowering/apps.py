"""Tells Django about this room and its flows."""

from typing import ClassVar

from django.apps import AppConfig

from taihu.control.catalogue.lowering.flow import BLOCKED, FLOW


class Lowering(AppConfig):
    """The room of declassifiers."""

    name = "taihu.control.catalogue.lowering"
    label = "lowering"
    verbose_name = "数据降级"
    default_auto_field = "django.db.models.BigAutoField"
    flows = (FLOW, BLOCKED)
    subjects: ClassVar = {"declassifier": "lowering:page"}
