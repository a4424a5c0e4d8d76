"""The jobs of a city, by name: bring in, refine, link, serve; and the watches of the topics."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable
from pathlib import Path

from taihu.control.accounts import alarming, day
from taihu.control.catalogue import erasing
from taihu.control.catalogue.lowering import running as lowering
from taihu.control.grants import actions as grants
from taihu.control.grants import keeping
from taihu.control.runs import actions as runs
from taihu.control.runs.job import Job, Outcome, Task, by_name
from taihu.data.collect import batches
from taihu.data.collect.batches import Batch
from taihu.data.collect.erasure import erase, periods
from taihu.data.collect.erasure.records import Record, Records
from taihu.data.collect.receive import Receipt
from taihu.data.engines import sweep
from taihu.data.engines.stores import Stores
from taihu.data.guard import serve
from taihu.data.intake import bring_in
from taihu.data.intake.source import Api, File, Source, Table
from taihu.data.link import attack, gather, link
from taihu.data.refine import refine
from taihu.data.refine.report import Refined
from taihu.doors.portal import erased, release
from taihu.doors.portal import jobs as portal
from taihu.doors.terminal import retaining
from taihu.patterns.watch import actions as watches
from taihu.terms.base import Base
from taihu.terms.shelf import Shelf

LONGEST_WRITE_HOURS = 24


def bring(task: Task) -> Outcome:
    """Fetches what a department has ready of one dataset, in its order, and asks for the refining of each new batch.

    The order counts: of two full deliveries the later one is in force, of two changes of a row as well.
    """
    receipts = [receipt for said in json.loads(task.args["deliveries"]) for receipt in _bring_one(said, task)]
    refused = [receipt for receipt in receipts if receipt.batch.state == batches.REFUSED]
    note = f"{len(receipts)} 个批次，{len(refused)} 个退回" if refused else f"{len(receipts)} 个批次"
    return Outcome(rows_in=sum(receipt.rows or 0 for receipt in receipts), note=note)


def _bring_one(said: dict[str, str], task: Task) -> list[Receipt]:
    dataset = task.stores.shelf.dataset(said["dataset"])
    source = read_source(said, Path(task.args["root"]))
    receipts = bring_in.bring_in(source, dataset=dataset, stores=task.stores, by="worker", at=task.clock())
    for receipt in receipts:
        if receipt.batch.state == batches.RECEIVED:
            title, args = f"治理 {receipt.batch.filename}", {"batch": receipt.id}
            about = {"title": title, "department": dataset.department}
            runs.ask(job="refine", args=args, key=receipt.id, by="worker", at=task.clock(), **about)
    return receipts


# What a manifest says of how an interface pages.
MARKS = ("rows", "pages", "next", "page_parameter", "size_parameter")


def read_source(said: dict[str, str], root: Path) -> Source:
    """The source of a delivery as the departments' manifest writes it."""
    if said["kind"] == "sql":
        return Table(f"sqlite:///{(root / said['path']).absolute()}", said["table"])
    if said["kind"] == "api":
        host = said["url"].partition("://")[2].partition("/")[0]
        marks = {name: said[name] for name in MARKS if name in said}
        return dataclasses.replace(Api(said["url"], (host,)), **marks)  # type: ignore[arg-type]
    return File(root / said["path"])


def refine_batch(task: Task) -> Outcome:
    """Refines one batch and serves the dataset's new version."""
    found = batches.find_batch(task.stores, task.args["batch"])
    refined = refine.refine(batch=found, stores=task.stores, by="worker", at=task.clock())
    task.beat(refined.rows_in, refined.accepted)
    settle(found, refined, stores=task.stores, by="worker", at=task.clock())
    serve.serve(task.stores.shelf.dataset(found.dataset), stores=task.stores)
    return Outcome(refined.rows_in, refined.accepted, f"接收 {refined.accepted} 行，退回 {refined.returned} 行")


def settle(batch: Batch, refined: Refined, *, stores: Stores, by: str, at: datetime.datetime) -> None:
    """Notes in the register what became of a batch, once; a run that was taken over finds it noted."""
    if batches.find_batch(stores, batch.id).state == batches.RECEIVED:
        batches.settle(stores=stores, batch=batch, accepted=refined.accepted, returned=refined.returned, by=by, at=at)


def link_base(task: Task) -> Outcome:
    """Links one base anew and serves it."""
    base = find_base(task.stores.shelf, task.args["base"])
    try:
        linked = link.link(base, stores=task.stores, by="worker", at=task.clock())
    except gather.NothingToLink as nothing:
        return Outcome(0, 0, nothing.message)
    serve.serve(task.stores.shelf.dataset(base.id), stores=task.stores)
    return Outcome(linked.records, linked.subjects, f"{linked.subjects} 个主体，{linked.probable} 对按概率关联")


def find_base(shelf: Shelf, base_id: str) -> Base:
    """The base of that id."""
    return next(base for pack in shelf.packs.values() for base in pack.bases if base.id == base_id)


def reconcile(task: Task) -> Outcome:
    """Ends the grants whose last day is over, and makes the guard's permits equal to the grants."""
    grants.expire(at=task.clock(), stores=task.stores)
    return Outcome(note=f"{keeping.reconcile(at=task.clock(), stores=task.stores)} 项授权已对齐")


def clear(task: Task) -> Outcome:
    """Removes what killed processes left half-written more than a day ago."""
    before = task.clock() - datetime.timedelta(hours=LONGEST_WRITE_HOURS)
    return Outcome(note=f"清理 {sweep_all(task.stores, before=before)} 个未写完的文件")


def sweep_all(stores: Stores, *, before: datetime.datetime) -> int:
    """Sweeps the stores and the releases; returns how many files and folders went."""
    return len(sweep.sweep(stores, before=before)) + len(release.sweep(stores=stores, before=before))


def look_for_abnormal_use(task: Task) -> Outcome:
    """Judges yesterday's reading by the ledger, and opens alarms for the security officer."""
    yesterday = day.day_of(task.clock()) - datetime.timedelta(days=1)
    signs, opened = alarming.look(on=yesterday, by="worker", at=task.clock(), stores=task.stores)
    return Outcome(rows_out=opened, note=f"{yesterday}：{signs} 个迹象，新告警 {opened} 条")


def lower(task: Task) -> Outcome:
    """Runs one declassifier, or tries it; without one looks at what changed and what is over."""
    name = task.args.get("declassifier", "")
    if not name:
        return Outcome(note=f"{lowering.look(at=task.clock(), stores=task.stores)} 项审批有变动")
    is_try = bool(task.args.get("try"))
    made = lowering.run(name=name, by="worker", at=task.clock(), stores=task.stores, attacks=ATTACKS, is_try=is_try)
    return Outcome(rows_out=made.rows, note=lowering.OUTCOMES[made.outcome])


# The guard lies below the linker, so that it is handed what attacks its releases.
ATTACKS = {"关联引擎": attack.attack_by}


def preview_erasure(task: Task) -> Outcome:
    """Counts what an erasure that was asked for would take."""
    counts = erase.preview(id=task.args["erasure"], stores=task.stores)
    return Outcome(rows_in=sum(counts.values()), note=f"{len(counts)} 处")


def erase_now(task: Task) -> Outcome:
    """Does an approved erasure; makes releases anew, and asks for the linking of the bases that lost rows."""
    return _after_erasing(erase.erase(id=task.args["erasure"], stores=task.stores, at=task.clock()), task)


def erase_periods(task: Task) -> Outcome:
    """Erases what is over its years."""
    done = periods.erase_expired(stores=task.stores, by="worker", at=task.clock())
    for record in done:
        _after_erasing(record, task)
    return Outcome(rows_out=len(done), note=f"{len(done)} 个数据资源有到期数据")


def _after_erasing(record: Record, task: Task) -> Outcome:
    at = task.clock()
    rebuilt = erased.rebuild(record=record, stores=task.stores, at=at)
    touched = set(Records(task.stores.root).touched(record.id))
    for base in (base for pack in task.stores.shelf.packs.values() for base in pack.bases):
        if touched & {member.dataset for member in base.members}:
            runs.ask(job="link", args={"base": base.id}, key=base.id, title=f"关联 {base.id}", by="worker", at=at)
    erasing.end(record=record, at=at, stores=task.stores)
    return Outcome(rows_out=len(touched), note=f"{len(touched)} 个数据资源，重做 {rebuilt} 个开放版本")


CALLS: tuple[tuple[str, str, Callable[[Task], Outcome]], ...] = (
    ("bring", "归集", bring),
    ("refine", "治理", refine_batch),
    ("link", "关联", link_base),
    ("reconcile", "授权对齐", reconcile),
    ("lower", "数据降级", lower),
    ("sweep", "清理", clear),
    ("abnormal", "异常使用检查", look_for_abnormal_use),
    ("retain", retaining.TITLE, retaining.retain),
    (erasing.PREVIEW, "列出将删除的行数", preview_erasure),
    (erasing.ERASE, "依法删除", erase_now),
    ("erase.periods", "删除到期数据", erase_periods),
)


def all_jobs() -> dict[str, Job]:
    """What the worker can run."""
    return by_name(*(Job(name, title, call) for name, title, call in CALLS), watches.make_job(), portal.JOB)
