"""Addresses of maps."""

from django.urls import path

from taihu.patterns.maps import views

app_name = "maps"
urlpatterns = [
    path("<str:pack>/<slug:name>", views.show, name="map"),
    path("<str:pack>/<slug:name>/<slug:layer>.geojson", views.layer, name="layer"),
]
