"""Opens the stores once per process for the pages; tests put their own in place."""

from __future__ import annotations

import functools
import os

from django.conf import settings

from taihu.data.engines import stores
from taihu.terms import shelf


@functools.lru_cache(maxsize=1)
def opened() -> stores.Stores:
    """The stores under TAIHU_VAR with the shelf under TAIHU_PACKS, writing the ledger segment of this process."""
    segment = os.environ.get("TAIHU_SEGMENT", "web")
    return stores.open_stores(settings.TAIHU_VAR, shelf.read_shelf(settings.TAIHU_PACKS), segment=segment)
