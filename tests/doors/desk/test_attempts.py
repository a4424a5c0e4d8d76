"""Wrong attempts: paused for ever longer, counted so that a stranger locks nobody out, and alike for every name."""

import datetime
import re

import pytest
from django.contrib.auth import hashers
from django.test import Client, RequestFactory
from django.utils import timezone

from taihu.control.accounts import attempts, rules
from taihu.control.accounts.factor import Failures
from taihu.control.accounts.roles import Role
from tests import builders as make
from tests.control.control_builders import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"  # how slow the real one is, is not asked here
NOW = make.MONDAY
RULES = rules.rules_at(NOW)
OWN, STRANGER = "10.0.0.7", "203.0.113.9"


@pytest.fixture
def person(stores, settings):
    settings.TAIHU_DEMO = True
    settings.PASSWORD_HASHERS = [QUICK]
    made = make.a_person("police.s", Role.STEWARD)
    made.set_password(PASSWORD)
    made.save()
    return made


def _sign_in(client, address=OWN, **said):
    told = {"username": "police.s", "password": PASSWORD, **said}
    return client.post("/login", told, headers={"x-forwarded-for": address})


def _ask(address=OWN, peer="127.0.0.1", **cookies):
    request = RequestFactory().post("/login", REMOTE_ADDR=peer, headers={"x-forwarded-for": address} if address else {})
    request.COOKIES.update(cookies)
    return request


def test_a_stranger_who_guesses_pauses_himself_and_not_the_person(person):
    stranger = Client()
    statuses = [_sign_in(stranger, STRANGER, password="wrong").status_code for _ in range(RULES.failures + 1)]

    assert statuses == [200] * RULES.failures + [429]
    assert _sign_in(stranger, STRANGER).status_code == 429
    assert _sign_in(Client())["Location"] == "/desk/"


def test_a_known_browser_gets_in_though_a_stranger_sits_at_the_same_address(person):
    own = Client()
    _sign_in(own)
    own.post("/logout")
    for _ in range(RULES.failures + 1):
        paused = _sign_in(Client(), password="wrong")

    assert paused.status_code == 429
    assert int(paused["Retry-After"]) > 0
    assert _sign_in(Client()).status_code == 429
    assert _sign_in(own)["Location"] == "/desk/"


def test_a_known_browser_that_guesses_is_paused_too(person):
    own = Client()
    _sign_in(own)
    own.post("/logout")

    statuses = [_sign_in(own, password="wrong").status_code for _ in range(RULES.failures + 1)]

    assert statuses[-1] == 429


def test_a_browser_is_known_for_its_own_person_only(person):
    own = Client()
    _sign_in(own)
    token = own.cookies[attempts.COOKIE].value

    assert attempts.find_browser(_ask(known=token), "police.s", at=timezone.now()) is not None
    assert attempts.find_browser(_ask(known=token), "police.other", at=timezone.now()) is None
    assert attempts.find_browser(_ask(known=token[:-1]), "police.s", at=timezone.now()) is None
    later = timezone.now() + datetime.timedelta(days=RULES.known_browser_days + 1)
    assert attempts.find_browser(_ask(known=token), "police.s", at=later) is None


def test_the_pause_doubles_up_to_the_longest():
    pauses, at = [], NOW
    for _ in range(RULES.failures + 8):
        try:
            attempts.begin(_ask(), "anybody", at=at)
        except attempts.Paused as paused:
            pauses.append(paused.seconds - 1)
            at += datetime.timedelta(seconds=paused.seconds)
            attempts.begin(_ask(), "anybody", at=at)

    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600][: len(pauses)]
    assert len(pauses) == 8


def test_failures_are_forgotten_after_a_day():
    for _ in range(RULES.failures - 1):
        attempts.begin(_ask(), "anybody", at=NOW)
    later = NOW + datetime.timedelta(hours=RULES.failures_forgotten_hours + 1)
    attempts.begin(_ask(), "anybody", at=later)

    attempts.begin(_ask(), "anybody", at=later)


def test_one_address_does_not_try_many_names():
    for number in range(RULES.failures_of_address):
        attempts.begin(_ask(), f"name-{number}", at=NOW)

    with pytest.raises(attempts.Paused):
        attempts.begin(_ask(), "another", at=NOW)
    attempts.begin(_ask(STRANGER), "another", at=NOW)


def test_those_who_get_in_do_not_fill_their_address():
    for number in range(RULES.failures_of_address * 2):
        attempts.succeed(attempts.begin(_ask(), f"name-{number}", at=NOW))

    attempts.begin(_ask(), "another", at=NOW)


def test_no_name_stands_in_the_table():
    attempts.begin(_ask(), "My-password-by-mistake", at=NOW)

    assert not any("mistake" in one.key for one in Failures.objects.all())


@pytest.mark.parametrize(
    ("told", "peer", "address"),
    [
        ("203.0.113.9", "127.0.0.1", "203.0.113.9"),  # our gateway says for whom it asks
        ("203.0.113.9", "198.51.100.2", "198.51.100.2"),  # anybody else may say what he likes
        ("", "127.0.0.1", "127.0.0.1"),
        ("1.2.3.4, 203.0.113.9", "127.0.0.1", "203.0.113.9"),
        ("nonsense", "127.0.0.1", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "127.0.0.1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "::1", "203.0.113.9"),
    ],
)
def test_the_address_is_believed_of_our_own_gateway_only(told, peer, address):
    assert attempts.address_of(_ask(told, peer)) == address


def _shown(answer):
    return answer.status_code, re.sub(r'value="[^"]*"|<time .*?</time>', "", answer.content.decode())


def test_known_and_unknown_names_cannot_be_told_apart_by_text(person):
    pairs = [(_sign_in(Client(), STRANGER, password="wrong"), _sign_in(Client(), username="nobody", password="wrong"))]
    pairs += [
        (_sign_in(Client(), STRANGER, password="wrong"), _sign_in(Client(), username="nobody", password="wrong"))
        for _ in range(RULES.failures + 1)
    ]

    assert [_shown(known) for known, _ in pairs] == [_shown(unknown) for _, unknown in pairs]
    assert pairs[-1][0].status_code == 429


def test_known_and_unknown_names_cost_the_same_hashing(person, settings, monkeypatch):
    """Hashing is the whole cost of an answer (170 ms by Argon2): it is done once, whoever is named, also if stopped."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    person.set_password(PASSWORD)
    person.save()
    runs = []
    hasher = hashers.get_hasher()
    for name in ("encode", "verify"):
        real = getattr(type(hasher), name)
        monkeypatch.setattr(type(hasher), name, lambda *a, real=real, **k: runs.append(1) or real(*a, **k))

    counts = {}
    for name in ("police.s", "nobody"):
        runs.clear()
        _sign_in(Client(), STRANGER, username=name, password="wrong")
        counts[name] = len(runs)
    person.is_active = False
    person.save()
    runs.clear()
    _sign_in(Client(), STRANGER)

    assert counts == {"police.s": 1, "nobody": 1}
    assert len(runs) == 1


def test_demo_people_sign_in_nowhere_but_in_the_demo(person, settings):
    settings.TAIHU_DEMO = False

    assert "登录名或密码不正确" in _sign_in(Client()).content.decode()
