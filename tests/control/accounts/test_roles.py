"""Roles: three officers apart, in the database too; stand-ins; accounts."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from taihu.control.accounts import absence, actions, permissions
from taihu.control.accounts.day import day_of
from taihu.control.accounts.models import Assignment, Person, System
from taihu.control.accounts.roles import APART, BUSINESS, Role
from taihu.terms.department import Department
from tests import builders as make
from tests.control import control_builders as small

pytestmark = pytest.mark.django_db


def _by(stores):
    return {"by": make.a_person("admin", Role.SYSADMIN, department="bigdata"), "at": make.MONDAY, "stores": stores}


@pytest.mark.parametrize("first", sorted(APART))
@pytest.mark.parametrize("second", sorted(APART))
def test_the_database_itself_keeps_the_three_officers_apart(first, second):
    person = make.a_person("bigdata.x", first)

    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(person=person, role=second, given_at=make.MONDAY, given_by="test")


@pytest.mark.parametrize("officer", sorted(APART))
@pytest.mark.parametrize("other", sorted(BUSINESS))
def test_an_officer_of_the_three_holds_no_business_role(stores, officer, other):
    said = _by(stores)

    for held, given in ((officer, other), (other, officer)):
        person = make.a_person(f"bigdata.{held}-{given}", held)
        with pytest.raises(permissions.RolesClash):
            actions.give_role(person=person, role=given, **said)


def test_a_role_taken_back_can_be_followed_by_another_of_the_three(stores, acts):
    said = _by(stores)
    person = make.a_person("bigdata.x", Role.AUDITOR)

    actions.take_role(person=person, role=Role.AUDITOR, **said)
    actions.give_role(person=person, role=Role.SECADMIN, **said)

    assert [hat.role for hat in person.own_hats()] == [Role.SECADMIN]
    assert acts() == ["accounts.role.take", "accounts.role.give"]


def test_only_the_system_administrator_administers_and_never_herself(stores):
    said = _by(stores)
    for role in set(Role) - {Role.SYSADMIN}:
        somebody = make.a_person(f"bigdata.{role}", role)
        with pytest.raises(permissions.NotYours):
            actions.give_role(person=said["by"], role=Role.STEWARD, **{**said, "by": somebody})
    with pytest.raises(permissions.NotYourself):
        actions.give_role(person=said["by"], role=Role.STEWARD, **said)
    with pytest.raises(permissions.NotYourself):
        actions.close_account(person=said["by"], **said)


def test_a_refused_action_leaves_neither_row_nor_entry(stores, acts):
    said = _by(stores)

    with pytest.raises(actions.WeakPassword):
        actions.open_account(username="water.new", name="新人", department=None, password="short", **said)

    assert not Person.objects.filter(username="water.new").exists()
    assert acts() == []


def test_an_account_opened_must_change_its_password_first(stores):
    said = _by(stores)
    make.a_department("water")

    person = actions.open_account(
        username="water.new", name="新人", department="water", password=small.PASSWORD, **said
    )

    assert person.must_change_password
    with pytest.raises(actions.NameTaken):
        actions.open_account(username="water.new", name="又一人", department="water", password=small.PASSWORD, **said)


def test_a_role_for_a_department_needs_one(stores):
    said = _by(stores)
    person = make.a_person("bigdata.x")
    person.department = None
    person.save()

    with pytest.raises(actions.NoDepartment):
        actions.give_role(person=person, role=Role.STEWARD, **said)


def test_who_stands_in_wears_the_role_on_those_days_only(stores):
    principal, mate = make.a_person("police.a", Role.APPROVER), make.a_person("police.b", Role.STEWARD)
    today = make.MONDAY.date()

    absence.delegate(
        principal=principal,
        delegate=mate,
        role=Role.APPROVER,
        since=today,
        until=today,
        reason="开会",
        by=principal,
        at=make.MONDAY,
        stores=stores,
    )

    borrowed = [hat for hat in mate.hats(on=today) if not hat.is_own]
    assert [(hat.role, hat.department, hat.on_behalf_of) for hat in borrowed] == [
        (Role.APPROVER, "police", principal.pk)
    ]
    assert all(hat.is_own for hat in mate.hats(on=make.later(1).date()))


@pytest.mark.parametrize(
    ("role", "delegate"),
    [
        (Role.STEWARD, ("police.b", (Role.STEWARD,), "police")),  # not held by the principal
        (Role.APPROVER, ("civil.b", (Role.STEWARD,), "civil")),  # another department
        (Role.APPROVER, ("police.c", (Role.AUDITOR,), "police")),  # one of the three officers
    ],
)
def test_nobody_stands_in_who_may_not_hold_the_role(stores, role, delegate):
    principal = make.a_person("police.a", Role.APPROVER)
    name, roles, department = delegate
    today = make.MONDAY.date()

    with pytest.raises((permissions.RolesClash, actions.NotHeld)):
        absence.delegate(
            principal=principal,
            delegate=make.a_person(name, *roles, department=department),
            role=role,
            since=today,
            until=today,
            reason="x",
            by=principal,
            at=make.MONDAY,
            stores=stores,
        )


def test_taking_a_role_ends_the_delegations_that_rest_on_it(stores):
    said = _by(stores)
    principal, mate = make.a_person("police.a", Role.APPROVER), make.a_person("police.b", Role.STEWARD)
    today = make.MONDAY.date()
    absence.delegate(
        principal=principal,
        delegate=mate,
        role=Role.APPROVER,
        since=today,
        until=make.later(30).date(),
        reason="x",
        by=principal,
        at=make.MONDAY,
        stores=stores,
    )

    actions.take_role(person=principal, role=Role.APPROVER, **said)

    assert [hat.role for hat in mate.hats(on=today)] == [Role.STEWARD]


def test_departments_are_written_once_and_changed_when_declared_otherwise(stores, acts):
    said = {"by": "terminal", "at": make.MONDAY, "stores": stores}
    water = Department("water", "市水利局")

    assert actions.sync_departments(departments=[water], **said) == 1
    assert actions.sync_departments(departments=[water], **said) == 0
    assert actions.sync_departments(departments=[Department("water", "市水利局(新)")], **said) == 1
    assert System.objects.get(pk="water.desk").department_id == "water"
    assert acts() == ["accounts.sync", "accounts.sync"]


def test_an_empty_house_gets_its_first_administrator_once(stores):
    said = {"name": "管理员", "password": small.PASSWORD, "by": "terminal", "at": make.MONDAY, "stores": stores}

    person = actions.found_house(username="root.admin", **said)

    assert [hat.role for hat in person.own_hats()] == [Role.SYSADMIN]
    with pytest.raises(actions.NameTaken):
        actions.found_house(username="second", **said)


@pytest.mark.slow
def test_the_last_passwords_may_not_come_back(stores):
    said = {"at": make.MONDAY, "stores": stores}
    person = make.a_person("police.a", Role.STEWARD)
    for word in ("First-pass-2017", "Second-pass-2018"):
        actions.change_password(person=person, password=word, by=person, **said)

    with pytest.raises(actions.WeakPassword) as refused:
        actions.change_password(person=person, password="First-pass-2017", by=person, **said)

    assert "最近" in refused.value.help
    assert "First-pass" not in str(refused.value)


def test_a_role_begins_and_ends_with_the_citys_day(stores):
    principal, mate = make.a_person("police.a", Role.APPROVER), make.a_person("police.b", Role.STEWARD)
    first_hour = datetime.datetime(2026, 11, 24, 0, 30, tzinfo=make.MONDAY.tzinfo).astimezone(datetime.UTC)
    tuesday = datetime.date(2026, 11, 24)

    assert day_of(first_hour) == tuesday
    with pytest.raises(absence.BadDays):
        absence.delegate(
            principal=principal,
            delegate=mate,
            role=Role.APPROVER,
            since=datetime.date(2026, 11, 23),
            until=datetime.date(2026, 11, 23),
            reason="昨天",
            by=principal,
            at=first_hour,
            stores=stores,
        )
    with pytest.raises(ValueError, match="zone"):
        day_of(datetime.datetime(2026, 11, 24))  # noqa: DTZ001 - the very mistake
