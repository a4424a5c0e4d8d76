"""Tells Django about the desk, and gives the shell its rail."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class Desk(AppConfig):
    """The desk: pages without tables of their own."""

    name = "taihu.doors.desk"
    verbose_name = "工作台"

    def ready(self) -> None:
        """Hands rail and top bar to the shell of the site, which stands above and asks for them by name."""
        fill = import_string("taihu.site.shell.fill")
        fill(rail=import_string("taihu.doors.desk.rail.words"), who=import_string("taihu.doors.desk.rail.wearing"))
