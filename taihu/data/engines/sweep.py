"""Sweeps a city's folders of what killed processes left half-written."""

from __future__ import annotations

import datetime
from pathlib import Path

from taihu.data.engines.stores import Stores
from taihu.terms import fault

# What each room writes beside and then renames. A whole file never bears such a name.
DRAFTS = ("collect/fetch-*", "refined/*.draft", "serving/*/*.new", "keys/.*", "keys/*-secret.*")


def sweep(stores: Stores, *, before: datetime.datetime) -> list[Path]:
    """Removes half-written files that nobody has touched since `before`; returns them.

    Deliveries that were kept before objects were sealed are sealed now. No table's version, no object and no key is ever one of them. `before` lies further back than the
    longest write takes, or the caller knows that nobody else writes.
    """
    removed = stores.lake.sweep(before=before)
    removed += stores.objects.clear(before=before.timestamp())
    stores.vault.tidy()
    for pattern in DRAFTS:
        for path in sorted(stores.root.glob(pattern)):
            if path.is_file() and path.stat().st_mtime < before.timestamp():
                fault.point("engines.sweep.file")
                path.unlink(missing_ok=True)
                removed.append(path)
    return removed
