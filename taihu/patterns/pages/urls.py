"""Addresses of topics: the list, their pages, and the rows under every figure."""

from django.urls import path

from taihu.patterns.pages import views

app_name = "pages"
urlpatterns = [
    path("", views.topics, name="topics"),
    path("<str:pack>/rows/<slug:query>", views.rows, name="rows"),
    path("<str:pack>/rows/<slug:query>.<slug:ending>", views.download, name="download"),
    path("<str:pack>/<slug:name>", views.page, name="page"),
]
