"""Rules for passwords beyond Django's own: classes of characters, age, and the last few that may not come back."""

from __future__ import annotations

import datetime
import string

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from taihu.control.accounts import rules
from taihu.control.accounts.models import Person

CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)


class Mixed:
    """At least three of: lower case, upper case, digits, others."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raises ValidationError naming the classes."""
        known = "".join(CLASSES)
        found = sum(any(c in group for c in password) for group in CLASSES) + any(c not in known for c in password)
        if found < 3:
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        """The rule for people."""
        return "密码须包含小写字母、大写字母、数字、其他字符中的至少三类。"


class Fresh:
    """Not one of the last few passwords of the same person."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raises ValidationError where the password was used lately."""
        if user is None or user.pk is None:
            return
        used = [user.password, *user.old_passwords.values_list("encoded", flat=True)[: remembered()]]
        if any(encoded and check_password(password, encoded) for encoded in used):
            raise ValidationError(self.get_help_text(), code="password_reused")

    def get_help_text(self) -> str:
        """The rule for people."""
        return f"新密码不得与最近 {remembered()} 次使用过的密码相同。"


def remembered() -> int:
    """How many passwords may not come back. Django tells its validators no moment: the newest edition counts."""
    return rules.editions()[-1].passwords_remembered


def is_stale(person: Person, *, at: datetime.datetime) -> bool:
    """True where the password must be changed before anything else; demo accounts are spared."""
    if person.is_demo:
        return False
    if person.must_change_password or person.password_set_at is None:
        return True
    return at - person.password_set_at > datetime.timedelta(days=rules.rules_at(at).password_days)
