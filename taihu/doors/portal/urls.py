"""Addresses of the portal: home, the catalogue, a dataset with its files, and what the portal is."""

from __future__ import annotations

from django.urls import path, register_converter

from taihu.doors.portal import heads, views
from taihu.doors.portal.mine import views as mine


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
    path("ledger/", heads.heads, name="heads"),
    path("ledger/heads.json", heads.heads_json, name="heads_json"),
    path("my/", mine.mine, name="mine"),
    path("my/enter", mine.mine_enter, name="mine_enter"),
    path("my/leave", mine.mine_leave, name="mine_leave"),
    path("my/uses/<slug:segment>/<int:number>", mine.mine_use, name="mine_use"),
    path("my/uses/<slug:segment>/<int:number>/proof", mine.mine_proof, name="mine_proof"),
    path("my/uses/<slug:segment>/<int:number>/object", mine.mine_object, name="mine_object"),
    path("my/correct", mine.mine_correct, name="mine_correct"),
    path("my/appeals/<slug:reference>", mine.mine_appeal, name="mine_appeal"),
    path("about/lowered", views.lowered, name="lowered"),
]
