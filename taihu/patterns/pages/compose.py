"""Composes a topic page from its declaration: five blocks, each number with its time, trend and the rows under it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from taihu.control.accounts.models import Department
from taihu.control.accounts.roles import Hat
from taihu.data.engines.stores import Stores
from taihu.patterns import answers
from taihu.patterns.cases.models import Case
from taihu.patterns.watch.models import Alert, Look
from taihu.terms.dataset import Cycle, Dataset
from taihu.terms.pack import CaseKind, Pack, Watch
from taihu.terms.view import KeyFigure, Listing, Page

SHOWN_ALERTS = 8
CYCLES = {
    Cycle.HOUR: "每小时",
    Cycle.DAY: "每日",
    Cycle.WEEK: "每周",
    Cycle.MONTH: "每月",
    Cycle.QUARTER: "每季",
    Cycle.YEAR: "每年",
    Cycle.ONCE: "一次",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks, when, and where the rows are: what every block needs to ask the guard."""

    pack: Pack
    page: Page
    by: str
    at: datetime.datetime
    stores: Stores

    def rows(self, query: str, most: int = answers.MOST_ROWS) -> answers.Rows:
        """The rows of one of the topic's queries as this page's readers may see them."""
        return answers.ask(
            self.pack, query, by=self.by, at=self.at, stores=self.stores, readers=self.page.readers, most=most
        )


@dataclass(frozen=True, slots=True)
class Wrong:
    """One watch: what it found last, when that was, and the alerts that are open."""

    watch: Watch
    look: Look | None
    alerts: Sequence[Alert]
    count: int

    @property
    def more(self) -> int:
        """How many alerts are open besides those shown."""
        return self.count - len(self.alerts)


@dataclass(frozen=True, slots=True)
class Handled:
    """One kind of case: how many are open, and how many of them are late."""

    kind: CaseKind
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class Number:
    """A key figure with its unit, its trend, and how it has moved since the trend began."""

    figure: KeyFigure
    value: object
    unit: str
    trend: dict[str, object] | None
    change: Decimal | None
    tone: str
    since: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A list of the page: its rows, and a chart where it is one."""

    listing: Listing
    rows: answers.Rows
    table: list[tuple[str, ...]]
    chart: dict[str, object] | None


@dataclass(frozen=True, slots=True)
class Behind:
    """A dataset behind the page: who sends it, how fresh it is against its promise."""

    dataset: Dataset
    department: str
    cycle: str


def find_wrong(asking: Asking) -> list[Wrong]:
    """Block one: the watches of the page with their open alerts."""
    found = []
    for watch in asking.pack.watches:
        if watch.name not in asking.page.watches:
            continue
        alerts = Alert.objects.open().filter(watch=watch.id).select_related("case__matter")
        look = Look.objects.filter(watch=watch.id).first()
        found.append(Wrong(watch, look, list(alerts[:SHOWN_ALERTS]), alerts.count()))
    return found


def find_handled(asking: Asking, hats: Sequence[Hat], on: datetime.date) -> list[Handled]:
    """Block one, continued: the cases of the page's kinds."""
    found = []
    for kind in asking.pack.cases:
        if kind.name in asking.page.cases:
            cases = Case.objects.seen_by(hats).open().filter(kind=kind.id)
            found.append(Handled(kind, cases.count(), cases.filter(matter__due_on__lt=on).count()))
    return found


def work_out(figure: KeyFigure, asking: Asking) -> Number:
    """Block three: one number. Its query gives one row; without rows there is no value."""
    rows = asking.rows(figure.query, most=1)
    value = rows.rows[0][rows.index(figure.value)] if rows.rows else None
    unit = figure.unit or answers.UNITS.get(rows.column(figure.value).unit, rows.column(figure.value).unit)
    if not figure.trend:
        return Number(figure, value, unit, None, None, "", "")
    trend = asking.rows(figure.trend)
    days, series = trend.values(figure.trend_x), trend.values(figure.trend_y)
    change = (
        Decimal(str(series[-1])) - Decimal(str(series[0]))
        if len(series) > 1 and None not in (series[0], series[-1])
        else None
    )
    column = trend.column(figure.trend_y)
    chart = _chart("line", trend.column(figure.trend_x), days, [(column, series)], unit)
    since = answers.show(trend.column(figure.trend_x), days[0]) if days else ""
    return Number(figure, value, unit, chart, change, _judge(figure, change), since)


def _judge(figure: KeyFigure, change: Decimal | None) -> str:
    if not change or not figure.better:
        return ""
    return "ok" if (change > 0) == (figure.better == "up") else "bad"


def list_rows(listing: Listing, asking: Asking) -> Shown:
    """Block four: one list or chart, with its first rows as a table."""
    rows = asking.rows(listing.query)
    table = [
        tuple(answers.show(column, cell) for column, cell in zip(rows.columns, row, strict=True))
        for row in rows.rows[: listing.limit]
    ]
    chart = None
    if listing.show in ("bars", "lines"):
        series = [(rows.column(name), rows.values(name)) for name in listing.y]
        unit = answers.UNITS.get(series[0][0].unit, series[0][0].unit)
        chart = _chart(
            "bar" if listing.show == "bars" else "line", rows.column(listing.x), rows.values(listing.x), series, unit
        )
    return Shown(listing, rows, table, chart)


def _chart(
    kind: str,
    axis: answers.Column,
    words: Sequence[object],
    series: Sequence[tuple[answers.Column, Sequence[object]]],
    unit: str,
) -> dict[str, object]:
    """What the chart component is told; numbers go as numbers, no value as null."""
    return {
        "kind": kind,
        "x": [answers.show(axis, word) for word in words],
        "unit": unit,
        "series": [
            {"title": column.title, "values": [None if v is None else float(str(v)) for v in values]}
            for column, values in series
        ],
    }


def find_behind(asking: Asking) -> list[Behind]:
    """Block five: the datasets, who answers for them, and how often they promise to send."""
    names = asking.page.data or tuple(dataset.name for dataset in asking.pack.datasets)
    tables = asking.stores.shelf.tables_of(asking.pack.id)
    datasets = [tables[name] for name in names]
    titles = dict(Department.objects.filter(pk__in={d.department for d in datasets}).values_list("pk", "title"))
    return [
        Behind(dataset, titles.get(dataset.department, dataset.department), CYCLES[dataset.cycle])
        for dataset in datasets
    ]
