"""Entries: drafted from the shelf, through two gates, by two people, in editions."""

import dataclasses

import pytest

from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions, content, permissions
from taihu.control.catalogue.models import Entry
from taihu.control.flows import permissions as flows
from taihu.control.outbox import actions as outbox
from tests import builders as make
from tests.control import control_builders as small

pytestmark = pytest.mark.django_db
WORDS = {
    "summary": "本市户籍居民",
    "contact": "户政科",
    "phone": "0572-2398765",
    "share_basis": "条例第二十条",
    "share_condition": "",
}


@pytest.fixture
def people():
    return {
        "steward": make.a_person("police.s", Role.STEWARD),
        "approver": make.a_person("police.a", Role.APPROVER),
        "officer": make.a_person("bigdata.o", Role.OFFICER),
        "stranger": make.a_person("civil.s", Role.STEWARD),
    }


@pytest.fixture
def entry(people, stores):
    assert actions.sync(at=make.MONDAY, stores=stores) == 2
    assert actions.sync(at=make.MONDAY, stores=stores) == 0
    return Entry.objects.get(pk="bases.people.resident")


def _publish(entry, people, stores):
    said = {"entry": entry, "at": make.MONDAY, "stores": stores}
    actions.write(words=WORDS, by=people["steward"], **said)
    actions.submit(by=people["steward"], **said)
    actions.approve(by=people["approver"], **said)
    return actions.publish(by=people["officer"], **said)


def test_an_entry_passes_two_gates_and_is_published_as_an_edition(entry, people, stores):
    edition = _publish(entry, people, stores)

    assert (edition.number, entry.is_published, entry.matter.state) == (1, True, "published")
    assert edition.content["columns"]["secret"]["label"] == "L4 person,police"
    assert [m.subject for m in outbox.pull(reader="x", topics=("catalogue.published",))] == [entry.dataset]


def test_one_person_cannot_write_and_pass(entry, people, stores):
    both = make.a_person("police.both", Role.STEWARD, Role.APPROVER)
    said = {"entry": entry, "by": both, "at": make.MONDAY, "stores": stores}
    actions.write(words=WORDS, **said)
    actions.submit(**said)

    with pytest.raises(flows.NeedsAnother):
        actions.approve(**said)


def test_an_incomplete_draft_is_not_submitted(entry, people, stores):
    with pytest.raises(permissions.NotComplete, match="联系人"):
        actions.submit(entry=entry, by=people["steward"], at=make.MONDAY, stores=stores)


def test_only_the_steward_of_the_department_writes_and_only_a_draft(entry, people, stores):
    said = {"entry": entry, "words": WORDS, "at": make.MONDAY, "stores": stores}
    for who in ("approver", "officer", "stranger"):
        with pytest.raises(permissions.NotYours):
            actions.write(by=people[who], **said)
    _publish(entry, people, stores)
    with pytest.raises(permissions.NotDraft):
        actions.write(by=people["steward"], **said)


def test_a_change_keeps_the_published_edition_until_the_next(entry, people, stores):
    _publish(entry, people, stores)
    said = {"entry": entry, "at": make.MONDAY, "stores": stores}
    actions.change(by=people["steward"], reason="换联系人", **said)
    actions.write(by=people["steward"], words={**WORDS, "contact": "人口处"}, **said)
    assert entry.is_published
    now = content.describe(entry, small.RESIDENT)

    found = content.differences(entry.edition.content, now)

    assert [(d.where, d.before, d.after) for d in found] == [("联系人", "户政科", "人口处")]
    actions.submit(by=people["steward"], **said)
    actions.send_back(by=people["approver"], reason="再核", **said)
    assert entry.matter.state == "draft"


def test_differences_name_columns_that_came_went_and_changed():
    before = content.describe(Entry(dataset="x"), small.RESIDENT)
    number, name, town, _ = small.RESIDENT.columns
    after = dataclasses.replace(
        small.RESIDENT, columns=(dataclasses.replace(number, unit="个"), name, town, make.a_column("new"))
    )

    said = [
        (d.where, d.before, d.after) for d in content.differences(before, content.describe(Entry(dataset="x"), after))
    ]

    assert ("数据项「项secret」", "有", "删除") in said
    assert ("数据项「项new」", "无", "新增") in said
    assert ("数据项「项number」单位", "", "个") in said


def test_a_withdrawn_entry_is_seen_by_its_department_only(entry, people, stores):
    _publish(entry, people, stores)
    on = make.MONDAY.date()
    assert entry in Entry.objects.visible_to(people["stranger"].hats(on=on))

    actions.withdraw(entry=entry, by=people["officer"], reason="合并", at=make.MONDAY, stores=stores)

    assert entry not in Entry.objects.visible_to(people["stranger"].hats(on=on))
    assert entry in Entry.objects.visible_to(people["steward"].hats(on=on))
    assert entry not in Entry.objects.published()
