"""Composes a topic page from its declaration: five blocks, each number with its time, trend and the rows under it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from taihu.control.accounts.models import Department
from taihu.control.accounts.roles import Hat
from taihu.data.collect import batches
from taihu.data.refine import remarks, report
from taihu.patterns import answers
from taihu.patterns.cases.models import Case
from taihu.patterns.maps import geo
from taihu.patterns.pages import charts
from taihu.patterns.watch.models import Alert, Look
from taihu.terms.dataset import Cycle, Dataset
from taihu.terms.pack import CaseKind, Pack, Watch
from taihu.terms.problem import Problem
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
class Wrong:
    """One watch: what it found last, when that was, and the alerts that are open."""

    watch: Watch
    look: Look | None
    alerts: Sequence[Alert]
    count: int

    @property
    def found(self) -> str:
        """How many things are wrong, in words."""
        return f"{self.count:,} 条未消除"

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

    @property
    def late_words(self) -> str:
        """How many are late, in words."""
        return f"{self.late:,} 件超期"


@dataclass(frozen=True, slots=True)
class Number:
    """A key figure with its unit, its trend, and how it has moved since the trend began."""

    figure: KeyFigure
    value: Decimal | None
    unit: str
    trend: charts.Chart | None
    change: Decimal | None
    tone: str
    since: str

    @property
    def change_words(self) -> str:
        """How it has moved, in words."""
        if not self.change:
            return "持平"
        return f"{'增加' if self.change > 0 else '减少'} {abs(self.change):,f}{self.unit}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A list of the page: its rows, and a chart where it is one."""

    listing: Listing
    rows: answers.Rows
    head: list[answers.Column]
    table: list[list[str]]
    chart: charts.Chart | None

    @property
    def empty(self) -> str:
        """Why nothing stands here."""
        return f"「{self.listing.title}」的查询已运行，没有行。"


@dataclass(frozen=True, slots=True)
class Behind:
    """A dataset behind the page: who sends it, how fresh it is against its promise."""

    dataset: Dataset
    department: str
    cycle: str
    fresh_at: datetime.datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the page: what it shows, or why the guard does not let it."""

    title: str
    shown: Number | Shown | Sequence[geo.Drawn] | None = None
    problem: Problem | None = None


def try_block(title: str, make: Callable[[], Number | Shown | Sequence[geo.Drawn]]) -> Block:
    """A block, or its refusal: one query that may not leave does not take the page with it."""
    try:
        return Block(title, make())
    except Problem as caught:
        return Block(title, problem=caught)


def find_wrong(page: Page, pack: Pack) -> list[Wrong]:
    """Block one: the watches of the page with their open alerts."""
    found = []
    for watch in pack.watches:
        if watch.name not in page.watches:
            continue
        alerts = Alert.objects.open().filter(watch=watch.id).select_related("case__matter")
        look = Look.objects.filter(watch=watch.id).first()
        found.append(Wrong(watch, look, list(alerts[:SHOWN_ALERTS]), alerts.count()))
    return found


def find_handled(page: Page, pack: Pack, hats: Sequence[Hat], on: datetime.date) -> list[Handled]:
    """Block one, continued: the cases of the page's kinds."""
    found = []
    for kind in pack.cases:
        if kind.name in page.cases:
            cases = Case.objects.seen_by(hats).open().filter(kind=kind.id)
            found.append(Handled(kind, cases.count(), cases.filter(matter__due_on__lt=on).count()))
    return found


def work_out(figure: KeyFigure, asking: answers.Asking) -> Number:
    """Block three: one number. Its query gives one row; without rows there is no value."""
    rows = asking.query(figure.query)
    value = answers.number(rows.rows[0][rows.index(figure.value)]) if rows.rows else None
    unit = figure.unit or answers.UNITS.get(rows.column(figure.value).unit, rows.column(figure.value).unit)
    if not figure.trend:
        return Number(figure, value, unit, None, None, "", "")
    trend = asking.query(figure.trend)
    title = f"{figure.title}走势"
    chart = charts.make_chart(
        f"trend-{figure.name}", title, "line", trend, figure.trend_x, (figure.trend_y,), is_low=True
    )
    series = [number for number in chart.series[0].values if number is not None]
    change = series[-1] - series[0] if len(series) > 1 else None
    return Number(figure, value, unit, chart, change, _judge(figure, change), chart.x[0] if chart.x else "")


def _judge(figure: KeyFigure, change: Decimal | None) -> str:
    if not change or not figure.better:
        return ""
    return "ok" if (change > 0) == (figure.better == "up") else "bad"


def list_rows(listing: Listing, asking: answers.Asking) -> Shown:
    """Block four: one list or chart, with its first rows as a table."""
    rows = asking.query(listing.query)
    names = listing.columns or tuple(column.name for column in rows.columns if not _is_place(column, rows))
    head = [rows.column(name) for name in names]
    places = [rows.index(name) for name in names]
    table = [
        [answers.show(column, row[place]) for column, place in zip(head, places, strict=True)]
        for row in rows.rows[: listing.limit]
    ]
    chart = None
    if listing.show in ("bars", "lines") and rows.rows:
        kind = "bar" if listing.show == "bars" else "line"
        chart = charts.make_chart(f"list-{listing.name}", listing.title, kind, rows, listing.x, listing.y)
    return Shown(listing, rows, head, table, chart)


def _is_place(column: answers.Column, rows: answers.Rows) -> bool:
    """Coordinates belong on the map: a list of text would only be longer by them."""
    first = next((cell for cell in rows.values(column.name) if cell is not None), None)
    return column.kind.name == "point" or (first is not None and geo.read_point(first) is not None)


def find_behind(page: Page, asking: answers.Asking) -> list[Behind]:
    """Block five: the datasets, who answers for them, and how often they promise to send."""
    names = page.data or tuple(dataset.name for dataset in asking.pack.datasets)
    tables = asking.stores.shelf.tables_of(asking.pack.id)
    datasets = [tables[name] for name in names]
    titles = dict(Department.objects.filter(pk__in={d.department for d in datasets}).values_list("pk", "title"))
    return [_find_fresh(dataset, titles.get(dataset.department, dataset.department), asking) for dataset in datasets]


def _find_fresh(dataset: Dataset, department: str, asking: answers.Asking) -> Behind:
    """When a delivery last went in, and whether that is longer ago than the cycle and its grace allow."""
    found = batches.list_batches(asking.stores, dataset=dataset.id)
    fresh_at = next((batch.received_at for batch in found if _went_in(batch.id, asking)), None)
    grace = asking.stores.shelf.standards.grace_days.get(dataset.cycle.value, 0)
    allowed = remarks.CYCLE_DAYS.get(dataset.cycle)
    is_late = fresh_at is not None and allowed is not None and (asking.at - fresh_at).days > allowed + grace
    return Behind(dataset, department, CYCLES[dataset.cycle], fresh_at, is_late)


def _went_in(batch_id: str, asking: answers.Asking) -> bool:
    refined = report.find(asking.stores.root, batch_id)
    return refined is not None and refined.accepted > 0
