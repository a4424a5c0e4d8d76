"""What tests build again and again, with sensible defaults; a test spells out only what differs."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
import io
from pathlib import Path

from taihu.control.accounts.models import Assignment, Department, Person, System
from taihu.control.accounts.roles import Role
from taihu.control.grants import actions as grants
from taihu.control.grants import compile as compiling
from taihu.control.grants import keeping
from taihu.control.grants.models import Grant
from taihu.control.grants.request import Request
from taihu.data.collect.receive import Delivered, Receipt, receive
from taihu.data.engines.stores import Stores, open_stores
from taihu.terms import shelf
from taihu.terms.dataset import Column, Cycle, Dataset, Delivery, Kind, Openness, Share
from taihu.terms.identifiers import org_check, resident_check, uscc_check
from taihu.terms.label import Label, Level
from taihu.terms.pack import Pack
from taihu.terms.permit import Form

PACKS = Path(__file__).resolve().parents[1] / "packs"
MONDAY = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
TITLES = {"police": "市公安局", "civil": "市民政局", "bigdata": "市数据局", "water": "市水利局"}


def later(days: int = 0, hours: int = 0) -> datetime.datetime:
    """Some time after the Monday on which all small worlds begin."""
    return MONDAY + datetime.timedelta(days=days, hours=hours)


def a_department(name: str = "police") -> Department:
    return Department.objects.get_or_create(pk=name, defaults={"title": TITLES.get(name, name)})[0]


def a_person(username: str = "police.steward", *roles: Role, department: str = "", **facts: object) -> Person:
    """Somebody of the department that the name begins with; cannot sign in by password."""
    where = a_department(department or username.split(".")[0])
    facts = {"is_demo": True, "must_change_password": False, "password_set_at": MONDAY, **facts}
    person = Person(username=username, name=username, department=where, made_at=MONDAY, made_by="test", **facts)
    person.set_unusable_password()
    person.save()
    for role in roles:
        Assignment.objects.create(person=person, role=role, given_at=MONDAY, given_by="test")
    return person


def a_system(department: str = "civil", name: str = "window") -> System:
    where = a_department(department)
    made = {"title": "窗口系统", "department": where, "registered_at": MONDAY}
    return System.objects.get_or_create(pk=f"{department}.{name}", defaults=made)[0]


def a_column(name: str = "code", title: str = "", kind: str = "text", *, kinds: tuple[str, ...] = (), **more: object):
    """A harmless column: L1, shared, not open."""
    level = more.pop("level", Level.L1)
    given = {"share": Share.UNCONDITIONAL, "open": Openness.FORBIDDEN, **more}
    return Column(name, title or f"项{name}", Kind.read(kind), Label(level, frozenset(kinds)), **given)


def a_dataset(*columns: Column, **differences: object) -> Dataset:
    """A full daily delivery of the police, keyed by its first column."""
    columns = columns or (a_column("code"), a_column("title"))
    given = {"name": "street", "pack": "bases.people", "title": "街路巷", "department": "police", **differences}
    given = {"cycle": Cycle.DAY, "delivery": Delivery.FULL, "key": (columns[0].name,), "presence": Label(), **given}
    return Dataset(columns=columns, **given)


def a_shelf(*datasets: Dataset, **differences: object) -> shelf.Shelf:
    """A shelf of one pack that holds these datasets."""
    datasets = datasets or (a_dataset(),)
    pack = Pack(
        id=datasets[0].pack,
        title="人口基础库",
        policy="二.(一)3",
        carries=(),
        department="bigdata",
        purpose="一人一档",
        uses=(),
        folder=PACKS.joinpath(*datasets[0].pack.split(".")),
        datasets=datasets,
    )
    pack = dataclasses.replace(pack, **differences)
    return shelf.Shelf(PACKS, {pack.id: pack})


@functools.cache
def the_shelf() -> shelf.Shelf:
    """The packs of the city."""
    return shelf.read_shelf(PACKS)


@contextlib.contextmanager
def a_house(root: Path, packs: shelf.Shelf | None = None, *, segment: str = "test"):
    """Open stores under a folder, over the city's packs or others."""
    opened = open_stores(root, packs or the_shelf(), segment=segment)
    try:
        yield opened
    finally:
        opened.close()


def a_delivery(
    stores: Stores, dataset: str, content: str | bytes, filename: str = "delivery.csv", *, at=MONDAY, **said: object
) -> Receipt:
    """Bytes handed in by the steward of the dataset's department; the receipt."""
    content = content.encode() if isinstance(content, str) else content
    declared = stores.shelf.dataset(dataset)
    given = Delivered(io.BytesIO(content), filename, **said)
    return receive(delivery=given, dataset=declared, stores=stores, by=f"{declared.department}.steward", at=at)


def a_holder(department: str, role: Role) -> Person:
    """Somebody who holds the role there: who was made before, else a new one."""
    held = {"assignments__role": role, "assignments__ended_at": None}
    found = Person.objects.filter(department=department, **held).first()
    return found or a_person(f"{department}.{role.value}", role)


def a_grant(stores: Stores, dataset: Dataset, *columns: str, state: str = "granted", **differences: object) -> Grant:
    """A request of civil affairs, carried to its state by the people and actions that carry any; the guard knows it."""
    asked = Request(
        dataset=dataset.id,
        columns=columns or tuple(column.name for column in dataset.columns if column.share is not Share.NONE),
        forms=(Form.LOOKUP,),
        purpose="核对低保申请人户籍",
        ground="社会救助暂行办法第十七条",
        until=MONDAY.date() + datetime.timedelta(days=30),
        assessment="仅在受理环节核对,不留存,影响可控",
    )
    said = {"at": MONDAY, "stores": stores}
    system, asker = a_system("civil"), a_holder("civil", Role.STEWARD)
    changed = dataclasses.replace(asked, **differences)
    grant = grants.ask(asked=changed, system=system, dataset=dataset, by=asker, **said)
    if state in ("provider", "granted", "suspended", "ended"):
        grants.pass_on(grant=grant, by=a_holder("bigdata", Role.OFFICER), **said)
    if state in ("granted", "suspended", "ended"):
        seen = compiling.digest(compiling.to_permit(grant, dataset))
        approver = a_holder(dataset.department, Role.APPROVER)
        grants.approve(grant=grant, dataset=dataset, seen=seen, by=approver, **said)
    if state == "suspended":
        grants.suspend(grant=grant, reason="核查中", by=a_holder("bigdata", Role.SECADMIN), **said)
    if state == "ended":
        grants.end(grant=grant, reason="不再需要", by=asker, **said)
    assert grant.state == state
    keeping.reconcile(at=MONDAY, stores=stores)
    return grant


def a_number(first: str = "33050219900101001") -> str:
    """A resident id with its right check digit."""
    return first + resident_check(first)


def a_credit_code(organisation: str = "MA2B0000") -> str:
    """A unified social credit code of Huzhou with both its check digits right."""
    first = f"91330500{organisation}{org_check(organisation)}"
    return first + uscc_check(first)


def a_broken_number(first: str = "33050219900101001") -> str:
    """A resident id whose check digit is wrong."""
    return first + ("1" if resident_check(first) != "1" else "2")
