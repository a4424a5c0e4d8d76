"""Addresses of the pages of runs."""

from django.urls import path

from taihu.control.runs import views

app_name = "runs"
urlpatterns = [
    path("", views.runs, name="list"),
    path("<slug:pk>", views.run, name="run"),
    path("<slug:pk>/stop", views.stop, name="stop"),
    path("<slug:pk>/again", views.again, name="again"),
]
