"""The demo's people, systems and published entries: made by the same actions as everywhere, by people who hold the roles."""

from __future__ import annotations

import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from taihu.control.accounts import actions as accounts
from taihu.control.accounts.models import Assignment, Department, Person, System
from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions as catalogue
from taihu.control.catalogue.lowering import actions as lowering
from taihu.control.catalogue.lowering.models import Approval
from taihu.control.catalogue.models import Entry
from taihu.data.engines.stores import Stores
from taihu.data.guard.lowering import falling
from taihu.terms import department as terms
from taihu.terms import fault
from taihu.terms.declassifier import MANUAL

PASSWORD = "taihu-demo"  # noqa: S105 - printed at the start; its accounts exist only while the house runs as a demo
BY = "demo"
PEOPLE: tuple[tuple[str, str, str, Role], ...] = (
    ("police.steward", "沈知远", "police", Role.STEWARD),
    ("police.approver", "费建平", "police", Role.APPROVER),
    ("civil.steward", "钮文静", "civil", Role.STEWARD),
    ("civil.approver", "潘国良", "civil", Role.APPROVER),
    ("market.steward", "俞晓岚", "market", Role.STEWARD),
    ("market.approver", "温如松", "market", Role.APPROVER),
    ("health.steward", "闵书琴", "health", Role.STEWARD),
    ("health.approver", "丁怀瑾", "health", Role.APPROVER),
    ("plan.steward", "莫一舟", "plan", Role.STEWARD),
    ("plan.approver", "章衡", "plan", Role.APPROVER),
    ("water.steward", "陆水根", "water", Role.STEWARD),
    ("water.approver", "朱澄", "water", Role.APPROVER),
    ("bigdata.steward", "施雨桐", "bigdata", Role.STEWARD),
    ("bigdata.approver", "徐望舒", "bigdata", Role.APPROVER),
    ("bureau.officer", "施明达", "bigdata", Role.OFFICER),
    ("sysadmin", "姚系安", "bigdata", Role.SYSADMIN),
    ("secadmin", "严守正", "bigdata", Role.SECADMIN),
    ("auditor", "郑审微", "bigdata", Role.AUDITOR),
)
SYSTEMS = (
    terms.System("civil.relief", "社会救助审批系统", "civil"),
    terms.System("police.census", "人口管理系统", "police"),
    terms.System("market.licence", "企业登记系统", "market"),
    terms.System("health.archive", "居民健康档案系统", "health"),
    terms.System("plan.atlas", "规划一张图", "plan"),
    terms.System("water.rivers", "河长制管理系统", "water"),
)
BASIS = {
    "unconditional": "公共数据条例：依法应当共享且不涉及他人权益的数据，无条件共享",
    "conditional": "公共数据条例、个人信息保护法：涉及个人信息，按履行职责所必需的范围共享",
    "none": "法律规定不得共享",
}


def install(*, stores: Stores, at: datetime.datetime) -> int:
    """Makes what is missing of the demo; may be repeated. Returns how many entries are published."""
    standards = stores.shelf.standards
    accounts.sync_departments(departments=standards.departments.values(), by=BY, at=at, stores=stores)
    hashed = make_password(PASSWORD)
    for username, name, department, role in PEOPLE:
        _make_person(username, name, department, role, hashed, at)
    admin = Person.objects.get(username="sysadmin")
    for system in SYSTEMS:
        if (
            Department.objects.filter(pk=system.department).exists()
            and not System.objects.filter(pk=system.id).exists()
        ):
            accounts.register_system(system=system, protection=3, by=admin, at=at, stores=stores)
    catalogue.sync(at=at, stores=stores)
    for entry in Entry.objects.filter(edition=None, matter__state="draft").select_related("matter", "department"):
        publish(entry, stores=stores, at=at)
    lowering.sync(at=at, stores=stores)
    for approval in Approval.objects.filter(matter__state="draft").select_related("matter", "owner", "provider"):
        allow(approval, stores=stores, at=at)
    return Entry.objects.published().count()


def publish(entry: Entry, *, stores: Stores, at: datetime.datetime) -> None:
    """Takes a draft through both gates, by a steward and an approver of its department and the bureau's officer.

    Where the demo has no such person in the department, one is made who cannot sign in.
    """
    dataset = stores.shelf.dataset(entry.dataset)
    department = entry.department
    words = {
        "summary": entry.summary
        or dataset.summary
        or f"{department.title}报送的{dataset.title}，共 {len(dataset.columns)} 个数据项。",
        "contact": "数据资源科",
        "phone": "0572-2398000",
        "share_basis": BASIS[dataset.share.value],
        "share_condition": "写明办理事项与依据，经数源单位同意" if dataset.share.value == "conditional" else "",
    }
    steward = _holder(department, Role.STEWARD, at)
    catalogue.write(words=words, by=steward, entry=entry, at=at, stores=stores)
    catalogue.submit(by=steward, entry=entry, at=at, stores=stores)
    catalogue.approve(by=_holder(department, Role.APPROVER, at), entry=entry, at=at, stores=stores)
    catalogue.publish(by=Person.objects.get(username="bureau.officer"), entry=entry, at=at, stores=stores)


def allow(approval: Approval, *, stores: Stores, at: datetime.datetime) -> None:
    """Takes a declassifier through its three hands; what persons alone decide waits for people."""
    found = falling.read_falling(approval.declassifier, stores.shelf)
    if found.declassifier.method == MANUAL:
        return
    steward, approver = _holder(approval.owner, Role.STEWARD, at), _holder(approval.provider, Role.APPROVER, at)
    officer, seen = Person.objects.get(username="bureau.officer"), found.digest
    lowering.ask(approval=approval, seen=seen, by=steward, at=at, stores=stores)
    lowering.approve(approval=approval, seen=seen, by=approver, at=at, stores=stores)
    lowering.allow(approval=approval, seen=seen, by=officer, at=at, stores=stores)


def _holder(department: Department, role: Role, at: datetime.datetime) -> Person:
    taken = {"assignments__role": role, "assignments__ended_at": None}
    found = Person.objects.filter(department=department, is_active=True, **taken).first()
    if found is not None:
        return found
    username = f"{department.pk}.{role.value}"
    return _make_person(username, f"{department.title}{role.title}", department.pk, role, make_password(None), at)


def _make_person(username: str, name: str, department: str, role: Role, hashed: str, at: datetime.datetime) -> Person:
    with transaction.atomic():
        fault.point("desk.demo.person")
        made = {"name": name, "department_id": department, "is_demo": True, "must_change_password": False}
        stamps = {"password": hashed, "password_set_at": at, "made_at": at, "made_by": BY}
        person, is_new = Person.objects.get_or_create(username=username, defaults={**made, **stamps})
        if is_new:
            Assignment.objects.create(person=person, role=role, given_at=at, given_by=BY)
    return person
