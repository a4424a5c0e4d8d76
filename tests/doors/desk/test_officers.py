"""The three officers: what each may enter is written here, and everything else is refused, in pages, actions and traces."""

import pytest
from django.apps import apps

from taihu.control.accounts.roles import APART, Role
from taihu.control.catalogue import permissions as catalogue
from taihu.control.flows import registry
from taihu.control.grants import permissions as grants
from taihu.data.ledger.ledger import Ledger
from taihu.doors.desk import security
from tests import builders as make
from tests.doors.desk.test_routes import _address, things  # noqa: F401 - the fixture

EVERY = {
    "accounts:password", "accounts:recovery_codes", "accounts:second_factor", "accounts:sign_out", "desk:inbox",
}  # fmt: skip
# No route here shows a row of a dataset. Whoever adds one must say why it is no business read.
# Lowering shows declarations, labels and counts; the page for leaks names who fetched a file, and none of its rows.
MAY = {
    Role.SYSADMIN: {
        "accounts:give", "accounts:open", "accounts:people", "accounts:person", "accounts:reset_second",
        "accounts:switch", "accounts:take", "runs:again", "runs:list", "runs:run", "runs:stop",
    },
    Role.SECADMIN: {
        "catalogue:list", "catalogue:page", "desk:alarms", "desk:erasure", "desk:erasure_move", "desk:erasure_proof",
        "desk:erasures", "desk:labels", "desk:leak", "desk:rights", "desk:settle", "grants:list", "grants:move", "grants:page", "lowering:list", "lowering:move", "lowering:page",
    },
    Role.AUDITOR: {
        "desk:alarms", "desk:check", "desk:erasure", "desk:erasure_proof", "desk:erasures", "desk:leak", "desk:ledger",
        "desk:line", "desk:proof", "desk:replay", "desk:rights",
        "lowering:list", "lowering:page", "runs:list", "runs:run",
    },
}  # fmt: skip
# Erasures are shown as counts by place; a replay tells whether two digests are equal.
# The security officer stops a grant or a release that does harm; she neither gives one nor lets it run again.
# An erasure that the bureau orders waits for her, the second person.
MOVES = {
    Role.SECADMIN: {
        ("grant", "granted", "suspended"), ("declassify", "approved", "stopped"),
        ("erasure", "asked", "approved"), ("erasure", "asked", "refused"),
    }
}  # fmt: skip
WAITS = {Role.SECADMIN: {("erasure", "asked")}}
OFFICERS = sorted(APART)


@pytest.mark.parametrize("officer", OFFICERS)
def test_an_officer_enters_what_is_listed_here_and_no_route_more(officer):
    entered = {found.route for found in security.all_admissions() if officer in found.roles()}

    assert entered - EVERY == MAY[officer]


def test_the_routes_of_all_rooms_are_looked_at():
    rooms = {found.route.split(":")[0] for found in security.all_admissions()}

    assert {"accounts", "desk", "flows", "runs", "catalogue", "grants", "cases", "registers", "maps", "pages"} <= rooms


@pytest.mark.parametrize("officer", OFFICERS)
def test_no_flow_waits_for_an_officer_and_none_gives_her_a_move_but_the_emergency_stop(officer):
    moves, waiting = set(), set()
    for flow in registry.all_flows():
        for state in flow.states:
            waits = [state.waits_for, state.clock.escalates_to if state.clock else None]
            if any(who is not None and who.role is officer for who in waits):
                waiting.add((flow.name, state.name))
        moves |= {(flow.name, m.source, m.to) for m in flow.moves if any(who.role is officer for who in m.who)}

    assert moves == MOVES.get(officer, set())
    assert waiting == WAITS.get(officer, set())


@pytest.mark.django_db
@pytest.mark.parametrize("officer", OFFICERS)
def test_no_officer_asks_writes_signs_or_takes_a_key(officer, things):  # noqa: F811
    person = make.a_person("civil.officer", officer)
    system = grants.Grant.objects.get().system
    grant, entry = grants.Grant.objects.get(), catalogue.Entry.objects.first()
    on = make.MONDAY.date()

    for check in (
        lambda: grants.check_can_ask(person, system, on=on),
        lambda: grants.check_can_approve(person, grant, seen="x", now="x", on=on),
        lambda: grants.check_can_take_key(person, grant, on=on),
        lambda: catalogue.check_can_write(person, entry, on=on),
    ):
        with pytest.raises(Exception, match=r"[A-Z]-[A-Z]+-[0-9]+"):
            check()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("officer", OFFICERS)
def test_no_officer_erases_a_trace_whatever_she_sends(officer, things, browse, stores):  # noqa: F811
    traces = [model for model in apps.get_models() if model._meta.model_name in
              ("assignment", "delegation", "signin", "step", "matter", "run", "oldpassword")]  # fmt: skip
    client = browse(make.a_person("bigdata.x", officer, department="bigdata"))
    before = {model: model.objects.count() for model in traces}
    size = stores.ledger.head("test").size

    for found in security.all_admissions():
        if officer in found.roles() and found.route != "accounts:sign_out":
            client.get(_address(found.route, things))
            client.post(_address(found.route, things), {"finding": "x", "role": "steward"})

    assert {model: max(0, count - model.objects.count()) for model, count in before.items()} == dict.fromkeys(before, 0)
    extension = stores.ledger.prove_extension(size)
    assert (extension.before.size, extension.head.size) == (size, stores.ledger.head("test").size)
    assert list(stores.ledger.check("test")) == []


def test_the_ledger_itself_has_no_verb_that_removes():
    assert {name for name in vars(Ledger) if not name.startswith("_")} == {
        "append", "append_many", "append_soon", "catch_up", "check", "check_writable", "close", "count", "entries",
        "find", "head", "prove", "prove_extension", "segment", "segments", "standing",
    }  # fmt: skip


@pytest.mark.django_db
def test_the_security_officer_sees_rights_and_labels_with_where_they_are_declared(browse, stores):
    client = browse(make.a_person("bigdata.sec", Role.SECADMIN))

    rights = client.get("/desk/security/rights").content.decode()
    labels = client.get("/desk/security/labels?dataset=bases.people.resident").content.decode()

    assert "申请与授权：签批" in rights
    assert Role.APPROVER.title in rights
    assert "secret" in labels
    assert "L4" in labels
    assert "bases.people.resident" in client.get("/desk/security/labels").content.decode()


def test_every_guarded_route_has_a_name_that_officials_read():
    guarded = {admission.route for admission in security.all_admissions() if not admission.is_public}

    assert guarded - security.route_titles().keys() == set()
