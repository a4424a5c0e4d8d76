"""Civil affairs send workbooks: title rows, heads of two merged rows, yuan, months in words, notes under the table."""

from __future__ import annotations

from functools import partial

import numpy as np

from city.departments import desk
from city.departments.desk import Desk, Shipment
from city.dirt.sheet import Sheet
from city.dirt.soil import soil
from city.formats.workbook import AMOUNT, COLUMN, DATE, TITLE, Cell, Page, column_name, write_workbook
from city.world import numbers
from city.world.chance import Floats, Texts, happens, iso, pick, repeat
from city.world.city import Block

DATASET = "bases.people.assistance"
KINDS = {"低保": 0.62, "特困": 0.07, "低边": 0.21, "临时救助": 0.10}
AMOUNTS = {"低保": (420, 760, 1250), "特困": (1180, 1420, 1900), "低边": (100, 200, 420), "临时救助": (800, 2000, 6000)}
GROUPS = (
    ("救助对象基本情况", ("name", "resident_id", "phone", "address")),
    ("救助情况", ("kind", "monthly_fen", "since")),
    ("发放信息", ("account",)),
)
FIRST_DAY = np.datetime64("1899-12-30")
HEAD_ROWS = 4  # title, unit line, two rows of heads


class Civil:
    """Writes `civil/drop/*.xlsx`: last month's list and this month's."""

    def __init__(self, tools: Desk) -> None:
        self._tools = tools
        self._sheets: list[Sheet] = []

    def take(self, block: Block) -> None:
        """Chooses who is assisted in a block; the list is small enough to be kept until the end."""
        folk, rng = block.residents, self._tools.dice("civil", block.number)
        # The old, the very young and those who live alone are poor more often.
        chance: Floats = (
            0.010
            + 0.022 * (folk.age > 70)
            + 0.008 * (folk.age < 16)
            + 0.010 * (np.bincount(folk.head, minlength=len(folk.head))[folk.head] == 1)
        )
        assisted = (
            (rng.random(len(chance)) < chance)
            & (folk.number != "")
            & ~folk.is_collective
            & desk.still_listed(rng, folk, "civil")
        )
        self._sheets.append(self._draw(block, np.flatnonzero(assisted), rng))

    def _draw(
        self, block: Block, rows: np.ndarray[tuple[int, ...], np.dtype[np.intp]], rng: np.random.Generator
    ) -> Sheet:
        """The list of a block as civil affairs hold it."""
        known = desk.believe(rng, block, rows.astype(np.int64), "civil")
        folk, n = block.residents, len(rows)
        phone = folk.phone[rows]
        other = np.flatnonzero(happens(rng, desk.customs("other_phone")["civil"], n))
        phone[other] = numbers.mobiles(rng, ["137", "158", "189"], len(other))
        kind = pick(rng, KINDS, n)
        columns = {
            "resident_id": folk.number[rows],
            "name": known.name,
            "phone": phone,
            "address": known.address,
            "kind": kind,
            "monthly_fen": _amounts(rng, kind),
            "since": iso(
                (self._tools.city.today - rng.integers(20, 3600, n).astype("timedelta64[D]"))
                .astype("datetime64[M]")
                .astype("datetime64[D]")
            ),
            "account": numbers.accounts(rng, n),
            "remark": repeat("合成数据", n),
        }
        sheet = Sheet.of(columns, folk.subject[rows])
        desk.mark_belief(sheet, known)
        sheet.mark(other, "other_phone")
        return sheet

    def close(self) -> None:
        """Writes both workbooks."""
        sheet = Sheet.joined(self._sheets)
        month = self._tools.city.today.astype("datetime64[M]")
        rng = self._tools.dice("civil", "last")
        stayed = np.flatnonzero(happens(rng, 0.97, len(sheet)) & (sheet.columns["since"] < str(month)))
        for delivery, when, rows in (("last", month - 1, stayed), ("full", month, np.arange(len(sheet)))):
            self._send(sheet.take(rows), delivery, str(when))

    def _send(self, sheet: Sheet, delivery: str, month: str) -> None:
        """Writes one month's workbook."""
        rng = self._tools.dice("civil", "dirt", delivery)
        sheet = soil(rng, sheet, DATASET)
        order = desk.order(DATASET, delivery)
        target = f"civil/drop/社会救助对象花名册_合成_{month.replace('-', '')}.xlsx"
        as_dates = happens(rng, 0.03, len(sheet))
        page = _page(sheet, order, month, as_dates)
        write_workbook(self._tools.folder / target, [page, _instructions()], "社会救助对象花名册(合成数据)")
        self._tools.truth.note(
            DATASET,
            sheet,
            file=target,
            before=0,
            head=HEAD_ROWS,
            key=sheet.columns["resident_id"],
            kinds=("person", "person"),
        )
        note = (
            "上月花名册,列序与本月不同" if delivery == "last" else "本月花名册:标题行、两行合并表头、金额为元、表下附注"
        )
        self._tools.shipments.append(Shipment("civil", DATASET, "file", target, note, rank=(2, month)))


def _amounts(rng: np.random.Generator, kind: Texts) -> Texts:
    """Monthly sums in yuan, whole or with five jiao."""
    amounts = repeat("", len(kind))
    for name, corners in AMOUNTS.items():
        here = np.flatnonzero(kind == name)
        sums = np.round(rng.triangular(*corners, len(here)) * 2) / 2
        amounts[here] = [f"{each:.2f}" for each in sums.tolist()]
    return amounts


def _month_words(value: str) -> str:
    """2026年3月 for 2026-03-01."""
    return (
        f"{value[:4]}年{int(value[5:7])}月"
        if value[4:5] == "-" and len(value) == 10 and value[8:] == "01" and value != "1900-01-01"
        else value
    )


def _cell(name: str, value: str, is_date: bool) -> Cell | str:
    """A cell as the office enters it: sums are numbers, some months real dates, spoiled numbers are numbers too."""
    if name == "monthly_fen":
        return Cell(float(value), AMOUNT)
    if name == "since":
        plain = is_date and value[4:5] == "-" and len(value) == 10
        return Cell(int((np.datetime64(value) - FIRST_DAY).astype(int)), DATE) if plain else _month_words(value)
    if name in ("resident_id", "account") and len(value) >= 18 and not value[15:].strip("0") and value.isdigit():
        return Cell(int(value))
    return value


def _heads(order: list[str]) -> tuple[list[list[Cell | str | None]], list[str]]:
    """Two rows of heads with the ranges that are merged."""
    titles = desk.titles(DATASET)
    upper: list[Cell | str | None] = [None] * len(order)
    lower: list[Cell | str | None] = [None] * len(order)
    merged: list[str] = []
    grouped: dict[int, tuple[str, int]] = {}
    for title, members in GROUPS:
        places = sorted(order.index(name) for name in members)
        grouped |= dict.fromkeys(places, (title, places[0]))
        if len(places) > 1:
            merged.append(f"{column_name(places[0])}3:{column_name(places[-1])}3")
    for place, name in enumerate(order):
        title, first = grouped.get(place, ("", place))
        if title:
            lower[place] = Cell(titles[name], COLUMN)
            upper[place] = Cell(title if place == first else "", COLUMN)
        else:
            upper[place] = Cell(titles[name], COLUMN)
            merged.append(f"{column_name(place)}3:{column_name(place)}4")
    return [upper, lower], merged


def _page(
    sheet: Sheet, order: list[str], month: str, as_dates: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> Page:
    """The list with its title, heads and notes."""
    year, number = month.split("-")
    last = column_name(len(order) - 1)
    heads, merged = _heads(order)
    page = Page(
        f"{int(number)}月",
        merged=[f"A1:{last}1", f"A2:{last}2", *merged],
        widths=[6, 10, 22, 16, 40, 12, 14, 14, 24, 12],
    )
    page.rows = [
        [Cell("湖州市社会救助对象花名册(合成数据)", TITLE)],
        [f"填报单位:湖州市民政局    报表月份:{year}年{int(number)}月    金额单位:元"],
        *heads,
    ]
    named = [name for name in order if name != "serial"]
    for serial, values in enumerate(
        zip(as_dates.tolist(), *(sheet.columns[name].tolist() for name in named), strict=True), start=1
    ):
        make = partial(_cell, is_date=values[0])
        page.rows.append([Cell(serial), *(make(name, value) for name, value in zip(named, values[1:], strict=True))])
    below = len(page.rows) + 1
    page.rows += [
        ["注:1. 本表所列均为合成数据,不对应真实个人。"],
        ["    2. 临时救助金额为一次性救助金额。"],
        ["填表人:        审核人:        填表日期:" + f"{year}年{int(number)}月"],
    ]
    page.merged += [f"A{row}:{last}{row}" for row in range(below, below + 3)]
    return page


def _instructions() -> Page:
    """The second sheet: how to fill in the first."""
    lines = [
        "填报说明",
        "一、救助类别填写:低保、特困、低边、临时救助。",
        "二、金额以元为单位,保留两位小数。",
        "三、起始年月填写首次享受救助的年月。",
    ]
    return Page("填报说明", rows=[[line] for line in lines], widths=[80])
