"""The second factor: enrol an application, confirm it, use a code or a recovery code, start anew after a loss."""

from __future__ import annotations

import datetime
import secrets

from django.db import transaction
from django.utils.crypto import salted_hmac

from taihu.control.accounts import actions, day, permissions, rules, sessions, totp
from taihu.control.accounts.factor import Authenticator, RecoveryCode
from taihu.control.accounts.models import Person
from taihu.control.accounts.permissions import NotYourself
from taihu.data.engines.stores import Stores
from taihu.terms import fault
from taihu.terms.problem import Problem

PURPOSE = "second-factor"
# Without letters and digits that look alike: 31 signs, ten of them make 49 bits.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(Problem):
    """The code is not the one of this moment, or was used before."""

    code = "A-CODE-01"
    status = 403


class NoAuthenticator(Problem):
    """There is no application to confirm or to take away."""

    code = "A-CODE-02"
    status = 409


def is_enrolled(person: Person) -> bool:
    """True where an application was confirmed."""
    return Authenticator.objects.filter(person=person, confirmed_at__isnull=False).exists()


def is_required(person: Person, *, at: datetime.datetime) -> bool:
    """True where a role of hers asks for it. Demo accounts may enrol, but are not forced to."""
    asking = rules.rules_at(at).second_factor
    return not person.is_demo and any(hat.role in asking for hat in person.hats(on=day.day_of(at)))


def is_missing(person: Person, *, at: datetime.datetime) -> bool:
    """True where she must enrol before anything else."""
    return is_required(person, at=at) and not is_enrolled(person)


def begin(*, person: Person, at: datetime.datetime, stores: Stores) -> bytes:
    """The secret to put into an application; the same until it is confirmed. Refuses while another one counts."""
    with transaction.atomic():
        known = Authenticator.objects.filter(person=person).first()
        if known is not None and known.confirmed_at is not None:
            raise NoAuthenticator("已登记身份验证器", help="如需更换，请先以现有验证码停用，或由系统管理员重置")
        if known is not None:
            return _open(known, stores)
        secret = totp.make_secret()
        fault.point("accounts.second.begin")
        Authenticator.objects.create(person=person, sealed=_seal(secret, person, stores), made_at=at)
    return secret


def confirm(*, person: Person, code: str, at: datetime.datetime, stores: Stores, keep: str = "") -> list[str]:
    """Confirms the application by one of its codes; returns the recovery codes, which are shown this once.

    Her other sessions end: they began without it. `keep` is the session that goes on.
    """
    with transaction.atomic():
        known = Authenticator.objects.filter(person=person, confirmed_at=None).first()
        if known is None:
            raise NoAuthenticator("没有待确认的身份验证器", help="请重新打开登记页面")
        step = totp.find_step(_open(known, stores), _plain(code), at=at)
        if step is None:
            raise WrongCode("验证码不正确", help="请核对手机时间是否准确，输入当前显示的 6 位数字")
        fault.point("accounts.second.confirm")
        known.confirmed_at, known.last_step = at, step
        known.save(update_fields=["confirmed_at", "last_step"])
        codes = _renew_codes(person, at)
        sessions.end_all(person, at=at, reason="登记身份验证器", keep=keep)
        actions.enter(stores, "accounts.second.confirm", person, at, person)
    return codes


def prove(*, person: Person, code: str, at: datetime.datetime, stores: Stores) -> None:
    """Accepts a code of the application, or a recovery code, each once; raises WrongCode."""
    given = _plain(code)
    with transaction.atomic():
        known = Authenticator.objects.filter(person=person, confirmed_at__isnull=False).first()
        if known is None:
            raise NoAuthenticator("未登记身份验证器", help="请重新登录")
        step = totp.find_step(_open(known, stores), given, at=at, after=known.last_step)
        fault.point("accounts.second.prove")
        mine = Authenticator.objects.filter(pk=known.pk, last_step=known.last_step)
        if step is not None and mine.update(last_step=step):
            return
        unused = RecoveryCode.objects.filter(person=person, hashed=_hash(person, given), used_at=None)
        if not unused.update(used_at=at):
            raise WrongCode("验证码不正确", help="请输入当前显示的 6 位数字，或一个未用过的恢复码")
        actions.enter(stores, "accounts.second.recover", person, at, person)


def renew_codes(*, person: Person, code: str, at: datetime.datetime, stores: Stores) -> list[str]:
    """New recovery codes in place of the old ones, against a code of the application."""
    with transaction.atomic():
        prove(person=person, code=code, at=at, stores=stores)
        codes = _renew_codes(person, at)
        actions.enter(stores, "accounts.second.codes", person, at, person)
    return codes


def reset(*, person: Person, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Takes a lost application and its codes away, by the system administrator; the next sign-in enrols anew."""
    permissions.check_can_administer(by, on=day.day_of(at))
    if person.pk == by.pk:
        raise NotYourself("不能重置自己的身份验证器", help="请由另一位系统管理员办理")
    with transaction.atomic():
        fault.point("accounts.second.reset")
        if not Authenticator.objects.filter(person=person).delete()[0]:
            raise NoAuthenticator(f"{person.name}没有登记身份验证器", help="无需重置")
        RecoveryCode.objects.filter(person=person).delete()
        sessions.end_all(person, at=at, reason="重置身份验证器")
        actions.enter(stores, "accounts.second.reset", by, at, person)


def codes_left(person: Person) -> int:
    """How many recovery codes were not used."""
    return RecoveryCode.objects.filter(person=person, used_at=None).count()


def _renew_codes(person: Person, at: datetime.datetime) -> list[str]:
    codes = ["".join(secrets.choice(SIGNS) for _ in range(10)) for _ in range(rules.rules_at(at).recovery_codes)]
    fault.point("accounts.second.codes")
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(person=person, hashed=_hash(person, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _hash(person: Person, code: str) -> str:
    return salted_hmac(f"taihu.recovery.{person.pk}", code, algorithm="sha256").hexdigest()


def _plain(code: str) -> str:
    return "".join(sign for sign in code.lower() if sign.isascii() and sign.isalnum())


def _seal(secret: bytes, person: Person, stores: Stores) -> bytes:
    return stores.vault.seal(secret, purpose=PURPOSE, about=f"person:{person.pk}".encode())


def _open(known: Authenticator, stores: Stores) -> bytes:
    return stores.vault.unseal(bytes(known.sealed), purpose=PURPOSE, about=f"person:{known.person_id}".encode())
