"""What a steward says of single rows that went back: not to be delivered again, or after all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from taihu.control.accounts import keeper
from taihu.control.accounts.requests import DeskRequest
from taihu.control.accounts.roles import Role
from taihu.data.refine import dismiss as dismissing
from taihu.doors.desk import admissions, batches, returned


@keeper.keep(admissions.DISMISS)
@require_POST
def dismiss(request: DeskRequest, batch_id: str, number: int) -> HttpResponse:
    """Sets an open row aside with a reason."""
    batch = batches.find(request, batch_id)
    dismissing.dismiss(
        stores=request.stores,
        batch=batch,
        row=number,
        reason=request.POST.get("reason", ""),
        department=_hers(request, batch.department),
        by=request.user.username,
        at=request.at,
    )
    messages.success(request, f"第 {number} 行已设为不再报送，可在「不再报送」中恢复。")
    return _back(batch_id)


@keeper.keep(admissions.REOPEN)
@require_POST
def reopen(request: DeskRequest, batch_id: str, number: int) -> HttpResponse:
    """Takes the decision back."""
    batch = batches.find(request, batch_id)
    dismissing.reopen(
        stores=request.stores,
        batch=batch,
        row=number,
        department=_hers(request, batch.department),
        by=request.user.username,
        at=request.at,
    )
    messages.success(request, f"第 {number} 行已恢复为待改正。")
    return _back(batch_id)


def _hers(request: DeskRequest, department: str) -> str:
    """The department as whose steward she acts: the batch's where she is its steward, else whichever is hers."""
    mine = sorted(hat.department for hat in request.hats if hat.role is Role.STEWARD)
    return department if department in mine else mine[0]


def _back(batch_id: str) -> HttpResponse:
    return redirect(f"{reverse('desk:batch', args=[batch_id])}?rows={returned.OPEN}#returned")
