"""Erases: one action that takes rows out of deliveries, lake, vault and serving files, and leaves a proof of it."""

from __future__ import annotations

import datetime
import functools
import json
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import duckdb

from taihu.data.collect.erasure import deliveries, orders, proof, records, rows
from taihu.data.collect.erasure import hunt as hunts
from taihu.data.collect.erasure.hunt import Found, Hunt
from taihu.data.collect.erasure.records import Record, Records
from taihu.data.engines import exclusion
from taihu.data.engines.stores import Stores
from taihu.data.guard import serve
from taihu.data.lake.rewrite import Order
from taihu.terms import fault, problem
from taihu.terms.zone import Zone


class SamePerson(problem.Problem):
    """Who asks for an erasure may not approve it."""

    code = "C-105"
    status = 403


class NotSeen(problem.Problem):
    """An erasure is approved only after its rows per place were counted and shown."""

    code = "C-106"
    status = 409


def preview(*, id: str, stores: Stores) -> dict[str, int]:  # noqa: A002 - the field's name
    """Counts the rows that would go, by place; changes nothing."""
    hunt = orders.read_hunt(id, stores=stores)
    found = rows.find(hunt, stores=stores)
    counts = {"原始报送": sum(len(of) for by_batch in found.rows.values() for of in by_batch.values())}
    counts["批次"] = len(found.batches)
    with rows.connect(stores) as connection:
        hunts.fill(connection, found)
        for zone in Zone:
            for table in stores.lake.tables(zone):
                if count := stores.lake.count(zone, table, connection, _order(id, hunt, zone, table)):
                    counts[f"{zone.value}/{table}"] = count
    counts["保险库原值"] = len(stores.vault.reveal(found.tokens))
    Records(stores.root).note_preview(id, counts)
    return counts


def approve(*, id: str, stores: Stores, by: str, at: datetime.datetime) -> Record:  # noqa: A002 - the field's name
    """Lets an erasure begin; raises SamePerson, NotSeen, NotThatWay. What it then does cannot be undone."""
    book = Records(stores.root)
    record = book.find(id)
    if by == record.asked_by:
        raise SamePerson("删除不能由申请人自己批准。", where=id, help="请由另一人审核。")
    if not record.has_preview:
        raise NotSeen("尚未列出各处将删除的行数。", where=id, help="请等预览完成后再批准。")
    stores.ledger.append(orders.enter(record, "erase.approve", by, at))
    fault.point("erasure.approve.move")
    return book.move(id, records.RUNNING, approved_by=by, approved_at=at.isoformat())


def erase(*, id: str, stores: Stores, at: datetime.datetime) -> Record:  # noqa: A002 - the field's name
    """Does an approved erasure to its end; killed anywhere, the next call goes on. Done, it changes nothing more.

    Nobody refines, links, receives or serves meanwhile. The order of the steps: what is found is noted, then
    deliveries, lake, vault, serving files and drafts; then the entry in the ledger, the proof, and the end of the key.
    """
    book = Records(stores.root)
    record = book.find(id)
    if record.state == records.DONE:
        orders.forget(id, stores=stores)
        proof.keep(record, book.steps(id), stores=stores)
        return record
    if record.state != records.RUNNING:
        raise records.NotThatWay("该项删除尚未批准。", where=id, help="请先由另一人批准。")
    with exclusion.erasing(stores.root):
        hunt = orders.read_hunt(id, stores=stores)
        found = _find_once(id, hunt, stores)
        book.note_touched(id, sorted(found.rows))
        _work(id, hunt, found, stores)
    return _end(record, stores, at)


def _find_once(id: str, hunt: Hunt, stores: Stores) -> Found:  # noqa: A002 - the field's name
    """What is to go, looked for before anything is changed, and found again after a kill."""
    found = orders.read_found(id, stores=stores)
    if found is None:
        found = rows.find(hunt, stores=stores)
        orders.keep(id, orders.FOUND, json.dumps(asdict(found)), stores=stores)
    return found


def _work(id: str, hunt: Hunt, found: Found, stores: Stores) -> None:  # noqa: A002 - the field's name
    """All steps, each noted once it is done; one that was not noted is done again."""
    book = Records(stores.root)

    def step(name: str, act: Callable[[], Any]) -> None:
        if name not in book.steps(id):
            book.note_step(id, name, act())

    step("deliveries", lambda: [asdict(e) for e in deliveries.rewrite(found, erasure=id, stores=stores)])
    with rows.connect(stores) as connection:
        hunts.fill(connection, found)
        for zone in Zone:
            for table in stores.lake.tables(zone):
                act = functools.partial(_rewrite, zone, table, _order(id, hunt, zone, table), stores, connection)
                step(f"lake/{zone.value}/{table}", act)
                stores.lake.finish_rewrite(zone, table, mark=id)
        step("vault", lambda: _forget_values(hunt, found, stores, connection))
    step("serving", lambda: _serve(stores))
    step("drafts", lambda: clear_drafts(stores))


def _order(id: str, hunt: Hunt, zone: Zone, table: str) -> Order:  # noqa: A002 - the field's name
    return Order(id, lambda columns: hunt.in_rows(zone, table, columns), hunt.parameters)


def _rewrite(zone: Zone, table: str, order: Order, stores: Stores, connection: duckdb.DuckDBPyConnection) -> list[Any]:
    made = stores.lake.rewrite(zone, table, connection, order)
    return [[m.before, m.sha256_before, m.after, m.sha256_after, m.removed] for m in made]


def _forget_values(hunt: Hunt, found: Found, stores: Stores, connection: duckdb.DuckDBPyConnection) -> int:
    """Forgets the values whose tokens stand in no governed row any more; returns how many of them went."""
    gone = list(found.tokens)
    if not hunt.identifier:
        gone = sorted(set(gone) - _still_used(gone, stores, connection))
    if not gone:
        return 0
    stores.vault.rotate(without=gone)
    return len(gone)


def _still_used(tokens: list[str], stores: Stores, connection: duckdb.DuckDBPyConnection) -> set[str]:
    used: set[str] = set()
    for dataset in stores.shelf.datasets():
        names = [column.name for column in dataset.columns if column.is_vaulted]
        for path in stores.lake.files(dataset.zone, dataset.id) if names else ():
            scan = f"read_parquet('{path}', hive_partitioning=false)"
            known = {str(c[0]) for c in connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()}  # noqa: S608
            for name in known.intersection(names):
                asked = f'SELECT DISTINCT "{name}" FROM {scan} WHERE list_contains($tokens::VARCHAR[], "{name}")'  # noqa: S608
                used |= {str(t) for (t,) in connection.execute(asked, {"tokens": tokens}).fetchall()}
    return used


def _serve(stores: Stores) -> dict[str, int]:
    """Serves every table that is served from a new file, and removes the files before it."""
    rows_by_table = {}
    for table in stores.serving.tables():
        if stores.serving.is_served(table):
            published = serve.serve_anew(stores.shelf.dataset(table), stores=stores)
            rows_by_table[table] = published.rows if published else 0
        stores.serving.drop_old(table)
    return rows_by_table


def clear_drafts(stores: Stores) -> int:
    """Removes what killed or interrupted writers left: stages of the lake, plain bytes, rows of unfinished fetches."""
    gone = stores.objects.clear(before=math.inf)
    for path in stores.root.glob("lake/*/*/_stage-*/**/*"):
        if path.is_file():
            fault.point("erasure.draft.remove")
            path.unlink()
            gone.append(path)
    for path in [*stores.root.glob("collect/fetch-*"), *stores.root.glob("releases/*/.*/*")]:
        fault.point("erasure.draft.remove")
        path.unlink()
        gone.append(path)
    return len(gone)


def _end(record: Record, stores: Stores, at: datetime.datetime) -> Record:
    """Enters the erasure in the ledger, keeps the proof, and destroys the key of the order."""
    book = Records(stores.root)
    steps = book.steps(record.id)
    manifest = proof.describe(record, steps)
    digest = proof.digest(manifest)
    counts = proof.count(steps)
    detail = {**{place: str(count) for place, count in counts.items()}, "manifest": digest}
    entry = orders.enter(record, "erase", record.approved_by, at, reason=record.reason, asked=record.asked_by, **detail)
    receipt = stores.ledger.append(entry)
    fault.point("erasure.end.move")
    done = book.move(record.id, records.DONE, done_at=at.isoformat(), manifest=digest, receipt=receipt.id)
    orders.forget(record.id, stores=stores)
    proof.keep(done, steps, stores=stores)
    return done
