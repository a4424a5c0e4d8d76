"""Pages of the second factor: enrol an application by a QR code, see the recovery codes once, renew them."""

from __future__ import annotations

import io

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from taihu.control.accounts import admissions, attempts, forms, keeper, rules, second, totp
from taihu.control.accounts.requests import DeskRequest
from taihu.terms.problem import Problem


@sensitive_post_parameters("code")
@keeper.keep(admissions.SECOND)
def enrol(request: DeskRequest) -> HttpResponseBase:
    """Shows the secret of a new application until one of its codes confirms it; afterwards, how things stand."""
    if second.is_enrolled(request.user):
        left = second.codes_left(request.user)
        return render(request, "accounts/second.html", {"left": left, "form": forms.Code()})
    form = forms.Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = second.confirm(
                person=request.user,
                code=form.cleaned_data["code"],
                at=request.at,
                stores=request.stores,
                keep=request.session.session_key or "",
            )
        except second.WrongCode as wrong:
            form.add_error("code", f"{wrong.message}。{wrong.help}")
        else:
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
    secret = second.begin(person=request.user, at=request.at, stores=request.stores)
    asking = rules.rules_at(request.at).second_factor
    return render(
        request,
        "accounts/enrol.html",
        {
            "form": form,
            "secret": totp.spell(secret),
            "drawing": draw(totp.address(secret, issuer=settings.TAIHU_NODE, account=request.user.username)),
            "is_required": second.is_required(request.user, at=request.at),
            "asking": [role.title for role in sorted(asking)],
        },
    )


@sensitive_post_parameters("code")
@keeper.keep(admissions.RECOVERY_CODES)
@require_POST
def renew(request: DeskRequest) -> HttpResponseBase:
    """Makes new recovery codes against a code of the application."""
    form = forms.Code(request.POST)
    if form.is_valid():
        try:
            attempt = attempts.begin(request, request.user.username, at=request.at)
            codes = second.renew_codes(
                person=request.user, code=form.cleaned_data["code"], at=request.at, stores=request.stores
            )
        except Problem as problem:
            messages.error(request, f"{problem.message}。{problem.help}")
        else:
            attempts.succeed(attempt)
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
    return redirect("accounts:second_factor")


def draw(text: str) -> SafeString:
    """A QR code as a drawing within the page: dark on white in every theme, or no camera reads it."""
    page = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        page,
        kind="svg",
        scale=5,
        border=4,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=True,
        title="身份验证器二维码",
    )
    return SafeString(page.getvalue().decode())
