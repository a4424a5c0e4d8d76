"""Civil affairs register social organisations in a workbook of their own: title rows, one row of heads, days in words."""

from __future__ import annotations

import numpy as np

from city.departments import desk, register
from city.departments.desk import Desk, Shipment
from city.dirt.sheet import Sheet
from city.dirt.soil import soil
from city.formats.workbook import COLUMN, TITLE, Cell, Page, column_name, write_workbook
from city.world.bodies import REGISTERED
from city.world.chance import iso, padded, repeat, texts
from city.world.city import Block

DATASET = "bases.organisations.social_organisation"
HEAD_ROWS = 3  # title, unit line, heads
MARKS = {"社会团体": "社", "民办非企业单位": "民", "基金会": "基"}


class Societies:
    """Writes `civil/drop/社会组织名录_*.xlsx`."""

    def __init__(self, tools: Desk) -> None:
        self._tools = tools
        self._sheets: list[Sheet] = []

    def take(self, block: Block) -> None:
        """Keeps the social organisations of a block; the list is small enough to be kept until the end."""
        rng = self._tools.dice("societies", block.number)
        bodies = block.bodies.take(np.flatnonzero(block.bodies.is_of(REGISTERED)))
        sheet = register.draw(rng, self._tools.city, block, bodies, "civil")
        sheet.columns |= {
            "certificate": texts([f"湖民{MARKS[kind]}证字第" for kind in bodies.kind.tolist()])
            + padded(bodies.subject, 7)
            + repeat("号", len(bodies.subject)),
            "kind": bodies.kind.copy(),
            "status": np.where(bodies.is_closed, repeat("注销", len(bodies.subject)), "存续"),
            "established_on": iso(bodies.established),
            "remark": repeat("合成数据", len(bodies.subject)),
        }
        self._sheets.append(sheet)

    def close(self) -> None:
        """Writes the workbook."""
        day = self._tools.day()
        sheet = soil(self._tools.dice("societies", "dirt"), Sheet.joined(self._sheets), DATASET)
        sheet.columns["established_on"] = desk.in_form(sheet.columns["established_on"], "chinese")
        target = f"civil/drop/社会组织名录_合成_{day}.xlsx"
        write_workbook(self._tools.folder / target, [_page(sheet, day)], "社会组织名录(合成数据)")
        self._tools.truth.note(
            DATASET,
            sheet,
            file=target,
            before=0,
            head=HEAD_ROWS,
            key=sheet.columns["certificate"],
            kinds=("body", "person"),
        )
        note = "社会组织名录:标题行、填报单位行、表下附注,日期写作某年某月某日"
        self._tools.shipments.append(Shipment("civil", DATASET, "file", target, note, rank=(3, "1")))


def _page(sheet: Sheet, day: str) -> Page:
    """The list with its title, heads and notes."""
    order, titles = desk.order(DATASET, "full"), desk.titles(DATASET)
    last = column_name(len(order) - 1)
    named = [name for name in order if name != "serial"]
    page = Page(
        "名录", merged=[f"A1:{last}1", f"A2:{last}2"], widths=[6, 34, 22, 24, 16, 10, 16, 12, 22, 16, 14, 44, 12]
    )
    page.rows = [
        [Cell("湖州市社会组织名录(合成数据)", TITLE)],
        [f"填报单位:湖州市民政局    截止日期:{day[:4]}年{int(day[4:6])}月{int(day[6:])}日"],
        [Cell(titles[name], COLUMN) for name in order],
    ]
    for serial, values in enumerate(zip(*(sheet.columns[name].tolist() for name in named), strict=True), start=1):
        page.rows.append([Cell(serial), *values])
    below = len(page.rows) + 1
    page.rows.append(["注:本表所列均为合成数据,不对应真实组织与个人。"])
    page.merged.append(f"A{below}:{last}{below}")
    return page
