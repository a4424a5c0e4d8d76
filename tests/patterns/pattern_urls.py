"""The addresses of the house, with the patterns' rooms under the desk whether or not the desk mounts them yet."""

from django.urls import include, path

from taihu.site import urls
from taihu.site.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [
    path("desk/topics/", include("taihu.patterns.pages.urls")),
    path("desk/maps/", include("taihu.patterns.maps.urls")),
    path("desk/registers/", include("taihu.patterns.registers.urls")),
    path("desk/cases/", include("taihu.patterns.cases.urls")),
    *urls.urlpatterns,
]
