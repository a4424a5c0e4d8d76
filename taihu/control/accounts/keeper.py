"""The door-keeper: every route of the desk names who may enter, as data; nothing is reached without it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBase
from django.shortcuts import redirect

from taihu.control.accounts import passwords, second
from taihu.control.accounts.requests import DeskRequest
from taihu.control.accounts.roles import EVERYBODY, Role
from taihu.terms.problem import Problem

Rest = ParamSpec("Rest")
View = Callable[Concatenate[DeskRequest, Rest], HttpResponseBase]
ANY = "*"


class NotAdmitted(Problem):
    """The route is not for this role."""

    code = "D-DOOR-01"
    status = 403


class NotNow(Problem):
    """The route is for this role, but not while the matter stands where it does."""

    code = "D-DOOR-02"
    status = 409


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may enter a route, by the state of what it shows; `*` where the route has no state."""

    route: str
    by_state: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    is_public: bool = False

    def roles(self) -> frozenset[Role]:
        """All roles that the route knows in any state."""
        return frozenset().union(*self.by_state.values())


def admit(route: str, *roles: Role) -> Admission:
    """A route without states, for some roles; for all who work here where none is named."""
    return Admission(route, MappingProxyType({ANY: frozenset(roles) or EVERYBODY}))


def admit_by_state(route: str, by_state: Mapping[str, Iterable[Role]]) -> Admission:
    """A route on a thing in a flow: who may enter in which state."""
    return Admission(route, MappingProxyType({state: frozenset(roles) for state, roles in by_state.items()}))


def admit_public(route: str) -> Admission:
    """A route for people who have not signed in."""
    return Admission(route, is_public=True)


def check_admitted(admission: Admission, roles: frozenset[Role], state: str) -> None:
    """Raises NotAdmitted or NotNow; the generated test asks it for every role and state."""
    if not roles & admission.roles():
        names = "、".join(role.title for role in sorted(admission.roles()))
        raise NotAdmitted(
            "您的角色不能进入此页面", where=admission.route, help=f"此页面供{names}使用；如需权限请联系系统管理员"
        )
    if not roles & admission.by_state.get(state, frozenset()):
        raise NotNow("事项的当前状态不允许此操作", where=admission.route, help="请返回事项页面查看当前状态与经办人")


def keep(admission: Admission, *, state_of: Callable[..., str] | None = None) -> Callable[[View[Rest]], View[Rest]]:
    """Guards a view. `state_of(request, **route arguments)` finds the state, and raises Http404 for what is not hers."""

    def decorate(view: View[Rest]) -> View[Rest]:
        @functools.wraps(view)
        def kept(request: DeskRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if admission.is_public:
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if passwords.is_stale(request.user, at=request.at) and admission.route not in ALWAYS:
                return redirect("accounts:password")
            if admission.route not in ALWAYS and second.is_missing(request.user, at=request.at):
                return redirect("accounts:second_factor")
            roles = frozenset(hat.role for hat in request.hats)
            check_admitted(Admission(admission.route, {ANY: admission.roles()}), roles, ANY)
            state = state_of(request, *args, **kwargs) if state_of else ANY
            check_admitted(admission, roles, state)
            return view(request, *args, **kwargs)

        kept.admission = admission  # type: ignore[attr-defined]
        return kept

    return decorate


ALWAYS = frozenset({"accounts:password", "accounts:second_factor", "accounts:sign_out"})


def admission_of(view: Callable[..., Any]) -> Admission | None:
    """The admission of a guarded view; None for an unguarded one, which the house test refuses."""
    return getattr(view, "admission", None)
