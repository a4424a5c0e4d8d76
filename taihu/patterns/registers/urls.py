"""Addresses of registers."""

from django.urls import path

from taihu.patterns.registers import views

app_name = "registers"
urlpatterns = [
    path("<str:pack>/<slug:name>", views.entries, name="list"),
    path("<str:pack>/<slug:name>/<path:key>", views.record, name="record"),
]
