"""Pages of people: one's password and stand-ins, and the accounts of the system administrator."""

from __future__ import annotations

from django.contrib import auth, messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from taihu.control.accounts import absence, actions, admissions, factor, forms, keeper, passwords, second
from taihu.control.accounts.models import Delegation, Person
from taihu.control.accounts.requests import DeskRequest, doing
from taihu.control.accounts.roles import APART, Role
from taihu.terms.problem import Problem


@sensitive_post_parameters("old", "new", "again")
@keeper.keep(admissions.PASSWORD)
def password(request: DeskRequest) -> HttpResponseBase:
    """Changes one's own password."""
    form = forms.Password(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_password(
                person=request.user,
                password=form.cleaned_data["new"],
                **doing(request),
            )
        except actions.WeakPassword as weak:
            form.add_error("new", weak.help)
        else:
            auth.update_session_auth_hash(request, request.user)
            messages.success(request, "密码已修改。")
            return redirect("desk:inbox")
    stale = passwords.is_stale(request.user, at=request.at)
    return render(request, "accounts/password.html", {"form": form, "is_stale": stale})


@keeper.keep(admissions.STAND_IN)
def stand_in(request: DeskRequest) -> HttpResponseBase:
    """Who stands in for me, for whom I do, and a form to arrange it."""
    form = forms.StandIn(request.POST or None, person=request.user, hats=request.hats)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            absence.delegate(
                principal=request.user,
                delegate=said["delegate"],
                role=Role(said["role"]),
                since=said["since"],
                until=said["until"],
                reason=said["reason"],
                **doing(request),
            )
            if said["is_away"]:
                days = {"since": said["since"], "until": said["until"]}
                absence.go_on_leave(person=request.user, **doing(request), **days)
        except Problem as problem:
            form.add_error(None, f"{problem.message}。{problem.help}")
        else:
            messages.success(request, f"已委托{said['delegate'].name}代办。")
            return redirect("accounts:stand_in")
    given = Delegation.objects.filter(principal=request.user).select_related("delegate")[:20]
    held = Delegation.objects.live(on=request.on).filter(delegate=request.user).select_related("principal")
    return render(request, "accounts/stand_in.html", {"form": form, "given": given, "held": held})


@keeper.keep(admissions.END_STAND_IN)
@require_POST
def end_stand_in(request: DeskRequest, pk: int) -> HttpResponseBase:
    """Takes one of my delegations back."""
    found = get_object_or_404(Delegation, pk=pk, principal=request.user)
    absence.end_delegation(delegation=found, **doing(request))
    messages.success(request, "代办已收回。")
    return redirect("accounts:stand_in")


@keeper.keep(admissions.PEOPLE)
def people(request: DeskRequest) -> HttpResponseBase:
    """All accounts with their roles, filtered by words in the URL."""
    wanted = request.GET.get("q", "").strip()
    found = Person.objects.select_related("department").prefetch_related("assignments")
    if wanted:
        found = found.filter(username__icontains=wanted) | found.filter(name__icontains=wanted)
    rows = [{"person": person, "roles": [hat.role.title for hat in person.own_hats()]} for person in found[:500]]
    return render(request, "accounts/people.html", {"rows": rows, "q": wanted})


@sensitive_post_parameters("password")
@keeper.keep(admissions.OPEN)
def open_account(request: DeskRequest) -> HttpResponseBase:
    """Opens an account."""
    form = forms.Account(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        department = said["department"].pk if said["department"] else None
        try:
            person = actions.open_account(
                username=said["username"],
                name=said["name"],
                department=department,
                password=said["password"],
                **doing(request),
            )
        except Problem as problem:
            form.add_error(None, f"{problem.message}。{problem.help}")
        else:
            messages.success(request, f"已开通{person.name}的账号，请授予角色。")
            return redirect("accounts:person", pk=person.pk)
    return render(request, "accounts/open.html", {"form": form})


@keeper.keep(admissions.PERSON)
def person(request: DeskRequest, pk: int) -> HttpResponseBase:
    """One account: facts, roles held and once held, stand-ins, sign-ins."""
    found = get_object_or_404(Person.objects.select_related("department"), pk=pk)
    return render(
        request,
        "accounts/person.html",
        {
            "person": found,
            "held": found.assignments.filter(ended_at=None),
            "once": found.assignments.exclude(ended_at=None),
            "given": found.delegations_made.select_related("delegate")[:20],
            "sign_ins": found.sign_ins.all()[:10],
            "authenticator": factor.Authenticator.objects.filter(person=found, confirmed_at__isnull=False).first(),
            "form": forms.GiveRole(),
            "apart": [role.title for role in sorted(APART)],
        },
    )


@keeper.keep(admissions.GIVE)
@require_POST
def give(request: DeskRequest, pk: int) -> HttpResponse:
    """Gives a role."""
    found = get_object_or_404(Person, pk=pk)
    form = forms.GiveRole(request.POST)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        actions.give_role(person=found, role=role, **doing(request))
        messages.success(request, f"已授予「{role.title}」。")
    return redirect("accounts:person", pk=pk)


@keeper.keep(admissions.TAKE)
@require_POST
def take(request: DeskRequest, pk: int, role: str) -> HttpResponse:
    """Takes a role back."""
    found = get_object_or_404(Person, pk=pk)
    if role not in {known.value for known in Role}:
        raise Http404
    actions.take_role(person=found, role=Role(role), **doing(request))
    messages.success(request, f"已收回「{Role(role).title}」。")
    return redirect("accounts:person", pk=pk)


@keeper.keep(admissions.SWITCH)
@require_POST
def switch(request: DeskRequest, pk: int) -> HttpResponse:
    """Stops an account, or opens it again."""
    found = get_object_or_404(Person, pk=pk)
    act = actions.close_account if found.is_active else actions.reopen_account
    act(person=found, **doing(request))
    messages.success(request, f"{found.name}的账号已{'启用' if found.is_active else '停用'}。")
    return redirect("accounts:person", pk=pk)


@keeper.keep(admissions.RESET_SECOND)
@require_POST
def reset_second(request: DeskRequest, pk: int) -> HttpResponse:
    """Takes a lost authenticator away; the person enrols anew at her next sign-in."""
    found = get_object_or_404(Person, pk=pk)
    second.reset(person=found, **doing(request))
    messages.success(request, f"已重置{found.name}的身份验证器，其所有会话已结束。")
    return redirect("accounts:person", pk=pk)
