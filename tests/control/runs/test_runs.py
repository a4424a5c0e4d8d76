"""Runs: due once, claimed once, resumed after a kill, and a stale worker is refused."""

import datetime

import pytest

from taihu.control.accounts.roles import Role
from taihu.control.runs import actions, work
from taihu.control.runs.cron import Cron, NotCron
from taihu.control.runs.job import Job, Outcome, by_name
from taihu.control.runs.models import Run, State
from taihu.terms.problem import Problem
from tests import builders as make

pytestmark = pytest.mark.django_db
AT = make.MONDAY


def _work(stores, *jobs, at=AT):
    return work.work(at_provider=lambda: at, jobs=by_name(*jobs), stores=stores, worker="w1", once=True)


@pytest.mark.parametrize(
    ("text", "after", "then"),
    [
        ("*/10 * * * *", "2026-11-23 09:00", "2026-11-23 09:10"),
        ("30 2 * * *", "2026-11-23 09:00", "2026-11-24 02:30"),
        ("0 9 * * 1-5", "2026-11-20 09:00", "2026-11-23 09:00"),
        ("0 0 1 * *", "2026-11-23 09:00", "2026-12-01 00:00"),
        ("0 0 29 2 *", "2026-11-23 09:00", "2028-02-29 00:00"),
        ("0 12 13 * 5", "2026-11-23 09:00", "2026-11-27 12:00"),
        ("5,35 8-10/2 * * 7", "2026-11-23 09:00", "2026-11-29 08:05"),
    ],
)
def test_a_cron_names_its_next_moment_in_local_time(text, after, then):
    moment = datetime.datetime.fromisoformat(after).replace(tzinfo=AT.tzinfo)

    assert Cron.read(text).next(moment).astimezone(AT.tzinfo).strftime("%Y-%m-%d %H:%M") == then


@pytest.mark.parametrize(
    "text", ["", "* * * *", "60 * * * *", "* 24 * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *", "* * 0 * *"]
)
def test_a_text_that_is_no_cron_is_refused(text):
    with pytest.raises(NotCron):
        Cron.read(text)


def test_a_day_that_never_comes_is_refused():
    with pytest.raises(NotCron, match="no moment"):
        Cron.read("0 0 31 2 *").next(AT)


def test_a_schedule_is_due_once_however_many_tick():
    actions.plan(name="n", cron="*/10 * * * *", job="count", at=AT)
    later = AT + datetime.timedelta(hours=5)

    assert [actions.tick(at=later) for _ in range(3)] == [1, 0, 0]
    assert Run.objects.count() == 1


def test_a_restart_does_not_move_a_schedule():
    first = actions.plan(name="n", cron="*/10 * * * *", job="count", at=AT)
    again = actions.plan(name="n", cron="*/10 * * * *", job="count", at=AT + datetime.timedelta(minutes=7))

    assert again.next_run == first.next_run


def test_a_key_is_asked_for_once_while_unfinished():
    first = actions.ask(job="count", key="batch:1", at=AT, by="x")
    second = actions.ask(job="count", key="batch:1", at=AT, by="x")
    other = actions.ask(job="count", key="batch:2", at=AT, by="x")

    assert first.pk == second.pk != other.pk


def test_a_run_ends_with_its_rows_in_table_and_ledger(stores, acts):
    asked = actions.ask(job="count", args={"n": "3"}, at=AT, by="x")

    assert _work(stores, Job("count", "数", lambda task: Outcome(int(task.args["n"]), 2, "好"))) == 1

    asked.refresh_from_db()
    assert (asked.state, asked.rows_in, asked.rows_out, asked.attempt) == (State.DONE, 3, 2, 1)
    assert acts() == ["runs.done"]


def test_a_job_that_the_worker_does_not_know_is_left_for_others(stores):
    asked = actions.ask(job="other", at=AT, by="x")

    assert _work(stores, Job("count", "数", lambda task: Outcome())) == 0
    asked.refresh_from_db()
    assert asked.state == State.WAITING


def test_a_killed_workers_run_is_taken_over_with_the_same_id_and_the_stale_one_is_refused(stores):
    job = Job("count", "数", lambda task: Outcome(1, 1))
    asked = actions.ask(job="count", at=AT, by="x")
    stale = actions.claim(jobs=by_name(job), worker="killed", at=AT)
    later = AT + datetime.timedelta(seconds=job.lease_seconds + 1)
    assert actions.claim(jobs=by_name(job), worker="w2", at=later) is None

    _work(stores, job, at=later)

    asked.refresh_from_db()
    assert (asked.state, asked.attempt, stale.pk) == (State.DONE, 2, asked.pk)
    with pytest.raises(actions.LeaseLost):
        actions.finish(run=stale, outcome=Outcome(9, 9), at=later, stores=stores)
    with pytest.raises(actions.LeaseLost):
        actions.beat(run=stale, lease_seconds=60, at=later)


def test_the_runs_of_a_worker_known_to_be_dead_are_taken_back_at_once_and_no_others(stores):
    job = Job("count", "数", lambda task: Outcome())
    for number in range(2):
        actions.ask(job="count", at=AT, by="x", key=str(number))
    dead = actions.claim(jobs=by_name(job), worker="dead", at=AT)
    living = actions.claim(jobs=by_name(job), worker="living", at=AT)

    assert actions.take_back(workers=("dead", "dead-2"), at=AT, stores=stores) == 1

    states = dict(Run.objects.values_list("pk", "state"))
    assert (states[dead.pk], states[living.pk]) == (State.WAITING, State.RUNNING)


def test_a_run_out_of_attempts_has_failed_and_says_so(stores):
    asked = actions.ask(job="count", at=AT, by="x")
    job = Job("count", "数", lambda task: Outcome())
    at = AT
    for _ in range(asked.attempts_allowed):
        assert actions.claim(jobs=by_name(job), worker="w", at=at) is not None
        at += datetime.timedelta(hours=1)
        actions.take_over(at=at, stores=stores)

    asked.refresh_from_db()
    assert (asked.state, asked.problem_code) == (State.FAILED, "F-RUN-02")


def test_an_unforeseen_fault_shows_a_code_and_never_its_text(stores, caplog):
    def fall(task):
        raise ValueError("330501199001010018 is bad")

    asked = actions.ask(job="count", at=AT, by="x")

    _work(stores, Job("count", "数", fall, waits=()))

    asked.refresh_from_db()
    assert (asked.state, asked.attempt, asked.problem_code) == (State.FAILED, 3, "F-RUN-03")
    assert "330501" not in asked.problem_message + asked.problem_help


def test_a_refusal_is_not_tried_again(stores):
    def refuse(task):
        raise Problem("列数不符", where="a.csv:3", help="请检查表头")

    asked = actions.ask(job="count", at=AT, by="x")

    _work(stores, Job("count", "数", refuse))

    asked.refresh_from_db()
    assert (asked.state, asked.attempt, asked.problem_where) == (State.FAILED, 1, "a.csv:3")


def test_a_failed_attempt_waits_before_the_next(stores):
    calls = []

    def fall_once(task):
        calls.append(task.attempt)
        if len(calls) == 1:
            raise OSError("disk")
        return Outcome()

    job = Job("count", "数", fall_once)
    asked = actions.ask(job="count", at=AT, by="x")
    _work(stores, job)
    asked.refresh_from_db()
    assert (asked.state, calls) == (State.WAITING, [1])

    _work(stores, job, at=AT + datetime.timedelta(seconds=11))

    asked.refresh_from_db()
    assert (asked.state, calls, asked.problem_code) == (State.DONE, [1, 2], "")


def test_a_stopped_run_refuses_its_worker_and_can_be_asked_for_again(stores):
    boss, clerk = make.a_person("bigdata.a", Role.OFFICER), make.a_person("police.a", Role.STEWARD)
    asked = actions.ask(job="count", at=AT, by="x")
    said = {"at": AT, "stores": stores}
    held = actions.claim(jobs=by_name(Job("count", "数", lambda task: Outcome())), worker="w", at=AT)
    with pytest.raises(Problem):
        actions.stop(run=asked, by=clerk, reason="", **said)

    actions.stop(run=asked, by=boss, reason="误提交", **said)

    with pytest.raises(actions.LeaseLost):
        actions.finish(run=held, outcome=Outcome(), **said)
    asked.refresh_from_db()
    assert actions.again(run=asked, by=boss, **said).pk != asked.pk
