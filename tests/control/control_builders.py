"""Small worlds for the tests of control: people with roles, a shelf of one pack, stores with a real ledger."""

from __future__ import annotations

import datetime
import functools
from pathlib import Path

from taihu.control.accounts.models import Assignment, Department, Person, System
from taihu.control.accounts.roles import Role
from taihu.terms.dataset import Column, Cycle, Dataset, Delivery, Kind, Openness, Share
from taihu.terms.label import Label, Level
from taihu.terms.pack import Pack
from taihu.terms.shelf import Shelf

PACKS = Path(__file__).resolve().parents[2] / "packs"
MONDAY = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
PASSWORD = "Taihu-2017-lake"


def later(days: int = 0, hours: int = 0) -> datetime.datetime:
    return MONDAY + datetime.timedelta(days=days, hours=hours)


def a_department(name: str) -> Department:
    titles = {"police": "市公安局", "civil": "市民政局", "bigdata": "市数据局"}
    return Department.objects.get_or_create(pk=name, defaults={"title": titles.get(name, name)})[0]


def a_person(username: str, *roles: Role, department: str = "", **facts: object) -> Person:
    where = a_department(department or username.split(".")[0])
    facts = {"is_demo": True, "must_change_password": False, "password_set_at": MONDAY, **facts}
    person = Person(username=username, name=username, department=where, made_at=MONDAY, made_by="test", **facts)
    person.set_unusable_password()
    person.save()
    for role in roles:
        Assignment.objects.create(person=person, role=role, given_at=MONDAY, given_by="test")
    return person


def a_system(department: str, name: str = "window") -> System:
    a_department(department)
    return System.objects.create(
        pk=f"{department}.{name}", title="窗口系统", department_id=department, registered_at=MONDAY
    )


def a_column(
    name: str, level: Level = Level.L1, share: Share = Share.UNCONDITIONAL, kinds: tuple[str, ...] = (), **more: object
) -> Column:
    label = Label(level, frozenset(kinds))
    return Column(
        name=name, title=f"项{name}", kind=Kind("text"), label=label, share=share, open=Openness.FORBIDDEN, **more
    )


RESIDENT = Dataset(
    name="resident",
    pack="bases.people",
    title="户籍人口",
    department="police",
    cycle=Cycle.DAY,
    delivery=Delivery.FULL,
    key=("number",),
    presence=Label(Level.L2),
    columns=(
        a_column("number", Level.L2, Share.CONDITIONAL, ("person",)),
        a_column("name", Level.L3, Share.CONDITIONAL, ("person",)),
        a_column("town", Level.L1),
        a_column("secret", Level.L4, Share.NONE, ("person", "police")),
    ),
    summary="本市户籍居民",
)
STREET = Dataset(
    name="street",
    pack="bases.people",
    title="街路巷",
    department="police",
    cycle=Cycle.MONTH,
    delivery=Delivery.FULL,
    key=("code",),
    presence=Label(),
    columns=(a_column("code"), a_column("title")),
)


@functools.cache
def a_shelf(*datasets: Dataset) -> Shelf:
    pack = Pack(
        id="bases.people",
        title="人口基础库",
        policy="二.(一)3",
        carries=(),
        department="bigdata",
        purpose="一人一档",
        uses=(),
        folder=PACKS / "bases" / "people",
        datasets=datasets or (RESIDENT, STREET),
    )
    return Shelf(PACKS, {pack.id: pack})
