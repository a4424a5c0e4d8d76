"""Addresses of the catalogue's pages."""

from django.urls import path

from taihu.control.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("", views.entries, name="list"),
    path("<str:dataset>", views.page, name="page"),
    path("<str:dataset>/write", views.write, name="write"),
    path("<str:dataset>/move/<slug:to>", views.move, name="move"),
]
