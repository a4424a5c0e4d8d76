"""The machine of flows: what holds for any flow and any order of moves."""

import dataclasses
import datetime

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taihu.control.accounts.roles import Role
from taihu.control.flows import actions, clock, diagram, history, permissions, registry
from taihu.control.flows.flow import Clock, Flow, Move, NotSound, State, Who
from taihu.control.flows.models import Matter, Step
from taihu.terms.calendar import Calendar, Year
from tests import builders as make

pytestmark = pytest.mark.django_db
ASKER, JUDGE, BOSS = Who(Role.STEWARD, "consumer"), Who(Role.APPROVER, "provider"), Who(Role.OFFICER)
PAPER = Flow(
    name="paper",
    title="一张纸",
    start="asked",
    sides={"consumer": "使用单位", "provider": "数源单位"},
    states=(
        State("asked", "已申请", JUDGE, Clock(days=2, policy="两日", escalates_to=BOSS)),
        State("seen", "已阅", JUDGE),
        State("back", "退回", ASKER),
        State("done", "办结", is_end=True),
    ),
    moves=(
        Move("asked", "seen", "阅", (JUDGE,)),
        Move("asked", "back", "退回", (JUDGE,), needs_reason=True, is_return=True),
        Move("back", "asked", "重报", (ASKER,), is_opener_only=True),
        Move("seen", "done", "办结", (JUDGE,), apart_from=("asked>seen",)),
        Move("asked", "done", "直接办结", (BOSS,), needs_reason=True, is_house=True),
    ),
)


@pytest.fixture(autouse=True)
def _paper(monkeypatch):
    monkeypatch.setattr(apps.get_app_config("flows"), "flows", (PAPER,), raising=False)


@pytest.fixture
def people():
    return {
        "asker": make.a_person("civil.a", Role.STEWARD),
        "mate": make.a_person("civil.b", Role.STEWARD),
        "judge": make.a_person("police.a", Role.APPROVER),
        "second": make.a_person("police.b", Role.APPROVER),
        "boss": make.a_person("bigdata.a", Role.OFFICER),
        "stranger": make.a_person("water.a", Role.APPROVER),
    }


def _open(people, stores, at=make.MONDAY):
    sides = {"consumer": "civil", "provider": "police"}
    return actions.open(
        flow=PAPER,
        subject=f"paper:{Matter.objects.count()}",
        title="纸",
        sides=sides,
        by=people["asker"],
        at=at,
        stores=stores,
    )


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["asker", "mate", "judge", "second", "boss", "stranger"]),
        st.sampled_from(["asked", "seen", "back", "done", "urge"]),
        st.sampled_from(["", "理由"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_people_try_history_and_state_agree(stores, people, acts):
    matter = _open(people, stores)
    at = make.MONDAY
    for who, to, reason, days in acts:
        at += datetime.timedelta(days=days, minutes=1)
        before = (matter.state, matter.version)
        try:
            if to == "urge":
                actions.urge(matter=matter, by=people[who], at=at, stores=stores)
            else:
                actions.move(matter=matter, to=to, by=people[who], at=at, stores=stores, reason=reason)
        except (
            permissions.NoSuchMove,
            permissions.NotAllowed,
            permissions.NeedsAnother,
            permissions.NeedsReason,
            actions.CannotUrge,
        ):
            assert (matter.state, matter.version) == before

    matter.refresh_from_db()
    steps = list(matter.steps.order_by("number"))
    state = PAPER.start
    for step in steps[1:]:
        if step.act in ("move", "return"):
            move = PAPER.find_move(state, step.to)
            assert move is not None
            assert step.source == state
            assert step.reason or not move.needs_reason
            state = step.to
    assert state == matter.state
    assert [step.number for step in steps] == list(range(1, matter.version + 1))
    assert (matter.ended_at is not None) == PAPER.state(state).is_end
    passed = {step.by_id for step in steps if (step.source, step.to) == ("asked", "seen")}
    signed = [step.by_id for step in steps if (step.source, step.to) == ("seen", "done")]
    assert not passed & set(signed) or len(passed) > 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start": "nowhere"}, "no state"),
        ({"moves": (*PAPER.moves, Move("done", "asked", "复活", (JUDGE,)))}, "has a way out"),
        ({"moves": PAPER.moves[:3]}, "is a trap"),
        ({"moves": (*PAPER.moves, Move("asked", "seen", "再阅", (JUDGE,)))}, "join the same states"),
        ({"moves": (*PAPER.moves, Move("seen", "asked", "退", (JUDGE,), is_return=True))}, "returns without a reason"),
        ({"moves": (*PAPER.moves, Move("seen", "back", "无人", ()))}, "nobody may make"),
        ({"moves": (*PAPER.moves, Move("seen", "back", "错边", (Who(Role.STEWARD, "moon"),)))}, "no side 'moon'"),
        ({"states": (*PAPER.states, State("island", "孤岛", is_end=True))}, "nothing reaches"),
        ({"states": (*PAPER.states[:3], State("done", "办结", is_end=True, clock=Clock(days=1)))}, "has a clock"),
    ],
)
def test_a_flow_that_contradicts_itself_cannot_be_made(change, said):
    with pytest.raises(NotSound, match=said):
        dataclasses.replace(PAPER, **change)


def test_each_refusal_says_what_can_be_done(stores, people):
    matter = _open(people, stores)
    said = {"matter": matter, "at": make.MONDAY, "stores": stores}

    with pytest.raises(permissions.NoSuchMove) as refused:
        actions.move(to="moon", by=people["judge"], **said)
    assert "阅" in refused.value.help
    with pytest.raises(permissions.NotAllowed):
        actions.move(to="seen", by=people["stranger"], **said)
    with pytest.raises(permissions.NeedsReason):
        actions.move(to="back", by=people["judge"], reason="  ", **said)
    with pytest.raises(permissions.NotAllowed):
        actions.move(to="seen", by=None, **said)


def test_two_gates_need_two_people(stores, people):
    matter = _open(people, stores)
    said = {"matter": matter, "at": make.MONDAY, "stores": stores}
    actions.move(to="seen", by=people["judge"], **said)

    with pytest.raises(permissions.NeedsAnother):
        actions.move(to="done", by=people["judge"], **said)
    actions.move(to="done", by=people["second"], **said)

    assert matter.ended_at == make.MONDAY


def test_a_stale_page_does_not_overwrite(stores, people):
    matter = _open(people, stores)
    stale = Matter.objects.get(pk=matter.pk)
    actions.move(matter=matter, to="seen", by=people["judge"], at=make.MONDAY, stores=stores)

    with pytest.raises(history.Moved):
        actions.move(matter=stale, to="back", by=people["second"], at=make.MONDAY, stores=stores, reason="晚了")

    assert Matter.objects.get(pk=matter.pk).state == "seen"


def test_only_the_opener_hands_in_again(stores, people):
    matter = _open(people, stores)
    actions.move(matter=matter, to="back", by=people["judge"], at=make.MONDAY, stores=stores, reason="补充")

    with pytest.raises(permissions.NotAllowed):
        actions.move(matter=matter, to="asked", by=people["mate"], at=make.MONDAY, stores=stores)
    actions.move(matter=matter, to="asked", by=people["asker"], at=make.MONDAY, stores=stores)


def test_a_late_matter_is_escalated_once_and_the_bureau_may_decide(stores, people):
    matter = _open(people, stores)
    friday = make.later(4)
    with pytest.raises(permissions.NotAllowed):
        actions.move(matter=matter, to="seen", by=people["boss"], at=make.MONDAY, stores=stores)

    assert matter.due_on == datetime.date(2026, 11, 25)
    assert actions.escalate_due(at=make.later(2), stores=stores) == 0
    assert actions.escalate_due(at=friday, stores=stores) == 1
    assert actions.escalate_due(at=friday, stores=stores) == 0
    matter.refresh_from_db()
    hats = people["boss"].hats(on=friday.date())
    assert list(Matter.objects.waiting_for(people["boss"], hats)) == [matter]
    step = actions.move(matter=matter, to="seen", by=people["boss"], at=friday, stores=stores)
    assert step.was_late


def test_handing_over_names_one_person_and_hides_it_from_the_others(stores, people):
    matter = _open(people, stores)
    on = make.MONDAY.date()
    with pytest.raises(actions.CannotHandOver):
        actions.hand_over(
            matter=matter, to=people["stranger"], by=people["judge"], at=make.MONDAY, stores=stores, reason="忙"
        )

    actions.hand_over(
        matter=matter, to=people["second"], by=people["judge"], at=make.MONDAY, stores=stores, reason="忙"
    )

    assert list(Matter.objects.waiting_for(people["second"], people["second"].hats(on=on))) == [matter]
    assert list(Matter.objects.waiting_for(people["judge"], people["judge"].hats(on=on))) == []


def test_urging_is_for_parties_and_once_a_day(stores, people):
    matter = _open(people, stores)
    said = {"matter": matter, "stores": stores}
    with pytest.raises(permissions.NotAllowed):
        actions.urge(by=people["stranger"], at=make.MONDAY, **said)
    actions.urge(by=people["asker"], at=make.MONDAY, **said)
    with pytest.raises(actions.CannotUrge):
        actions.urge(by=people["asker"], at=make.later(hours=2), **said)
    actions.urge(by=people["asker"], at=make.later(1), **said)


def test_a_clock_into_an_unpublished_year_is_unknown_until_it_is_published(stores, people, monkeypatch):
    new_years_eve = datetime.datetime(2026, 12, 31, 9, tzinfo=make.MONDAY.tzinfo)
    matter = _open(people, stores, at=new_years_eve)
    shown = matter.remaining(on=new_years_eve.date(), calendar=clock.calendar_of(stores))
    assert (matter.due_on, matter.unknown_year) == (None, 2027)
    assert "2027 年工作日历未公布" in str(shown)

    standards = clock.standards_of(stores)
    years = {**standards.calendar.years, 2027: Year(frozenset(), frozenset(), "test")}
    known = dataclasses.replace(standards, calendar=Calendar(years))
    monkeypatch.setattr(clock, "standards_of", lambda stores: known)
    actions.escalate_due(at=new_years_eve, stores=stores)

    matter.refresh_from_db()
    assert (matter.due_on, matter.unknown_year) == (datetime.date(2027, 1, 4), None)


@pytest.mark.parametrize(
    ("due", "on", "said"),
    [
        (datetime.date(2026, 11, 25), datetime.date(2026, 11, 23), "还剩 2 个工作日"),
        (datetime.date(2026, 11, 25), datetime.date(2026, 11, 25), "今天到期"),
        (datetime.date(2026, 11, 25), datetime.date(2026, 11, 27), "已超期 2 个工作日"),
        (datetime.date(2026, 11, 27), datetime.date(2026, 11, 28), "已超期 1 个工作日"),
        (None, datetime.date(2026, 11, 28), "无时限"),
    ],
)
def test_what_is_left_is_said_in_working_days(stores, due, on, said):
    assert str(clock.remaining(due, None, on=on, calendar=clock.calendar_of(stores))) == said


def test_every_step_is_in_the_ledger_and_the_outbox(stores, people, acts):
    matter = _open(people, stores)
    actions.move(matter=matter, to="seen", by=people["judge"], at=make.MONDAY, stores=stores)

    assert acts() == ["paper.open", "paper.seen"]
    assert Step.objects.count() == 2


def test_the_drawing_of_a_flow_shows_every_move():
    drawn = diagram.draw(PAPER)

    for move in PAPER.moves:
        assert f"{move.source} --> {move.to}: {move.title}" in drawn


def test_the_drawings_in_the_docs_are_the_flows_of_the_code():
    for flow in registry.fixed_flows():
        if flow is not PAPER:
            page = make.PACKS.parent / "docs" / "flows" / f"{flow.name}.md"
            assert page.read_text(encoding="utf-8") == diagram.draw(flow), f"run make docs: {page}"
