"""Forms of the people pages: sign in, change a password, open an account, give a role, stand in."""

from __future__ import annotations

from typing import Any

from django import forms

from taihu.control.accounts.models import Department, Person
from taihu.control.accounts.roles import TITLES, Hat, Role

ROLES = [(role.value, TITLES[role]) for role in Role]


class SignIn(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label="登录名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label="密码", max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class Code(forms.Form):
    """A code of the application, or a recovery code."""

    code = forms.CharField(
        label="验证码",
        max_length=20,
        help_text="身份验证器当前显示的 6 位数字；手机不在身边时可输入一个恢复码",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )


class Password(forms.Form):
    """The old password and a new one, twice."""

    old = forms.CharField(
        label="现用密码", max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label="新密码",
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="不少于 10 个字符，须含小写字母、大写字母、数字、其他字符中的至少三类，且不与最近 5 次相同",
    )
    again = forms.CharField(
        label="再输一次新密码", max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person

    def clean(self) -> dict[str, Any]:
        """Checks the old password, and that both new ones agree."""
        said = super().clean() or {}
        if said.get("old") and not self._person.check_password(said["old"]):
            self.add_error("old", "现用密码不正确")
        if said.get("new") != said.get("again"):
            self.add_error("again", "两次输入的新密码不一致")
        return said


class Account(forms.Form):
    """A new account."""

    username = forms.RegexField(
        r"^[a-z][a-z0-9._-]{2,59}$",
        label="登录名",
        help_text="小写字母开头，可含数字、点、下划线、短横，3 至 60 位",
        error_messages={"invalid": "登录名须以小写字母开头，只含小写字母、数字、点、下划线、短横"},
    )
    name = forms.CharField(label="姓名", max_length=60)
    department = forms.ModelChoiceField(
        Department.objects.none(), label="所在部门", required=False, help_text="业务角色须属于一个部门"
    )
    password = forms.CharField(
        label="初始密码",
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="首次登录须修改",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.all()  # type: ignore[attr-defined]


class GiveRole(forms.Form):
    """A role to give."""

    role = forms.ChoiceField(label="角色", choices=ROLES)


class StandIn(forms.Form):
    """Who acts in one of my roles, and on which days."""

    role = forms.ChoiceField(label="委托的角色", choices=[])
    delegate = forms.ModelChoiceField(Person.objects.none(), label="代办人", help_text="同部门在岗同事")
    since = forms.DateField(label="自", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    until = forms.DateField(label="至", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    reason = forms.CharField(label="原因", max_length=200)
    is_away = forms.BooleanField(label="同时登记为休假", required=False)

    def __init__(self, *args: Any, person: Person, hats: tuple[Hat, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(hat.role.value, hat.role.title) for hat in hats if hat.is_own]
        self.fields["role"].choices = own  # type: ignore[attr-defined]
        mates = Person.objects.filter(department=person.department_id, is_active=True).exclude(pk=person.pk)
        self.fields["delegate"].queryset = mates  # type: ignore[attr-defined]
