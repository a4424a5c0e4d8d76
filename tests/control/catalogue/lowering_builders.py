"""Towns of patients whose counts may fall: departments, people, and the approval of the declassifier."""

from __future__ import annotations

import datetime

from taihu.control.accounts.roles import Role
from taihu.control.catalogue.lowering import actions, running
from taihu.control.catalogue.lowering.models import Approval
from taihu.data.guard.lowering import falling
from taihu.data.link import attack
from tests import builders as make
from tests.data.guard.lowering import lowering_world as world

TOWNS = {"A": 40, "B": 25, "C": 3, "D": 12}
ATTACKS = {"关联引擎": attack.attack_by}


def open_city(root, files=None):
    (root / "packs").mkdir(parents=True, exist_ok=True)
    (root / "packs" / "standards").symlink_to(make.PACKS / "standards")
    return world.open_world(root, files)


def people():
    """The owner's steward, the provider's approver, the bureau's officer."""
    return (
        make.a_holder("health", Role.STEWARD),
        make.a_holder("health", Role.APPROVER),
        make.a_holder("bigdata", Role.OFFICER),
    )


def find(name=world.BY_TOWN):
    return Approval.objects.get(declassifier=name)


def digest(stores, name=world.BY_TOWN):
    return falling.read_falling(name, stores.shelf).digest


def approve(stores, name=world.BY_TOWN, *, at=make.MONDAY, **asked):
    """Takes a declassifier through its three hands."""
    steward, approver, officer = people()
    actions.sync(at=at, stores=stores)
    said = {"approval": find(name), "seen": digest(stores, name), "at": at, "stores": stores}
    actions.ask(by=steward, **asked, **said)
    actions.approve(by=approver, **said)
    actions.allow(by=officer, **said)
    return find(name)


def run(stores, name=world.BY_TOWN, *, days=0, **more):
    at = make.MONDAY + datetime.timedelta(days=days, hours=1)
    return running.run(name=name, by="worker", at=at, stores=stores, attacks=ATTACKS, **more)
