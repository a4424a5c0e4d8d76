"""The look as a Django app: its templates, tags and static files."""

from __future__ import annotations

from django.apps import AppConfig


class Site(AppConfig):
    """The site."""

    name = "taihu.site"
    label = "site"
    verbose_name = "站点"
