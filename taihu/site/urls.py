"""All addresses of the pages: the portal at the root, the desk with its topics, the component page, and the errors."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from taihu.site import errors, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("components", views.components, name="components"),
    path("look", views.choose, name="look"),
    path("healthz", views.healthz, name="healthz"),
    path("", include("taihu.control.accounts.urls")),
    path("desk/", include("taihu.doors.desk.urls")),
    path("", include("taihu.doors.portal.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
