from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from taihu.site import assets, errors, shell

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def browser():
    return Client(headers={"accept": "text/html"})


def test_the_component_page_shows_every_component(browser):
    page = browser.get("/components")

    assert page.status_code == 200
    for part in (
        "table-wrap",
        "timeline",
        "steps",
        "callout is-bad",
        "nothing",
        "summary",
        "data-chart",
        "data-map",
        "diff",
    ):
        assert part in page.content.decode()


def test_pages_carry_the_headers_of_the_house(browser):
    page = browser.get("/components")
    policy = page.headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "worker-src 'self'" in policy
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_no_component_holds_an_inline_script_or_style(browser):
    text = browser.get("/components").content.decode()

    assert not re.search(r"<script(?![^>]*src=)(?![^>]*application/json)|<style|\sstyle=|\son\w+=", text)


def test_the_choice_of_theme_and_language_stays_and_leads_back(browser):
    chosen = browser.post("/look", {"theme": "dark", "back": "/components#form"})
    browser.post("/look", {"language": "en", "back": "/components"})
    page = browser.get("/components").content.decode()

    assert chosen.headers["Location"] == "/components#form"
    assert 'data-theme="dark"' in page
    assert 'lang="en"' in page


def test_the_choice_leads_nowhere_else(browser):
    for back in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert browser.post("/look", {"theme": "dark", "back": back}).headers["Location"] == "/"


def test_an_unknown_choice_counts_as_not_chosen(browser):
    browser.cookies["theme"], browser.cookies["language"] = "pink", "xx"
    page = browser.get("/components").content.decode()

    assert 'data-theme="system"' in page
    assert 'lang="zh-CN"' in page


def test_a_page_that_is_not_there_says_where_to_go_on(browser):
    page = browser.get("/nothing-here")

    assert page.status_code == 404
    assert "D-404" in page.content.decode()
    assert 'href="/"' in page.content.decode()


def test_a_program_gets_the_one_shape_for_errors():
    answer = Client(headers={"accept": "application/json"}).get("/nothing-here")

    assert set(answer.json()) == {"code", "message", "where", "help"}


def test_a_form_without_its_token_is_refused_with_a_remedy():
    page = Client(enforce_csrf_checks=True, headers={"accept": "text/html"}).post("/look", {"theme": "dark"})

    assert page.status_code == 403
    assert "表单已过期" in page.content.decode()


def test_our_own_failure_is_told_without_a_database(django_assert_num_queries):
    request = RequestFactory(headers={"accept": "text/html"}).get("/")
    with django_assert_num_queries(0):
        page = errors.server_error(request)

    assert page.status_code == 500
    assert "不是您的问题" in page.content.decode()


@pytest.mark.parametrize(("status", "handler"), [(400, errors.bad_request), (403, errors.forbidden)])
def test_refusals_have_pages_of_their_own(status, handler):
    page = handler(RequestFactory(headers={"accept": "text/html"}).get("/"), Exception("secret detail"))

    assert page.status_code == status
    assert "secret detail" not in page.content.decode()


def test_assets_change_their_address_with_their_content():
    assert re.fullmatch(r"/static/site/base\.css\?v=[0-9a-f]{10}", assets.address("site/base.css"))
    with pytest.raises(assets.NoSuchFile, match=r"site/none\.css"):
        assets.address("site/none.css")


def test_modules_are_served_as_javascript(browser):
    answer = browser.get("/static/vendor/site.mjs")

    assert answer.headers["Content-Type"].startswith("text/javascript")
    b"".join(answer.streaming_content)
    answer.close()


def test_the_rail_has_at_most_seven_words_and_marks_the_nearest(monkeypatch):
    links = [shell.Link(f"w{n}", f"/desk/{n}/") for n in range(9)] + [shell.Link("deep", "/desk/")]
    monkeypatch.setattr(shell.Shell, "rail", staticmethod(lambda request: links))
    request = RequestFactory().get("/desk/3/batch")
    request.user = type("Somebody", (), {"is_authenticated": True})()

    shown = shell.Shown(request).rail

    assert len(shown) == 7
    assert [link.title for link, is_here in shown if is_here] == ["w3"]


def test_health_is_told(browser):
    assert browser.get("/healthz").content == b"ok\n"


def test_settings_keep_their_promises():
    assert settings.DEBUG is False
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
