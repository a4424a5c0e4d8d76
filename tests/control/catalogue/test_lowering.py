"""A declassifier runs when two persons allowed it as it stands, and every run is on file."""

import datetime

import pytest

from taihu.control.catalogue.lowering import actions, permissions, running
from taihu.control.catalogue.lowering.flow import BLOCKED
from taihu.control.catalogue.lowering.models import Approval, Attempt
from taihu.control.flows import permissions as flows
from taihu.control.flows.models import Matter
from taihu.control.runs.models import Run, Schedule
from taihu.data.guard.lowering import falling
from taihu.terms import shelf
from tests import builders as make
from tests.control.catalogue import lowering_builders as city
from tests.data.guard.lowering import lowering_world as world
from tests.data.guard.lowering.test_allowed_manual import FILES, SHOWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores(tmp_path):
    opened = city.open_city(tmp_path)
    world.write_patients(opened, city.TOWNS)
    yield opened
    opened.close()


def acts(stores):
    return [found.entry.act for found in reversed(stores.ledger.entries(limit=500).entries)]


def test_three_hands_allow_a_declassifier_and_a_run_is_asked_for(stores):
    approval = city.approve(stores)

    assert approval.matter.state == "approved"
    assert approval.passed_by == "health.approver（health）"
    assert approval.approved_by == "bigdata.officer（市数据局）"
    assert Run.objects.filter(job="lower", args={"declassifier": world.BY_TOWN}).exists()
    assert [act for act in acts(stores) if act.startswith("declassify.")][-4:] == [
        "declassify.open",
        "declassify.department",
        "declassify.bureau",
        "declassify.approved",
    ]


def test_who_asks_does_not_approve_and_who_passes_does_not_either(stores):
    steward, approver, officer = city.people()
    both = make.a_person("health.both", "steward", "approver", "officer")
    actions.sync(at=make.MONDAY, stores=stores)
    said = {"approval": city.find(), "seen": city.digest(stores), "at": make.MONDAY, "stores": stores}

    actions.ask(by=both, **said)
    with pytest.raises(flows.NeedsAnother):
        actions.approve(by=both, **said)
    actions.approve(by=approver, **said)
    with pytest.raises(flows.NeedsAnother):
        actions.allow(by=both, **said)
    with pytest.raises(flows.NotAllowed):
        actions.allow(by=approver, **said)
    with pytest.raises(flows.NotAllowed):
        actions.allow(by=steward, **said)
    actions.allow(by=officer, **said)


def test_what_is_signed_is_what_was_shown(stores):
    steward, approver, _ = city.people()
    actions.sync(at=make.MONDAY, stores=stores)
    said = {"approval": city.find(), "at": make.MONDAY, "stores": stores}

    with pytest.raises(permissions.NotSeen):
        actions.ask(seen="0" * 64, by=steward, **said)
    actions.ask(seen=city.digest(stores), by=steward, **said)
    with pytest.raises(permissions.NotSeen):
        actions.approve(seen="0" * 64, by=approver, **said)


def test_an_allowed_release_is_made_and_on_file(stores):
    city.approve(stores)

    made = city.run(stores)

    assert (made.outcome, made.rows) == ("released", 2)
    assert made.allowed == ["health.approver（health）", "bigdata.officer（市数据局）"]
    assert made.receipt
    assert city.run(stores, days=1).outcome == "unchanged"


def test_without_approval_nothing_is_released(stores):
    actions.sync(at=make.MONDAY, stores=stores)

    assert city.run(stores).outcome == running.WAITING
    assert stores.lake.snapshot(world.Zone.OPENED, world.BY_TOWN) is None


def test_a_changed_text_takes_the_approval_away(stores, tmp_path):
    city.approve(stores)
    query = tmp_path / "packs/topics/health/queries/patients.sql"
    query.write_text("select subject, town from patient where age > 20", encoding="utf-8")
    changed = world.open_stores(tmp_path / "var", shelf.read_shelf(tmp_path / "packs"), segment="again")

    before = city.run(changed).outcome
    count = actions.sync(at=make.later(days=1), stores=changed)

    approval = city.find()
    assert (before, count) == (running.WAITING, 1)
    assert (approval.matter.state, approval.digest, approval.approved_at) == ("draft", "", None)
    changed.close()


def test_a_release_held_back_opens_one_matter_and_the_next_good_one_closes_it(stores):
    city.approve(stores)
    city.run(stores)
    world.write_patients(stores, {**city.TOWNS, "A": 41}, number=2)

    held = [city.run(stores, days=day) for day in (1, 2)]
    matters = list(Matter.objects.open().filter(flow=BLOCKED.name))
    world.write_patients(stores, {**city.TOWNS, "A": 50}, number=3)
    good = city.run(stores, days=3)

    assert [one.outcome for one in held] == [running.HELD] * 2
    assert held[0].reasons[0]["code"] == "G-OPEN-07"
    assert [matter.waits_department for matter in matters] == ["health"]
    assert good.outcome == "released"
    assert not Matter.objects.open().filter(flow=BLOCKED.name).exists()


def test_what_is_stopped_is_emptied(stores):
    approval = city.approve(stores)
    city.run(stores)

    actions.stop(approval=approval, reason="不再需要", by=city.people()[2], at=make.later(days=1), stores=stores)
    emptied = city.run(stores, days=1)

    assert emptied.outcome == running.EMPTIED
    assert stores.lake.snapshot(world.Zone.OPENED, world.BY_TOWN).rows == 0
    assert city.run(stores, days=2).outcome == running.WAITING


def test_a_try_keeps_figures_and_releases_nothing(stores):
    tried = city.run(stores, is_try=True)

    assert (tried.outcome, tried.rows) == (running.TRIED, 2)
    assert tried.figures["left_out"] == "2"
    assert stores.lake.snapshot(world.Zone.OPENED, world.BY_TOWN) is None


def test_a_manual_release_needs_a_reason_and_an_end_and_goes_when_it_is_over(tmp_path):
    stores = city.open_city(tmp_path / "manual", FILES)
    world.write_table(stores, world.Zone.GOVERNED, "topics.health.plant", "SELECT 'P1'::VARCHAR AS plant")
    with pytest.raises(permissions.NoReason):
        city.approve(stores, SHOWN)
    Approval.objects.all()
    last = make.MONDAY.date() + datetime.timedelta(days=3)
    city.approve(stores, SHOWN, reason="防汛公示", until=last)

    made = city.run(stores, SHOWN)
    early = actions.expire(at=make.later(days=3), stores=stores)
    late = running.look(at=make.later(days=4), stores=stores)

    assert made.outcome == "released"
    assert (early, late) == (0, 1)
    assert city.find(SHOWN).matter.state == "stopped"
    assert city.run(stores, SHOWN, days=4).outcome == running.EMPTIED
    stores.close()


def test_every_provider_whose_data_fall_is_asked(tmp_path):
    joined = "select p.subject, p.town from patient p join ward w on w.subject = p.subject"
    down = world.DOWN.replace("who:", "trusts: [patient, ward], who:") + world.SAMPLE
    files = {"datasets/ward.yaml": world.WARDS, "queries/patients.sql": joined, "declassifiers.yaml": down}
    stores = city.open_city(tmp_path / "two", files)
    for department in ("health", "police"):
        make.a_department(department)

    actions.sync(at=make.MONDAY, stores=stores)

    asked = Approval.objects.filter(declassifier=world.BY_TOWN)
    assert {approval.provider_id for approval in asked} == {"health", "police"}
    city.people()
    health = asked.get(provider="health")
    said = {"approval": health, "seen": city.digest(stores), "at": make.MONDAY, "stores": stores}
    for act, by in zip((actions.ask, actions.approve, actions.allow), city.people(), strict=True):
        act(by=by, **said)
    assert not actions.find_allowed(falling.read_falling(world.BY_TOWN, stores.shelf)).by
    stores.close()


def test_recurring_ones_are_planned_and_single_ones_are_not(stores):
    assert running.plan_runs(at=make.MONDAY, stores=stores) == 2
    assert set(Schedule.objects.values_list("cron", flat=True)) == {"50 4 1 * *", "50 4 1 1 *"}
    assert running.ask_all(by="x", at=make.MONDAY, stores=stores) == 2
    assert not Attempt.objects.exists()
