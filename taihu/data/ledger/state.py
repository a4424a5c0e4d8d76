"""State: whether the ledger can be written now, in words for those who keep the house running."""

from __future__ import annotations

import os
import shutil

from taihu.data.ledger.ledger import Ledger
from taihu.data.ledger.writer import Unavailable

# What a batch of entries with their nodes, heads and index needs, many times over.
LEAST_FREE_BYTES = 32 * 1024 * 1024


def why_read_only(ledger: Ledger) -> str:
    """Why nothing above L1 can leave now; empty while all is well. A ledger that failed is tried again first."""
    try:
        ledger.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(ledger.root).free
        if free < LEAST_FREE_BYTES:
            return f"台账所在磁盘仅剩 {free // 1024 // 1024} MB"
        ledger.check_writable()
    except Unavailable as problem:
        return problem.message
    except OSError as failure:
        return f"台账所在磁盘不可用（{os.strerror(failure.errno or 0)}）"
    return ""
