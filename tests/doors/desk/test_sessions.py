"""Signing in: alike for known and unknown names, ended by idleness, age and too many browsers."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from taihu.control.accounts import rules, sessions
from taihu.control.accounts.models import SignIn
from taihu.control.accounts.roles import Role
from tests import builders as make
from tests.control import control_builders as small

RULES = rules.rules_at(make.MONDAY)
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def person(stores, settings):
    settings.TAIHU_DEMO = True
    made = make.a_person("police.s", Role.STEWARD)
    made.set_password(small.PASSWORD)
    made.save()
    return made


def _sign_in(client, **said):
    return client.post("/login", {"username": "police.s", "password": small.PASSWORD, **said})


def test_signing_in_and_out_are_in_the_ledger(person, client, stores):
    assert _sign_in(client)["Location"] == "/desk/"
    client.post("/logout")

    acts = [found.entry.act for found in stores.ledger.entries().entries]
    assert acts == ["accounts.sign-out", "accounts.sign-in"]


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(person, client):
    wrong_name = _sign_in(client, username="nobody").content.decode()
    wrong_password = _sign_in(client, password="wrong").content.decode()

    for page in (wrong_name, wrong_password):
        assert "登录名或密码不正确" in page


def test_a_new_person_comes_no_further_than_the_password_page(person, client):
    person.is_demo, person.must_change_password = False, True
    person.save()

    assert _sign_in(client)["Location"] == "/desk/password"
    assert client.get("/desk/")["Location"] == "/desk/password"
    client.post("/desk/password", {"old": small.PASSWORD, "new": "Another-2026-lake", "again": "Another-2026-lake"})
    assert client.get("/desk/").status_code == 200


def test_the_rules_are_thirty_minutes_eight_hours_three_browsers_and_five_passwords_of_ninety_days():
    assert (RULES.idle_minutes, RULES.session_hours, RULES.sessions_at_once) == (30, 8, 3)
    assert (RULES.passwords_remembered, RULES.password_days) == (5, 90)


@pytest.mark.parametrize("days", [89, 91])
def test_a_password_grows_old(person, client, days):
    person.is_demo, person.password_set_at = False, timezone.now() - datetime.timedelta(days=days)
    person.save()

    assert _sign_in(client)["Location"] == ("/desk/" if days <= RULES.password_days else "/desk/password")


@pytest.mark.parametrize(("name", "age"), [(sessions.SEEN, RULES.idle), (sessions.BEGUN, RULES.whole)])
def test_a_session_ends_by_itself(person, client, name, age):
    _sign_in(client)
    session = client.session
    session[name] = (timezone.now() - age - datetime.timedelta(minutes=1)).timestamp()
    session.save()

    answer = client.get("/desk/batches/")

    assert answer["Location"].startswith("/login?next=")
    assert SignIn.objects.get().ended_at is not None


def test_the_oldest_of_too_many_browsers_is_signed_out(person):
    clients = [Client() for _ in range(RULES.sessions_at_once + 1)]
    for one in clients:
        _sign_in(one)

    assert [one.get("/desk/").status_code for one in clients] == [302, 200, 200, 200]


def test_after_signing_in_nobody_is_sent_out_of_the_house(person, client):
    assert _sign_in(client, next="https://evil.example/")["Location"] == "/desk/"
    assert _sign_in(client, next="/desk/runs/")["Location"] == "/desk/runs/"


def test_the_demo_switch_exists_only_in_the_demo_and_only_for_demo_people(person, client, settings):
    settings.TAIHU_DEMO = False
    assert client.post("/demo", {"username": "police.s"}).status_code == 404
    settings.TAIHU_DEMO = True
    assert client.post("/demo", {"username": "police.s"})["Location"] == "/desk/"
    make.a_person("police.real", Role.STEWARD, is_demo=False)
    assert client.post("/demo", {"username": "police.real"}).status_code == 404


def test_a_stopped_account_signs_in_no_more(person, client):
    person.is_active = False
    person.save()

    assert "登录名或密码不正确" in _sign_in(client).content.decode()
