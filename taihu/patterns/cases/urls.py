"""Addresses of cases."""

from django.urls import path

from taihu.patterns.cases import views

app_name = "cases"
urlpatterns = [
    path("", views.cases, name="list"),
    path("<int:pk>", views.record, name="record"),
    path("<int:pk>/<slug:to>", views.move, name="move"),
    path("report/<str:kind>", views.report, name="report"),
    path("about/<path:subject>", views.about, name="about"),
]
