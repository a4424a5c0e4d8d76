"""Score: passed and checked per check and dimension, counted from what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from taihu.data.refine import write
from taihu.data.refine.columns import name
from taihu.data.refine.plan import Plan
from taihu.data.refine.report import CheckScore, DimensionScore, Reasons
from taihu.data.refine.write import Written
from taihu.terms.standard import Standards


def list_reasons(plan: Plan, failed: Mapping[int, int]) -> tuple[Reasons, ...]:
    """Which tests returned how many rows, in the order of the tests."""
    return tuple(
        Reasons(test.code, test.column, _tell(test.text), failed[bit])
        for bit, test in enumerate(plan.tests)
        if failed.get(bit)
    )


def _tell(text: str) -> str:
    """The sentence without the number of a single row."""
    return text.replace("第 {twin} 行", "另一行")


def count_checked(connection: duckdb.DuckDBPyConnection, plan: Plan, written: Written) -> dict[int, int]:
    """Per test, the right rows that it looked at; counted once per set of columns."""
    rows = written.accepted_rows
    sets = sorted({test.needs for test in plan.tests if test.needs})
    counts: dict[tuple[str, ...], int] = {(): rows}
    asked = [needs for needs in sets if len(needs) > 1]
    for needs in sets:
        if len(needs) == 1:
            counts[needs] = rows - sum(_nulls(file.statistics, needs[0], file.rows) for file in written.accepted)
    if asked and written.accepted:
        given = ", ".join(
            f"count(*) FILTER ({' AND '.join(f'{name(c)} IS NOT NULL' for c in needs)})" for needs in asked
        )
        found = connection.execute(f"SELECT {given} FROM {write.scan(written.accepted)}").fetchone() or ()  # noqa: S608
        counts |= dict(zip(asked, map(int, found), strict=True))
    return {bit: counts.get(test.needs, 0) for bit, test in enumerate(plan.tests)}


def _nulls(statistics: Mapping[str, Mapping[str, str]], column: str, rows: int) -> int:
    return int(statistics[column].get("null_count", 0)) if column in statistics else rows


def make_score(
    standards: Standards,
    plan: Plan,
    right: Mapping[int, int],
    written: Written,
    beside: Sequence[tuple[str, CheckScore]],
) -> tuple[DimensionScore, ...]:
    """The six dimensions; `beside` are checks of the whole batch (its punctuality, its readability)."""
    by_dimension: dict[str, list[CheckScore]] = {dimension: [] for dimension in standards.dimensions}
    for bit, test in enumerate(plan.tests):
        checked = right[bit] + written.checked.get(bit, 0)
        failed = written.failed.get(bit, 0)
        # A reason may strike a row in which the column itself is empty.
        checked = max(checked, failed)
        by_dimension[test.dimension].append(
            CheckScore(test.code, test.column, _tell(test.text), checked - failed, checked)
        )
    for dimension, check in beside:
        by_dimension[dimension].append(check)
    return tuple(
        DimensionScore(
            name=dimension.name,
            title=dimension.title,
            weight=str(dimension.weight),
            passed=sum(check.passed for check in by_dimension[dimension.name]),
            checked=sum(check.checked for check in by_dimension[dimension.name]),
            checks=tuple(check for check in by_dimension[dimension.name] if check.checked),
        )
        for dimension in standards.dimensions.values()
    )
