"""Builds releases: all open rows of one version leave through the guard once, and lie then as files for everybody."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from taihu.data.engines import exclusion
from taihu.data.engines.stores import Stores
from taihu.data.guard import bulk, question, standing, table
from taihu.data.guard.draft import Draft
from taihu.data.ledger.entry import Entry
from taihu.doors.portal import entries, files, profile
from taihu.doors.portal.models import Fetch, Release
from taihu.terms import fault
from taihu.terms.dataset import Openness
from taihu.terms.label import PUBLIC
from taihu.terms.problem import Problem

ROWS_AN_ANSWER = 10_000
PREVIEW_ROWS = 20
OPERATOR = "portal"
Beat = Callable[[int | None, int | None], None]


class NothingOpen(Problem):
    """The dataset has nothing that may leave for everybody."""

    code = "D-101"
    status = 403


class Moved(Problem):
    """A new version came in while the old one was leaving; the next attempt takes the new one."""

    code = "D-102"
    status = 503


def version_of(dataset_id: str, *, stores: Stores) -> tuple[str, int]:
    """The version in force (`governed@3`) and its rows; an empty version where nothing has come in yet."""
    opened = table.open_table(dataset_id, stores)
    return opened.version, opened.snapshot.rows if opened.snapshot else 0


def nothing_open(item: entries.Item) -> NothingOpen:
    """Says which rule keeps the dataset from leaving."""
    presence = item.dataset.presence
    if item.dataset.find_protected() and not item.dataset.procedure:
        why = "含重要数据或核心数据，数源单位未规定开放程序"
    elif not presence.is_within(PUBLIC):
        why = f"仅凭某一行是否存在，就会透露级别为 {presence.level.name} 的信息"
    elif any(column.open is Openness.OPEN for column in item.dataset.columns):
        why = "准许开放的数据项级别高于 L1"
    else:
        why = "各数据项均为受限开放，须满足条件并经批准"
    return NothingOpen(
        f"「{item.dataset.title}」不提供直接下载：{why}",
        where=item.id,
        help=f"请向{item.department.title}说明用途，了解申请条件；各部门可在工作台申请共享",
    )


def build(
    *, item: entries.Item, stores: Stores, at: datetime.datetime, beat: Beat = lambda done, total: None
) -> Release | None:
    """Releases the version in force, or finds the release that there is. None where nothing has come in yet.

    Refuses what is not open. The ledger gets the guard's entries for the rows and one entry for the release.
    """
    if not item.is_downloadable:
        raise nothing_open(item)
    version, _ = version_of(item.id, stores=stores)
    if not version:
        return None
    found = Release.objects.filter(dataset=item.id, edition=item.edition, version=version).first()
    if found is not None and found.withdrawn_at is None and folder(found, stores=stores).is_dir():
        return found
    with exclusion.writing(stores.root):
        return _build(item, version, stores, at, beat, instead=found)


def build_anew(*, item: entries.Item, found: Release, stores: Stores, at: datetime.datetime) -> Release:
    """Makes the files of a release again, because rows of its version were erased."""
    with exclusion.writing(stores.root):
        return _build(item, found.version, stores, at, lambda done, total: None, instead=found)


def _build(
    item: entries.Item, version: str, stores: Stores, at: datetime.datetime, beat: Beat, *, instead: Release | None
) -> Release:
    """Makes the files and keeps the release, `instead` of one that was withdrawn or lost its files."""
    fresh = Release(dataset=item.id, edition=item.edition, version=version, built_at=at)
    draft = folder(fresh, stores=stores).with_name(f".{fresh.folder}-{secrets.token_hex(4)}")
    fault.point("portal.release.write")
    draft.mkdir(parents=True)
    try:
        delivery = _begin(item, stores, at)
        rows, columns = _write(item, draft, delivery, at, beat)
        if version_of(item.id, stores=stores)[0] != version:
            raise Moved("发布期间有新数据入库", where=item.id, help="稍后会自动按新版本发布")
        fresh.rows, fresh.columns, fresh.files = rows, columns, _describe_files(draft)
        return _keep(fresh, item, draft, delivery, stores, instead=instead)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _keep(
    fresh: Release,
    item: entries.Item,
    draft: Path,
    delivery: bulk.Delivery,
    stores: Stores,
    *,
    instead: Release | None,
) -> Release:
    """Puts the files in place and enters the release, unless another process was first: then its release counts.

    A kill between the two leaves files that no release names; the next attempt replaces them.
    """
    place = folder(fresh, stores=stores)
    with transaction.atomic():
        same = Release.objects.select_for_update()
        known = same.filter(dataset=fresh.dataset, edition=fresh.edition, version=fresh.version).first()
        if known is not None and instead is None:
            return known
        fault.point("portal.release.rename")
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)
        fresh.pk = known.pk if known else None
        fresh.receipt = _enter(fresh, item, delivery)
        fault.point("portal.release.keep")
        fresh.save()
    return fresh


def _write(
    item: entries.Item, draft: Path, delivery: bulk.Delivery, at: datetime.datetime, beat: Beat
) -> tuple[int, list[dict[str, str]]]:
    """Writes all files while the rows pass once; returns how many rows and which columns left."""
    pages = delivery.pages()
    first = next(pages)
    about = {"dataset": item.id, "title": item.dataset.title, "provider": item.department.title}
    about |= {"released_at": at.isoformat(timespec="seconds"), "licence": licence()}
    writers: list[files.Writer] = [
        files.Csv(draft / "data.csv", first.columns),
        files.Json(draft / "data.json", first.columns, about),
    ]
    total = version_of(item.id, stores=delivery.stores)[1]
    if total <= files.MOST_SHEET_ROWS:
        writers.append(files.Sheet(draft / "data.xlsx", first.columns, about, at=at))
    tallies = [profile.Tally(column) for column in first.columns]
    rows = 0
    page: Draft | None = first
    while page is not None:
        for writer in writers:
            writer.write(page.rows)
        for at_column, tally in enumerate(tallies):
            for row in page.rows:
                tally.take(row[at_column])
        rows += len(page.rows)
        beat(rows, rows)
        page = next(pages, None)
    for writer in writers:
        writer.close()
    seen = {
        "rows": [list(row) for row in first.rows[:PREVIEW_ROWS]],
        "columns": [column.name for column in first.columns],
        "spreads": [tally.spread().to_json() for tally in tallies],
    }
    (draft / "profile.json").write_text(json.dumps(seen, ensure_ascii=False), encoding="utf-8")
    return rows, [{"name": c.name, "title": c.title, "kind": str(c.kind), "unit": c.unit} for c in first.columns]


def licence() -> str:
    """The licence of this node's open data, as every file carries it."""
    return (
        f"{settings.TAIHU_NODE}公共数据开放许可：可自由使用、改编和再利用，须注明来源和获取日期；不得据此识别特定个人"
    )


def _begin(item: entries.Item, stores: Stores, at: datetime.datetime) -> bulk.Delivery:
    """The delivery of the open rows to everybody: one entry in the ledger, its fetches are counted."""
    names = tuple(column.name for column in item.open_columns)
    asked = question.Rows(item.id, columns=names, limit=ROWS_AN_ANSWER)
    return bulk.begin(asked, standing.open_permit(item.dataset), stores=stores, by=OPERATOR, at=at)


def _describe_files(draft: Path) -> dict[str, dict[str, Any]]:
    described = {}
    for path in sorted(draft.glob("data.*")):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        described[path.suffix[1:]] = {"size": path.stat().st_size, "sha256": digest}
    return described


def _enter(fresh: Release, item: entries.Item, delivery: bulk.Delivery) -> str:
    """The release's place in the ledger; none where it cannot be written, which keeps no open data back."""
    sums = {form: str(told["sha256"]) for form, told in fresh.files.items()}
    detail = {"version": fresh.version, "edition": str(fresh.edition), **sums}
    receipt = delivery.enter(act=bulk.RELEASE, where=f"/data/{item.id}", detail=detail)
    return receipt.id if receipt else ""


def folder(release: Release, *, stores: Stores) -> Path:
    """Where the files of a release lie."""
    return stores.root / "releases" / release.dataset / release.folder


def sweep(*, stores: Stores, before: datetime.datetime) -> list[Path]:
    """Removes the drafts of killed releases that nobody has touched since `before`; returns them."""
    drafts = [path for path in stores.root.glob("releases/*/.*") if path.stat().st_mtime < before.timestamp()]
    for draft in drafts:
        fault.point("portal.release.sweep")
        shutil.rmtree(draft, ignore_errors=True)
    return drafts


def read_profile(release: Release, *, stores: Stores) -> dict[str, Any]:
    """The first rows and the spreads of a release."""
    text = (folder(release, stores=stores) / "profile.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def count_fetch(*, release: Release, form: str, on: datetime.date) -> None:
    """Counts one taking of a file; nobody is named."""
    with transaction.atomic():
        fault.point("portal.fetch.count")
        found, _ = Fetch.objects.select_for_update().get_or_create(release=release, form=form, on=on)
        found.times += 1
        found.save(update_fields=["times"])


def withdraw(*, dataset: str, at: datetime.datetime, stores: Stores) -> int:
    """Takes all releases of a dataset back: the pages stop serving them and their files go. Returns how many."""
    live = list(Release.objects.live(dataset))
    if not live:
        return 0
    with transaction.atomic():
        detail = {"releases": str(len(live))}
        entry = Entry(at=at, act="withdraw", by=OPERATOR, system="portal", dataset=dataset, detail=detail)
        stores.ledger.append(entry)
        fault.point("portal.release.withdraw")
        Release.objects.live(dataset).update(withdrawn_at=at)
    for release in live:
        shutil.rmtree(folder(release, stores=stores), ignore_errors=True)
    return len(live)
