"""Addresses of the portal: home, the catalogue, a dataset with its files, and what the portal is."""

from __future__ import annotations

from django.urls import path, register_converter

from taihu.doors.portal import views


class DatasetId:
    """`topics.rivers.reading`: words in lower case joined by dots."""

    regex = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*){1,4}"

    def to_python(self, value: str) -> str:
        """The id as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """The id as it stands."""
        return value


register_converter(DatasetId, "dataset")

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("data", views.data, name="data"),
    path("data.json", views.data_json, name="data_json"),
    path("data/<dataset:dataset_id>", views.dataset, name="dataset"),
    path("data/<dataset:dataset_id>/meta.json", views.dataset_json, name="dataset_json"),
    path("data/<dataset:dataset_id>/download/<slug:form>", views.download, name="download"),
    path("data/<dataset:dataset_id>/report", views.report, name="report"),
    path("data/reports/<slug:number>", views.reported, name="reported"),
    path("about", views.about, name="about"),
    path("about/lowered", views.lowered, name="lowered"),
]
