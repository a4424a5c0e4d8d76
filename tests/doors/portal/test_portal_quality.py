"""The quality that the public sees is that of columns that are L1: nothing is counted in the others."""

from __future__ import annotations

import pytest

from taihu.data.refine.report import CheckScore, DimensionScore, Noted, Reasons, Refined
from taihu.doors.portal import quality
from tests.doors.portal import portal_builders as make

CHECKS = [
    ("R-FRM-01", "oxygen", True),
    ("R-KEY-01", "station", True),
    ("M-BAT-01", "", True),
    ("R-IDN-01", "phone", False),
    ("R-REQ-01", "phone", False),
    ("R-KEY-02", "station", False),
    ("R-CHK-01", "seen_on", False),
    ("R-ROW-01", "", False),
    ("R-IDN-05", "column_of_long_ago", False),
]


def a_report(code, column):
    check = CheckScore(code, column, "检查", 7, 9)
    dimension = DimensionScore("accuracy", "准确性", "25", 7, 9, (check,))
    said = {"code": code, "column": column, "text": "原因", "rows": 2}
    return Refined("b", make.READING.id, 9, 7, 2, (Reasons(**said),), (Noted(**said),), (dimension,), True, 1)


@pytest.mark.parametrize(("code", "column", "is_shown"), CHECKS)
def test_only_checks_of_one_open_column_are_counted_and_told(code, column, is_shown):
    shown = quality.to_public(a_report(code, column), make.READING)

    (dimension,) = shown.score
    assert (dimension.passed, dimension.checked) == ((7, 9) if is_shown else (0, 0))
    assert len(dimension.checks) == len(shown.reasons) == len(shown.remarks) == int(is_shown)
    assert (shown.rows_in, shown.accepted, shown.returned) == (9, 7, 2)
