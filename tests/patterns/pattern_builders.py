"""Small worlds for the tests of patterns: rows of a watched query, cases."""

from __future__ import annotations

import datetime
from decimal import Decimal

from taihu.control.accounts.models import Person
from taihu.patterns import answers
from taihu.patterns.cases import actions as cases
from tests.builders import MONDAY


def late_rows(*reaches: str, days: int = 9) -> answers.Rows:
    """What the watched query of the rivers topic gives for some reaches."""
    names = ("reach", "name", "river", "town", "rank", "chief_name", "place", "last_walked_on", "days", "days_allowed")
    columns = tuple(
        answers.Column(name, name, words={"330502001": "月河街道"} if name == "town" else {}) for name in names
    )
    walked = datetime.date(2026, 11, 23) - datetime.timedelta(days=days)
    rows = tuple(
        (reach, f"{reach}段", "苕溪", "330502001", "村级", "王小明", "POINT(120.1 30.8)", walked, Decimal(days), 7)
        for reach in reaches
    )
    return answers.Rows(columns, rows, MONDAY, "test/1")


def a_case(stores, *, by: Person | None = None, key: str = "R-001", at: datetime.datetime = MONDAY) -> cases.Case:
    pack = stores.shelf.pack("topics.rivers")
    kind = next(kind for kind in pack.cases if kind.name == "missed_patrol")
    facts = [cases.Fact("rank", "河长级别", "村级")]
    report = cases.Report(key, f"{key}巡查逾期", "person", facts)
    return cases.open_case(pack=pack, kind=kind, report=report, by=by, at=at, stores=stores)
