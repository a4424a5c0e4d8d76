"""Tells Django about this room and its flow."""

from typing import ClassVar

from django.apps import AppConfig

from taihu.control.catalogue import erasing_flow
from taihu.control.catalogue.flow import FLOW


class Catalogue(AppConfig):
    """The room of catalogue entries."""

    name = "taihu.control.catalogue"
    verbose_name = "目录"
    default_auto_field = "django.db.models.BigAutoField"
    flows = (FLOW, erasing_flow.FLOW)
    subjects: ClassVar = {"entry": "catalogue:page", "erasure": "desk:erasure"}
