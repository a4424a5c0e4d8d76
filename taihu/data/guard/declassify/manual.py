"""Manual: rows that leave as they are, one level down, because two persons said so and for how long."""

from __future__ import annotations

import pyarrow as pa

from taihu.data.guard.declassify import fallen
from taihu.data.guard.declassify.fallen import Fallen


def manual(rows: pa.Table) -> Fallen:
    """All rows and columns unchanged; the proof is the word of the two, which the ledger keeps beside it."""
    return Fallen(fallen.sort_rows(rows), {"method": "manual", "rows": rows.num_rows})
