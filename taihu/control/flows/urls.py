"""Addresses of what can be done with any matter."""

from django.urls import path

from taihu.control.flows import views

app_name = "flows"
urlpatterns = [
    path("<int:pk>/urge", views.urge, name="urge"),
    path("<int:pk>/hand-over", views.hand_over, name="hand_over"),
]
