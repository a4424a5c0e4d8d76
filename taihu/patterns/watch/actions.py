"""Asks a watched query, keeps its alerts, opens the cases it declares, and notes when a cause is gone."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from taihu.control.accounts import trace
from taihu.control.flows import actions as flows
from taihu.control.runs import actions as runs
from taihu.control.runs.job import Job, Outcome, Task
from taihu.data.engines.stores import Stores
from taihu.patterns import answers
from taihu.patterns.cases import actions as cases
from taihu.patterns.cases.models import Case
from taihu.patterns.watch.models import Alert, Look
from taihu.terms import entry, fault
from taihu.terms.dataset import Cycle
from taihu.terms.pack import CaseKind, Pack, UnknownName, Watch
from taihu.terms.problem import Problem
from taihu.terms.shelf import Shelf

JOB = "watch.look"
# A day's deliveries are refined by the small hours; the watches look after them.
CRONS = {
    Cycle.HOUR: "20 * * * *",
    Cycle.DAY: "40 5 * * *",
    Cycle.WEEK: "40 5 * * 1",
    Cycle.MONTH: "40 5 1 * *",
    Cycle.QUARTER: "40 5 1 1,4,7,10 *",
    Cycle.YEAR: "40 5 1 1 *",
    Cycle.ONCE: "40 5 1 1 *",
}
Beat = Callable[[int | None, int | None], None]


@dataclass(frozen=True, slots=True)
class Found:
    """One row of a watched query: what it is about, how people call it, and its values as text."""

    key: str
    heading: str
    values: Mapping[str, str]
    facts: tuple[cases.Fact, ...]


def find_watch(shelf: Shelf, watch_id: str) -> tuple[Pack, Watch]:
    """The watch of that id with its pack; raises UnknownName naming the known ones."""
    known = {watch.id: (pack, watch) for pack in shelf.packs.values() for watch in pack.watches}
    if watch_id not in known:
        raise UnknownName("监测", watch_id, entry.tell_known(watch_id, known))
    return known[watch_id]


def look(*, watch: Watch, by: str, at: datetime.datetime, stores: Stores, beat: Beat | None = None) -> Look:
    """Asks once and settles what came: safe to repeat, as an alert and a case are open once for each key.

    A refusal or fault is kept as the look's problem and raised again: a watch that does not see must not look calm.
    """
    pack = stores.shelf.pack(watch.pack)
    try:
        answer = answers.ask(pack, watch.query, values=watch.values, by=by, at=at, stores=stores)
    except Problem as caught:
        fault.point("watch.look.fail")
        Look.objects.create(watch=watch.id, at=at, problem_code=caught.code, problem_message=caught.message[:300])
        raise
    kind = next((kind for kind in pack.cases if kind.name == watch.opens), None)
    found = {row.key: row for row in _read_rows(watch, kind, answer)}
    opened = 0
    for number, row in enumerate(found.values()):
        opened += _settle(pack, watch, kind, row, at=at, stores=stores)
        if beat is not None and number % 50 == 0:
            beat(len(found), opened)
    gone = sum(
        _end(alert, at=at, stores=stores)
        for alert in Alert.objects.open().filter(watch=watch.id).exclude(key__in=found)
    )
    with transaction.atomic():
        fault.point("watch.look.note")
        note = Look.objects.create(
            watch=watch.id, at=at, rows=len(found), opened=opened, gone=gone, entry=answer.receipt
        )
        said = {"rows": str(len(found)), "opened": str(opened), "gone": str(gone)}
        facts = trace.Facts(department=pack.department, system=pack.id, purpose=pack.purpose, detail=said)
        trace.leave(stores=stores, act="watch", by=by, at=at, where=watch.id, facts=facts)
    return note


def _read_rows(watch: Watch, kind: CaseKind | None, answer: answers.Rows) -> Iterable[Found]:
    about = kind.about if kind else watch.about
    wanted = kind.facts if kind and kind.facts else tuple(column.name for column in answer.columns)
    for row in answer.rows:
        values = {column.name: answers.write(cell) for column, cell in zip(answer.columns, row, strict=True)}
        shown = {column.name: answers.show(column, cell) for column, cell in zip(answer.columns, row, strict=True)}
        facts = tuple(cases.Fact(c.name, c.title_with_unit, shown[c.name]) for c in answer.columns if c.name in wanted)
        heading = cases.FIELD.sub(lambda f, v=shown: v.get(f[1]) or "—", kind.heading if kind else watch.title)  # type: ignore[misc]
        yield Found(cases.make_key(about, values, where=watch.id), heading[:200], values, facts)


def _settle(
    pack: Pack, watch: Watch, kind: CaseKind | None, row: Found, *, at: datetime.datetime, stores: Stores
) -> int:
    """Keeps the alert of one row and opens its case; 1 where a case was opened."""
    with transaction.atomic():
        fault.point("watch.alert.settle")
        alert, _ = Alert.objects.get_or_create(
            watch=watch.id,
            key=row.key,
            ended_at=None,
            defaults={"heading": row.heading, "level": watch.level, "first_seen_at": at, "last_seen_at": at},
        )
        alert.last_seen_at = at
        alert.heading = row.heading
        opened = 0
        if kind is not None and (alert.case is None or alert.case.matter.ended_at is not None):
            alert.case, opened = _open(pack, watch, kind, row, at=at, stores=stores)
        alert.save(update_fields=["last_seen_at", "heading", "case"])
    return opened


def _open(
    pack: Pack, watch: Watch, kind: CaseKind, row: Found, *, at: datetime.datetime, stores: Stores
) -> tuple[Case | None, int]:
    """The open case about the row's key: the one that somebody opened before, else a new one."""
    standing = cases.find_open(kind, row.key)
    if standing is not None:
        return standing, 0
    place = row.values.get(kind.place, "") if kind.place else ""
    report = cases.Report(row.key, row.heading, f"watch:{watch.id}", row.facts, watch.level, place)
    try:
        case = cases.open_case(pack=pack, kind=kind, report=report, by=None, at=at, stores=stores)
    except flows.AlreadyOpen:
        return cases.find_open(kind, row.key), 0
    return case, 1


def _end(alert: Alert, *, at: datetime.datetime, stores: Stores) -> int:
    """Ends an alert that the query no longer finds; its case goes to verification, which people decide."""
    with transaction.atomic():
        fault.point("watch.alert.end")
        alert.ended_at = at
        alert.save(update_fields=["ended_at"])
        if alert.case is not None:
            cases.note_gone(case=alert.case, at=at, stores=stores)
    return 1


def plan_looks(*, shelf: Shelf, at: datetime.datetime) -> int:
    """Writes one schedule for each declared watch; returns how many there are."""
    watches = [watch for pack in shelf.packs.values() for watch in pack.watches]
    for watch in watches:
        runs.plan(
            name=f"watch {watch.id}",
            cron=CRONS[watch.every],
            job=JOB,
            at=at,
            args={"watch": watch.id},
            title=f"监测：{watch.title}",
        )
    return len(watches)


def _work(task: Task) -> Outcome:
    _, watch = find_watch(task.stores.shelf, task.args["watch"])
    note = look(watch=watch, by="worker", at=task.clock(), stores=task.stores, beat=task.beat)
    return Outcome(
        rows_in=note.rows,
        rows_out=note.opened,
        note=f"{watch.title}:{note.rows} 行，新开 {note.opened} 件，消除 {note.gone} 件",
    )


def make_job() -> Job:
    """The job that the worker runs for each due watch."""
    return Job(JOB, "监测", _work)
