"""Addresses of the pages of lowering."""

from django.urls import path

from taihu.control.catalogue.lowering import views

app_name = "lowering"
urlpatterns = [
    path("", views.declassifiers, name="list"),
    path("<str:declassifier>", views.page, name="page"),
    path("<str:declassifier>/try", views.try_out, name="try"),
    path("<str:declassifier>/ask", views.ask, name="ask"),
    path("<str:declassifier>/move/<slug:to>", views.move, name="move"),
]
