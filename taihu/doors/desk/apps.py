"""Tells Django about the desk."""

from django.apps import AppConfig


class Desk(AppConfig):
    """The desk: pages without tables of their own."""

    name = "taihu.doors.desk"
    verbose_name = "工作台"
