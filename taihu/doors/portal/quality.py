"""Quality as the public may see it: what was counted in columns that are L1, and nothing of what stands in others."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from taihu.data.refine.report import DimensionScore, Refined
from taihu.terms.dataset import Dataset
from taihu.terms.label import PUBLIC

# Checks that look at one column only. Two rows under one key, rules over columns, agreement with an identifier and
# the shape of a row look at others too: what they count may be what stands in a column that is not L1.
OF_ONE_COLUMN = ("R-KEY-01", "R-REQ", "R-TXT", "R-FRM", "R-COD", "R-IDN", "R-DIV", "R-PNT", "R-RNG")
OF_BATCH = "M-"


def to_public(refined: Refined, dataset: Dataset) -> Refined:
    """The report without the checks, reasons and remarks that look at columns above L1."""
    shown = {column.name for column in dataset.columns if column.label.is_within(PUBLIC)}

    def is_public(code: str, column: str) -> bool:
        return code.startswith(OF_BATCH) or (column in shown and code.startswith(OF_ONE_COLUMN))

    return dataclasses.replace(
        refined,
        score=tuple(_count(dimension, is_public) for dimension in refined.score),
        reasons=tuple(reason for reason in refined.reasons if is_public(reason.code, reason.column)),
        remarks=tuple(remark for remark in refined.remarks if is_public(remark.code, remark.column)),
    )


def _count(dimension: DimensionScore, is_public: Callable[[str, str], bool]) -> DimensionScore:
    checks = tuple(check for check in dimension.checks if is_public(check.code, check.column))
    passed, checked = sum(check.passed for check in checks), sum(check.checked for check in checks)
    return dataclasses.replace(dimension, passed=passed, checked=checked, checks=checks)
