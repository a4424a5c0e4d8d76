"""Writes a grid as the workbooks of offices: merged heads, hidden sheets, typed and broken cells."""

import datetime
import io

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import datetime as serials

from tests.foreign import rows as made
from tests.foreign.spellings import BAD, EITHER, GOOD

RED = PatternFill("solid", start_color="FFFFC7CE")


def write(grid, rng):
    """The bytes of a workbook."""
    book = openpyxl.Workbook()
    if rng.random() < 0.15:
        book.epoch = serials.CALENDAR_MAC_1904
        grid.labels.append("1904")
    sheet = book.active
    sheet.title = rng.choice(("Sheet1", "数据", grid.dataset.title[:20], "2026年11月"))
    typed = choose_types(grid, rng)
    for line in grid.lines():
        sheet.append([None if cell == "" else str(cell).replace("\x1a", "") for cell in line])
    for line in sheet.iter_rows():
        for cell in line:
            if cell.data_type == "f":
                cell.data_type = "s"
    _set_types(grid, sheet, typed)
    _dress(grid, sheet, rng)
    _add_sheets(grid, book, rng)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def choose_types(grid, rng):
    """Columns whose plain cells are kept as days or numbers."""
    spec = made.DATASETS[grid.dataset.id](rng, "0")
    kinds = {c: spec[c][0] for c in grid.columns if c in spec}
    able = [
        c
        for c, k in kinds.items()
        if k in ("date", "time", "month", "phone", "town", "money", "whole", "measure", "id", "ethnic", "account")
    ]
    return {c: kinds[c] for c in able if rng.random() < (0.02 if kinds[c] in ("id", "account") else 0.4)}


def _set_types(grid, sheet, typed):
    by_mark = {row.mark: row for row in grid.rows}
    place = {c: i for i, c in enumerate(grid.columns)}
    first = len(grid.above) + len(grid.heads or [1]) + 1
    for line in sheet.iter_rows(min_row=first):
        found = [by_mark[m] for m in (_mark(cell.value) for cell in line) if m in by_mark]
        for column, kind in typed.items():
            if found and found[0].cells[column] == found[0].plain[column] and place[column] < len(line):
                _set_type(line[place[column]], kind, column, found[0])
    if typed:
        grid.labels.append("typed " + " ".join(sorted(typed)))


def _mark(value):
    text = str(value or "")
    at = text.rfind("H0")
    return text[at + 1 : at + 7] if at >= 0 else ""


def _set_type(cell, kind, column, row):
    value = row.options[column][0]
    if kind in ("date", "month", "time"):
        cell.value = (
            value if isinstance(value, datetime.datetime) else datetime.datetime.combine(value, datetime.time())
        )
        cell.number_format = {"date": "yyyy/m/d", "month": 'yyyy"年"m"月"', "time": "yyyy-mm-dd hh:mm:ss"}[kind]
    elif kind == "money":
        cell.value, cell.number_format = value / 100, "#,##0.00"
    elif kind in ("id", "account"):
        if row.plain[column].isdigit():
            cell.value = float(row.plain[column])
            row.verdict, row.blame, row.labels[column] = (
                BAD,
                {"", column, "sex", "born_on", "resident_id"},
                "long number as a number",
            )
    else:
        cell.value = float(value) if kind == "measure" else int(value)


def _dress(grid, sheet, rng):
    if grid.above and rng.random() < 0.7:
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(grid.columns))
    if grid.heads and rng.random() < 0.8:
        _merge_heads(grid, sheet)
    for _ in range(4):
        cell = sheet.cell(rng.randrange(1, sheet.max_row + 1), rng.randrange(1, len(grid.columns) + 1))
        cell.fill = RED
        if not isinstance(cell, openpyxl.cell.cell.MergedCell) and rng.random() < 0.3:
            cell.comment = Comment("请核对", "张三")
    if rng.random() < 0.2:
        sheet.freeze_panes = "B3"
        sheet.auto_filter.ref = sheet.dimensions
    if rng.random() < 0.15:
        sheet.row_dimensions[sheet.max_row].hidden = True
    if rng.random() < 0.1:
        sheet.cell(sheet.max_row + 40, 1).alignment = Alignment(horizontal="center")


def _merge_heads(grid, sheet):
    row = len(grid.above) + 1
    second = next(i for i, text in enumerate(grid.heads[0]) if text == "其他信息") + 1
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=second - 1)
    sheet.merge_cells(start_row=row, start_column=second, end_row=row, end_column=len(grid.columns))


def _add_sheets(grid, book, rng):
    dice = rng.random()
    if dice < 0.15:
        book.create_sheet("填报说明", 0).append(["1. 身份证号须为18位。"])
        grid.labels.append("a sheet of advice first")
    elif dice < 0.25:
        book.create_sheet("Sheet2")
        book.create_sheet("Sheet3")
        grid.labels.append("empty sheets")
    elif dice < 0.35:
        codes = book.create_sheet("代码表")
        codes.sheet_state = "hidden"
        for pair in (("代码", "名称"), ("1", "男"), ("2", "女")):
            codes.append(pair)
        grid.labels.append("a hidden sheet of codes")
    elif dice < 0.4:
        old = book.create_sheet("旧数据")
        old.sheet_state = "hidden"
        old.append(list(grid.headings))
        old.append(["旧"] * len(grid.headings))
        grid.labels.append("hidden old rows")
        grid.verdict = EITHER if grid.verdict == GOOD else grid.verdict
    elif dice < 0.43:
        twin = book.create_sheet("第二页")
        twin.append(list(grid.headings))
        twin.append(["新"] * len(grid.headings))
        grid.labels.append("two sheets of rows")
        grid.verdict = EITHER if grid.verdict == GOOD else grid.verdict
