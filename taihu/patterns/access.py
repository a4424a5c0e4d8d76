"""Which topics a person may look into: those of her department; all for the bureau's officers."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404

from taihu.control.accounts.requests import DeskRequest
from taihu.control.accounts.roles import Hat, Role
from taihu.terms.pack import Pack


def can_see(pack: Pack, hats: Iterable[Hat]) -> bool:
    """True for stewards and approvers of the topic's department, and for officers of the bureau."""
    workers = (Role.STEWARD, Role.APPROVER)
    return any(hat.role is Role.OFFICER or (hat.department == pack.department and hat.role in workers) for hat in hats)


def find_pack(request: DeskRequest, pack_id: str) -> Pack:
    """The pack, if it is on the shelf and she may see it; otherwise it is not there for her."""
    pack = request.stores.shelf.packs.get(pack_id)
    if pack is None or not can_see(pack, request.hats):
        raise Http404
    return pack
