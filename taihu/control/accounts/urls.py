"""Addresses of the people pages, mounted at the root because everybody signs in there."""

from django.urls import path

from taihu.control.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login", views.sign_in, name="sign_in"),
    path("logout", views.sign_out, name="sign_out"),
    path("demo", views.demo, name="demo"),
    path("desk/password", views.password, name="password"),
    path("desk/stand-in", views.stand_in, name="stand_in"),
    path("desk/stand-in/<int:pk>/end", views.end_stand_in, name="end_stand_in"),
    path("desk/people/", views.people, name="people"),
    path("desk/people/open", views.open_account, name="open"),
    path("desk/people/<int:pk>", views.person, name="person"),
    path("desk/people/<int:pk>/roles", views.give, name="give"),
    path("desk/people/<int:pk>/roles/<slug:role>/take", views.take, name="take"),
    path("desk/people/<int:pk>/switch", views.switch, name="switch"),
]
