"""All addresses of the pages: the portal at the root, the desk, the component page, and the errors."""

from __future__ import annotations

import importlib.util

from django.urls import URLPattern, URLResolver, include, path

from taihu.site import errors, views


def _mounted(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    """The addresses of a room, if the house has that room."""
    try:
        is_there = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        is_there = False
    return [path(prefix, include(module))] if is_there else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("components", views.components, name="components"),
    path("look", views.choose, name="look"),
    path("healthz", views.healthz, name="healthz"),
    *_mounted("", "taihu.control.accounts.urls"),
    *_mounted("desk/", "taihu.doors.desk.urls"),
    *_mounted("", "taihu.doors.portal.urls"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
