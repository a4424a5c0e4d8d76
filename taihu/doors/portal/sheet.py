"""What the page of a dataset shows, worked out from its release, its deliveries and its declaration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from taihu.data.engines.stores import Stores
from taihu.data.refine import report
from taihu.doors.portal import entries, quality, release, tell
from taihu.doors.portal.models import Release
from taihu.terms.dataset import Column, Openness
from taihu.terms.label import PUBLIC, Level
from taihu.terms.problem import Problem

MOST_ROWS_AT_ONCE = 5_000
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
    """A column's small picture: counts in bins, the share that is missing, the commonest values."""

    bins: tuple[int, ...]
    kind: str
    missing: float
    filled: int
    low: str
    high: str
    distinct: int | None
    top: tuple[tuple[str, int], ...]

    @property
    def is_rest(self) -> bool:
        """True where other values stand beside the commonest ones."""
        return sum(count for _, count in self.top) < self.filled


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop on the way from what is sensitive to the door that stays shut."""

    title: str
    level: Level


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
        return release.nothing_open(item)
    return NotYet(
        f"「{item.dataset.title}」的文件尚未生成", where=item.id, help="数据入库后五分钟内自动发布，请稍候再试"
    )


def too_large(item: entries.Item, form: str) -> Problem:
    """Says which forms there are instead."""
    return TooLarge(
        f"「{item.dataset.title}」行数较多，不提供 {form.upper()}", where=item.id, help="请下载 CSV 或 JSON"
    )


def describe(item: entries.Item, found: Release | None, *, stores: Stores, request: Any) -> dict[str, Any]:
    """All that the page shows."""
    profile = release.read_profile(found, stores=stores) if found else None
    batches = entries.list_received(item.dataset, stores=stores)
    refined = report.find(stores.root, batches[0].id) if batches else None
    return {
        "item": item,
        "release": found,
        "department": item.department_name(request.look.language),
        "fields": _fields(item, stores, profile, found),
        "preview": profile["rows"] if profile else [],
        "preview_columns": [item.dataset.column(name) for name in profile["columns"]] if profile else [],
        "first_columns": "、".join(column.title for column in item.dataset.columns[:4]),
        "files": _files(item, found),
        "examples": tell.examples(item, request) if found else (),
        "history": batches[:MOST_HISTORY],
        "quality": quality.to_public(refined, item.dataset) if refined else None,
        "licence": release.licence(),
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
    return Picture(
        bins=tuple(spread["bins"]),
        kind=spread["kind"],
        missing=spread["missing"] / rows if rows else 0.0,
        filled=rows - spread["missing"],
        low=spread["low"],
        high=spread["high"],
        distinct=spread["distinct"],
        top=tuple((value, count) for value, count in spread["top"]),
    )


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


def _path(item: entries.Item) -> list[Stop]:
    """What the level of rows, or of the columns that may be opened, stands in the way of; empty where it is no level."""
    if item.is_downloadable:
        return []
    presence = item.dataset.presence
    end = Stop("开放门户", Level.L1)
    if not presence.is_within(PUBLIC):
        return [Stop("某行是否存在", presence.level), Stop(item.dataset.title, presence.level), end]
    above = [c for c in item.dataset.columns if c.open is Openness.OPEN and not c.label.is_within(PUBLIC)]
    return [*(Stop(column.title, column.label.level) for column in above[:2]), end] if above else []
