"""The portal's work for the worker: release what is new, take back what is no longer open, and index the catalogue."""

from __future__ import annotations

from taihu.control.flows import clock
from taihu.control.runs.job import Job, Outcome, Task
from taihu.doors.portal import entries, release, search
from taihu.doors.portal.models import Release


def release_all(task: Task) -> Outcome:
    """Makes releases equal to the catalogue and the lake. Idempotent: a version that was released stays as it is."""
    items = entries.list_items(stores=task.stores, on=clock.day_of(task.clock()))
    open_now = {item.id: item for item in items if item.is_downloadable}
    rows, made, failed = 0, 0, 0
    for item in open_now.values():
        known = {found.pk for found in Release.objects.live(item.id)}
        try:
            found = release.build(item=item, stores=task.stores, at=task.clock(), beat=task.beat)
        except release.Moved:
            failed += 1
            continue
        if found is not None and found.pk not in known:
            made += 1
            rows += found.rows
    gone = set(Release.objects.filter(withdrawn_at__isnull=True).values_list("dataset", flat=True)) - set(open_now)
    for dataset in sorted(gone):
        release.withdraw(dataset=dataset, at=task.clock(), stores=task.stores)
    search.open_index(items, root=task.stores.root)
    note = f"新发布 {made} 个版本，撤下 {len(gone)} 个数据资源"
    return Outcome(rows_out=rows, note=f"{note}，{failed} 个待重试" if failed else note)


JOB = Job("portal.release", "发布开放数据", release_all)
# How often the worker looks: a version in force is open to everybody five minutes later at most.
CRON = "*/5 * * * *"
