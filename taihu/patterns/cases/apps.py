"""Tells Django about this room, and the flows about the kinds of case that packs declare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from django.apps import AppConfig
from django.conf import settings

from taihu.control.flows.flow import Flow
from taihu.patterns.cases import kinds


class Cases(AppConfig):
    """The room of cases."""

    name = "taihu.patterns.cases"
    subjects: ClassVar = {"case": "cases:about"}
    verbose_name = "事件"
    default_auto_field = "django.db.models.BigAutoField"

    def find_flows(self) -> Iterator[Flow]:
        """One flow for each kind on the shelf."""
        yield from kinds.flows_at(Path(settings.TAIHU_PACKS))
