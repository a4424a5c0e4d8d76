"""The second factor: enrol, sign in with it, recover, start anew after a loss; required by role, not of demo people."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from taihu.control.accounts import rules, second, totp
from taihu.control.accounts.factor import Authenticator, RecoveryCode
from taihu.control.accounts.models import SignIn
from taihu.control.accounts.roles import Role
from tests import builders as make
from tests.control import control_builders as small

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def person(stores, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = make.a_person("police.a", Role.APPROVER, is_demo=False, password_set_at=timezone.now())
    made.set_password(small.PASSWORD)
    made.save()
    return made


def _password(client, **said):
    return client.post("/login", {"username": "police.a", "password": small.PASSWORD, **said})


def _code(secret, *, late=0):
    return totp.code(secret, totp.step_at(timezone.now()) + late)


def _enrol(person, stores, *, minutes_ago=10):
    at = timezone.now() - datetime.timedelta(minutes=minutes_ago)
    secret = second.begin(person=person, at=at, stores=stores)
    codes = second.confirm(person=person, code=totp.code(secret, totp.step_at(at)), at=at, stores=stores)
    return secret, codes


def test_a_role_that_must_comes_no_further_than_the_enrolment(person, client, stores):
    _password(client)

    assert client.get("/desk/")["Location"] == "/desk/second-factor"
    page = client.get("/desk/second-factor").content.decode()
    assert "<svg" in page
    assert 'style="' not in page
    assert "otpauth" not in page
    secret = second.begin(person=person, at=timezone.now(), stores=stores)
    assert totp.spell(secret) in page
    wrong = client.post("/desk/second-factor", {"code": "000000x"})
    assert "验证码不正确" in wrong.content.decode()
    shown = client.post("/desk/second-factor", {"code": _code(secret)}).content.decode()
    assert len(re.findall(r"<li>[a-z2-9]{5}-[a-z2-9]{5}</li>", shown)) == 10
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize("role", sorted(Role))
def test_the_rules_say_which_roles_must(role, stores):
    now = timezone.now()
    real = make.a_person(f"police.{role}", role, is_demo=False)
    demo = make.a_person(f"police.demo-{role}", role)

    assert second.is_required(real, at=now) == (role in rules.rules_at(now).second_factor)
    assert not second.is_required(demo, at=now)
    assert {Role.OFFICER, Role.APPROVER, Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR} <= rules.rules_at(
        now
    ).second_factor


def test_the_secret_lies_sealed_and_the_codes_lie_hashed(person, stores):
    secret, codes = _enrol(person, stores)

    kept = bytes(Authenticator.objects.get().sealed)
    assert kept.startswith(b"intl-1\0")
    assert secret not in kept
    hashes = set(RecoveryCode.objects.values_list("hashed", flat=True))
    assert len(hashes) == 10
    assert not any(code in hashed or code.replace("-", "") in hashed for code in codes for hashed in hashes)


def test_the_password_alone_signs_nobody_in_who_has_enrolled(person, client, stores):
    secret, _ = _enrol(person, stores)

    assert _password(client, next="/desk/runs/")["Location"] == "/login/code"
    assert client.get("/desk/").status_code == 302
    assert SignIn.objects.count() == 0
    assert "验证码不正确" in client.post("/login/code", {"code": "123"}).content.decode()
    assert client.post("/login/code", {"code": _code(secret)})["Location"] == "/desk/runs/"
    assert client.get("/desk/").status_code == 200


def test_a_code_signs_in_once(person, client, stores):
    secret, _ = _enrol(person, stores)
    code = _code(secret)
    _password(client)
    client.post("/login/code", {"code": code})
    other = Client()
    _password(other)

    assert "验证码不正确" in other.post("/login/code", {"code": code}).content.decode()


def test_a_recovery_code_signs_in_once_and_leaves_a_trace(person, client, stores):
    _, codes = _enrol(person, stores)
    _password(client)
    assert client.post("/login/code", {"code": codes[0].upper()})["Location"] == "/desk/"
    other = Client()
    _password(other)

    assert "验证码不正确" in other.post("/login/code", {"code": codes[0]}).content.decode()
    assert second.codes_left(person) == 9
    assert "accounts.second.recover" in [found.entry.act for found in stores.ledger.entries().entries]


def test_guessing_codes_is_paused_though_the_password_is_right(person, client, stores):
    secret, _ = _enrol(person, stores)

    statuses = []
    for _ in range(4):
        _password(client)
        statuses.append(client.post("/login/code", {"code": "000000x"}).status_code)

    assert 429 in statuses
    assert client.post("/login/code", {"code": _code(secret)}).status_code in (302, 429)
    assert client.get("/desk/").status_code == 302


def test_the_way_between_the_steps_is_short_and_ends_with_the_password(person, client, stores):
    secret, _ = _enrol(person, stores)
    assert client.get("/login/code")["Location"] == "/login"
    _password(client)
    session = client.session
    session["half_way"] = {**session["half_way"], "at": session["half_way"]["at"] - 301}
    session.save()
    assert client.post("/login/code", {"code": _code(secret)})["Location"] == "/login"
    _password(client)
    person.set_password("Another-2026-lake")
    person.save()

    assert client.post("/login/code", {"code": _code(secret)})["Location"] == "/login"


def test_enrolling_ends_the_sessions_that_began_without_it(person, stores):
    here, elsewhere = Client(), Client()
    for one in (here, elsewhere):
        _password(one)
    here.get("/desk/second-factor")
    secret = second.begin(person=person, at=timezone.now(), stores=stores)
    here.post("/desk/second-factor", {"code": _code(secret)})

    assert here.get("/desk/").status_code == 200
    assert elsewhere.get("/desk/")["Location"].startswith("/login")


def test_new_recovery_codes_need_a_code_and_end_the_old(person, client, stores):
    secret, old = _enrol(person, stores)
    _password(client)
    client.post("/login/code", {"code": _code(secret)})

    assert client.post("/desk/second-factor/codes", {"code": "123456x"})["Location"] == "/desk/second-factor"
    fresh = client.post("/desk/second-factor/codes", {"code": _code(secret, late=1)}).content.decode()
    assert "请保存恢复码" in fresh
    with pytest.raises(second.WrongCode):
        second.prove(person=person, code=old[0], at=timezone.now(), stores=stores)


def test_after_a_loss_the_system_administrator_resets_and_the_ledger_knows(person, browse, client, stores):
    _enrol(person, stores)
    _password(client)
    admin = make.a_person("bigdata.admin", Role.SYSADMIN)

    browse(admin).post(f"/desk/people/{person.pk}/second-factor/reset")

    assert not second.is_enrolled(person)
    assert RecoveryCode.objects.count() == 0
    assert _password(Client())["Location"] == "/desk/"
    entry = next(f.entry for f in stores.ledger.entries().entries if f.entry.act == "accounts.second.reset")
    assert (entry.by, entry.detail["person"]) == ("bigdata.admin", "police.a")


def test_nobody_else_resets_and_nobody_herself(person, browse, stores):
    admin = make.a_person("bigdata.admin", Role.SYSADMIN)
    _enrol(admin, stores)
    secadmin = make.a_person("bigdata.sec", Role.SECADMIN)

    assert browse(secadmin).post(f"/desk/people/{admin.pk}/second-factor/reset").status_code == 403
    assert browse(admin).post(f"/desk/people/{admin.pk}/second-factor/reset").status_code == 409
    assert browse(admin).post(f"/desk/people/{person.pk}/second-factor/reset").status_code == 409
    assert second.is_enrolled(admin)


def test_a_demo_person_may_enrol_and_reads_that_it_is_not_forced(browse, stores):
    demo = make.a_person("police.demo", Role.APPROVER)
    client = browse(demo)

    assert client.get("/desk/").status_code == 200
    assert "不强制" in client.get("/desk/second-factor").content.decode()
