"""Makes releases anew after an erasure: their manifest says which digest they had, and by which order it changed."""

from __future__ import annotations

import datetime
import shutil
from typing import Any

from django.db import transaction

from taihu.control.flows import clock
from taihu.data.collect.erasure import orders
from taihu.data.collect.erasure.records import Record, Records
from taihu.data.engines.stores import Stores
from taihu.doors.portal import entries, release
from taihu.doors.portal.models import Release
from taihu.terms import fault


def rebuild(*, record: Record, stores: Stores, at: datetime.datetime) -> int:
    """Builds the releases of the datasets that lost rows anew; returns how many. May be repeated.

    The release of the version in force gets new files; an older one, whose files cannot be made again, is withdrawn
    and keeps what its files were. Old and new digests are entered in the ledger, whose head is signed.
    """
    touched = Records(stores.root).touched(record.id)
    items = {item.id: item for item in entries.list_items(stores=stores, on=clock.day_of(at))}
    count = 0
    for found in Release.objects.filter(dataset__in=touched, withdrawn_at__isnull=True):
        if not _is_noted(found, record):
            item = items.get(found.dataset)
            _rebuild(found, item if item and item.is_downloadable else None, record, stores, at)
            count += 1
    return count


def _is_noted(found: Release, record: Record) -> bool:
    return any(note["erasure"] == record.id for told in found.files.values() for note in told.get("erased", ()))


def _rebuild(found: Release, item: entries.Item | None, record: Record, stores: Stores, at: datetime.datetime) -> None:
    before = found.files
    is_current = item is not None and release.version_of(found.dataset, stores=stores)[0] == found.version
    if item is not None and is_current:
        found = release.build_anew(item=item, found=found, stores=stores, at=at)
    with transaction.atomic():
        files, detail = {}, {"version": found.version, "edition": str(found.edition)}
        for form, told in before.items():
            fresh = found.files[form] if is_current and form in found.files else {**told, "size": 0}
            note = {"sha256": told["sha256"], "erasure": record.id, "words": record.words}
            files[form] = {**fresh, "erased": [*told.get("erased", ()), note]}
            detail[form] = f"{told['sha256']}>{fresh['sha256'] if is_current else ''}"
        stores.ledger.append(orders.enter(record, "release.erase", release.OPERATOR, at, **_named(found, detail)))
        fault.point("portal.release.erase")
        found.files = files
        found.withdrawn_at = None if is_current else at
        found.save(update_fields=["files", "withdrawn_at"])
    if not is_current:
        shutil.rmtree(release.folder(found, stores=stores), ignore_errors=True)


def _named(found: Release, detail: dict[str, Any]) -> dict[str, str]:
    return {"release": f"{found.dataset} {found.version}", **detail}
