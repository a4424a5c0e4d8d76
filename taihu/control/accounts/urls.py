"""Addresses of the people pages, mounted at the root because everybody signs in there."""

from django.urls import path

from taihu.control.accounts import entrance, second_pages, views

app_name = "accounts"
urlpatterns = [
    path("login", entrance.sign_in, name="sign_in"),
    path("login/code", entrance.second_step, name="second_step"),
    path("logout", entrance.sign_out, name="sign_out"),
    path("demo", entrance.demo, name="demo"),
    path("desk/password", views.password, name="password"),
    path("desk/second-factor", second_pages.enrol, name="second_factor"),
    path("desk/second-factor/codes", second_pages.renew, name="recovery_codes"),
    path("desk/stand-in", views.stand_in, name="stand_in"),
    path("desk/stand-in/<int:pk>/end", views.end_stand_in, name="end_stand_in"),
    path("desk/people/", views.people, name="people"),
    path("desk/people/open", views.open_account, name="open"),
    path("desk/people/<int:pk>", views.person, name="person"),
    path("desk/people/<int:pk>/roles", views.give, name="give"),
    path("desk/people/<int:pk>/roles/<slug:role>/take", views.take, name="take"),
    path("desk/people/<int:pk>/switch", views.switch, name="switch"),
    path("desk/people/<int:pk>/second-factor/reset", views.reset_second, name="reset_second"),
]
