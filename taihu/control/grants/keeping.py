"""Hands permits to the guard and takes them back; makes both sides equal again after a kill between the two."""

from __future__ import annotations

import datetime
import functools
from pathlib import Path

from taihu.control.flows import clock
from taihu.control.grants import compile as compiling
from taihu.control.grants.models import Grant
from taihu.data.engines.stores import Stores
from taihu.data.guard.permits import Permits
from taihu.terms import fault
from taihu.terms.permit import Permit


@functools.lru_cache(maxsize=4)
def _open(path: Path) -> Permits:
    return Permits(path)


def permits_of(stores: Stores) -> Permits:
    """The guard's list of permits, which the exchange door reads."""
    return _open(stores.root / "guard" / "permits.sqlite3")


def keep(permit: Permit, key_hash: str, *, stores: Stores) -> None:
    """Puts a permit in force."""
    fault.point("grants.permit.keep")
    permits_of(stores).keep(permit, key_hash or None)


def end(code: str, *, stores: Stores) -> None:
    """Takes a permit out of force."""
    fault.point("grants.permit.end")
    permits_of(stores).end(code)


def reconcile(*, at: datetime.datetime, stores: Stores) -> int:
    """Keeps what is granted and not kept, ends what is kept and not granted; returns how many differed.

    Each start and a schedule call it: a kill after the commit of a grant and before its permit was
    kept leaves a grant that opens nothing, which this mends.
    """
    permits = permits_of(stores)
    differing = 0
    on = clock.day_of(at)
    for grant in Grant.objects.exclude(granted_at=None).select_related("matter", "system"):
        kept = permits.find(grant.code)
        is_live = grant.state == "granted" and grant.until >= on
        if is_live:
            permit = compiling.to_permit(grant, stores.shelf.dataset(grant.dataset))
            if kept != permit:
                keep(permit, grant.key_hash, stores=stores)
                differing += 1
        elif kept is not None:
            end(grant.code, stores=stores)
            differing += 1
    return differing
