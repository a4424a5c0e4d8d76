"""Addresses of the pages of grants."""

from django.urls import path

from taihu.control.grants import views

app_name = "grants"
urlpatterns = [
    path("", views.grants, name="list"),
    path("ask/<str:dataset>", views.ask, name="ask"),
    path("<slug:reference>", views.page, name="page"),
    path("<slug:reference>/amend", views.amend, name="amend"),
    path("<slug:reference>/sign", views.sign, name="sign"),
    path("<slug:reference>/key", views.key, name="key"),
    path("<slug:reference>/move/<slug:to>", views.move, name="move"),
]
