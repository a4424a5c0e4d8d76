"""What a marked workbook says of itself when it comes back: which batch it mends, and whether it is a part of it."""

from __future__ import annotations

from taihu.data.objects.batch import Batch

# The custom property that collect reads, and the sheet of a workbook that holds returned rows only.
PROPERTY = "taihu-batch"
PART_SHEET = "退回数据"


def is_part(batch: Batch) -> bool:
    """True for a mended workbook of returned rows only; a mended whole workbook is a delivery like any other."""
    return batch.replaces is not None and batch.reading is not None and batch.reading.sheet == PART_SHEET
