"""Small worlds for the tests of patterns: people, rows of a watched query, cases."""

from __future__ import annotations

import datetime
from decimal import Decimal

from taihu.control.accounts.models import Assignment, Department, Person
from taihu.control.accounts.roles import Role
from taihu.patterns import answers
from taihu.patterns.cases import actions as cases

MONDAY = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


def later(days: int = 0, hours: int = 0) -> datetime.datetime:
    return MONDAY + datetime.timedelta(days=days, hours=hours)


def a_person(username: str, *roles: Role) -> Person:
    department = username.split(".")[0]
    where = Department.objects.get_or_create(
        pk=department, defaults={"title": {"water": "市水利局"}.get(department, department)}
    )[0]
    person = Person(username=username, name=username, department=where, made_at=MONDAY, made_by="test")
    person.is_demo, person.must_change_password, person.password_set_at = True, False, MONDAY
    person.set_unusable_password()
    person.save()
    for role in roles:
        Assignment.objects.create(person=person, role=role, given_at=MONDAY, given_by="test")
    return person


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
