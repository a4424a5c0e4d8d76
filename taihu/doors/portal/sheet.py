"""What the page of a dataset shows, worked out from its release, its deliveries and its declaration."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from taihu.control.flows import clock
from taihu.data.engines.stores import Stores
from taihu.data.objects.batch import Batch
from taihu.data.refine import report
from taihu.doors.portal import entries, listing, release, tell
from taihu.doors.portal.models import Release
from taihu.site import messages
from taihu.site.components import drawings, marks, tables
from taihu.terms.dataset import Column, Openness
from taihu.terms.problem import Problem

MOST_ROWS_AT_ONCE = 20_000
MOST_HISTORY = 12
FORMS = ("csv", "xlsx", "json")


class NotYet(Problem):
    """There is nothing to take yet."""

    code = "D-103"
    status = 404


class TooLarge(Problem):
    """A form that does not suit so many rows."""

    code = "D-104"
    status = 404


@dataclass(frozen=True, slots=True)
class Picture:
    """A column's small picture: bars, the share that is missing, the commonest values."""

    bars: tuple[drawings.Bar, ...]
    kind: str
    missing: float
    filled: int
    low: str
    high: str
    distinct: int | None
    top: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A line of the field table: the column, its standard's title, whether it is opened, and its picture."""

    column: Column
    standard: str
    is_open: bool
    why: str
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class File:
    """A file to take."""

    form: str
    url: str
    size: int
    sha256: str
    times: int


def not_yet(item: entries.Item) -> Problem:
    """Says why there is no file yet."""
    if not item.is_downloadable:
        return release.NothingOpen(
            f"「{item.dataset.title}」没有可以直接下载的数据项",
            where=item.id,
            help=f"请向{item.department.title}了解受限开放的申请条件",
        )
    return NotYet(
        f"「{item.dataset.title}」的文件尚未生成", where=item.id, help="数据入库后五分钟内自动发布，请稍候再试"
    )


def too_large(item: entries.Item, form: str) -> Problem:
    """Says which forms there are instead."""
    return TooLarge(
        f"「{item.dataset.title}」行数较多，不提供 {form.upper()}", where=item.id, help="请下载 CSV 或 JSON"
    )


def describe(
    item: entries.Item, found: Release | None, *, stores: Stores, at: datetime.datetime, request: Any
) -> dict[str, Any]:
    """All that the page shows."""
    language = request.look.language
    on = clock.day_of(at)
    profile = release.read_profile(found, stores=stores) if found else None
    batches = entries.list_received(item.dataset, stores=stores)
    return {
        "item": item,
        "release": found,
        "on": on,
        "department": listing.name_department(item, language),
        "cycle": messages.say(f"portal.cycle.{item.dataset.cycle.value}", language),
        "fresh": item.freshness(on),
        "fields": _fields(item, stores, profile, found),
        "preview": _preview(item, profile, found, language),
        "files": _files(item, found),
        "examples": tell.examples(item, request) if found else (),
        "history": [_event(batch, language) for batch in batches[:MOST_HISTORY]],
        "quality": report.find(stores.root, batches[0].id) if batches else None,
        "licence": release.LICENCE,
        "closed": None if item.is_downloadable else not_yet(item),
        "open_count": len(item.open_columns) if item.is_downloadable else 0,
        "path": _path(item),
    }


def _fields(item: entries.Item, stores: Stores, profile: dict[str, Any] | None, found: Release | None) -> list[Field]:
    spreads = {spread["name"]: spread for spread in profile["spreads"]} if profile else {}
    open_names = {column.name for column in item.open_columns} if item.is_downloadable else set()
    rows = found.rows if found else 0
    standards = stores.shelf.standards.standards
    return [
        Field(
            column=column,
            standard=standards[column.standard].title if column.standard in standards else column.standard,
            is_open=column.name in open_names,
            why=_why_closed(column),
            picture=_picture(spreads[column.name], rows) if column.name in spreads else None,
        )
        for column in item.dataset.columns
    ]


def _why_closed(column: Column) -> str:
    return {Openness.FORBIDDEN: "forbidden", Openness.RESTRICTED: "restricted"}.get(column.open, "level")


def _picture(spread: dict[str, Any], rows: int) -> Picture:
    missing = spread["missing"] / rows if rows else 0.0
    return Picture(
        bars=tuple(drawings.bars(spread["bins"])),
        kind=spread["kind"],
        missing=missing,
        filled=rows - spread["missing"],
        low=spread["low"],
        high=spread["high"],
        distinct=spread["distinct"],
        top=tuple((value, count) for value, count in spread["top"]),
    )


def _preview(
    item: entries.Item, profile: dict[str, Any] | None, found: Release | None, language: str
) -> tables.Table | None:
    if profile is None or found is None or not profile["rows"]:
        return None
    columns = [item.dataset.column(name) for name in profile["columns"]]
    heads = tuple(
        tables.Head(c.title, is_number=c.kind.name in ("int", "decimal"), unit=tables.formats.unit(c.unit))
        for c in columns
    )
    rows = tuple(
        tables.Row(tuple(tell.show(column, value) for column, value in zip(columns, row, strict=True)))
        for row in profile["rows"]
    )
    caption = messages.say("portal.preview", language, rows=len(rows))
    return tables.Table(caption, heads, rows, is_tight=True)


def _files(item: entries.Item, found: Release | None) -> list[File]:
    if found is None:
        return []
    times: dict[str, int] = {}
    for form, count in found.fetches.values_list("form", "times"):
        times[form] = times.get(form, 0) + count
    return [
        File(form, f"/data/{item.id}/download/{form}", told["size"], told["sha256"], times.get(form, 0))
        for form in FORMS
        if (told := found.files.get(form))
    ]


def _event(batch: Batch, language: str) -> marks.Event:
    counts = {
        "accepted": tables.formats.number(batch.accepted or 0),
        "returned": tables.formats.number(batch.returned or 0),
    }
    what = messages.say("portal.received", language, **counts)
    return marks.Event(batch.received_at, batch.id, what, tone="ok" if not batch.returned else "warn")


def _path(item: entries.Item) -> list[marks.Stop]:
    """Why nothing leaves: the existence of rows, then the highest columns."""
    if item.is_downloadable:
        return []
    top = sorted(item.dataset.columns, key=lambda column: -column.label.level)[:2]
    stops = [marks.Stop(column.title, column.label.level) for column in top]
    return [*stops, marks.Stop(item.dataset.title, item.dataset.label.level)]
