"""Composes the reading of a table: places its columns and writes its rows in our own dialect."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from taihu.data.collect.readers import heading_line, likeness
from taihu.data.collect.readers.body import Body
from taihu.data.collect.readers.heading_line import Heading
from taihu.data.collect.readers.headings import Wanted
from taihu.data.collect.readers.table import Line, Table, name_column
from taihu.data.objects.reading import DATUM, FAULT, ROW, Fact, Reading
from taihu.terms import fault

SAMPLE = 1_000
SHOWN = 20


@dataclass(frozen=True)
class Composed:
    """A reading, and whether it is of the file as it came (True) or of the one that was written."""

    reading: Reading
    is_own: bool = False


def place(table: Table, heading: Heading) -> str:
    """Where the heading stands, as messages say it."""
    sheet = f"工作表「{table.sheet}」" if table.sheet else ""
    if not heading.lines:
        return sheet or "字段名"
    first, last = heading.lines[0], heading.lines[-1]
    return f"{sheet}第 {first} 行" if first == last else f"{sheet}第 {first}—{last} 行"


def compose(table: Table, heading: Heading, wanted: Sequence[Wanted], out: Path) -> Composed:
    """Writes the rows to `out` and tells how to read them; raises MissingColumns, SameHeading, Swapped, NoRows."""
    heading_line.check(heading, wanted, place=place(table, heading))
    columns = [column for column in wanted if column.name in heading.mapped.positions]
    picks = _pick(heading, columns, wanted)
    samples: dict[str, list[str]] = {name: [] for name in picks}
    body = Body(table, heading)
    cut_at = 0
    fault.point("collect.compose.write")
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for line, verdict in judge(body, heading, columns):
            cells = [pick(line.cells) for pick in picks.values()]
            if body.rows <= SAMPLE and not verdict:
                for name, cell in zip(picks, cells, strict=True):
                    samples[name].append(cell)
            writer.writerow((line.number, verdict, *cells))
            cut_at = line.number if verdict == "cut" else cut_at
    check_rows(body.rows, table, heading)
    likeness.check_swapped(columns, samples, place=place(table, heading))
    notes = (*table.notes, *body.tell(), *tell_columns(heading, wanted))
    return Composed(
        Reading(
            sha256="",
            rows=body.rows,
            layout=(ROW, FAULT, *picks),
            sheet=table.sheet,
            letters={name: name_column(p) for name, p in heading.mapped.positions.items()} if table.sheet else {},
            header_rows=heading.lines,
            units=read_units(heading, wanted),
            facts=tell_facts(table, heading, body.rows),
            notes=notes,
            cut_at=cut_at,
        )
    )


def check_rows(rows: int, table: Table, heading: Heading) -> None:
    """Raises NoRows where nothing stands under the heading: a full delivery of nothing would wipe the dataset."""
    if not rows:
        raise heading_line.NoRows(
            "表头下没有数据。", where=place(table, heading), help="请核对导出条件后重新报送；确无数据时不必报送。"
        )


Pick = Callable[[Sequence[str]], str]


def _pick(heading: Heading, columns: Sequence[Wanted], wanted: Sequence[Wanted]) -> dict[str, Pick]:
    """For each output column how to take it out of a line's cells."""
    picks = {column.name: _pick_cell(heading.mapped.positions[column.name]) for column in columns}
    point = next((c.name for c in wanted if c.kind == "point" and c.name not in picks), None)
    longitude, latitude = heading.mapped.longitude, heading.mapped.latitude
    if point and longitude is not None and latitude is not None:
        picks[point] = _pick_point(longitude, latitude)
    if heading.mapped.datum is not None:
        picks[DATUM] = _pick_cell(heading.mapped.datum)
    return picks


def _pick_cell(position: int) -> Pick:
    return lambda cells: _end_lines(cells[position]) if position < len(cells) else ""


def _end_lines(cell: str) -> str:
    """One sign for the end of a line inside a cell: readers of CSV differ about the others."""
    return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell


def _pick_point(longitude: int, latitude: int) -> Pick:
    """A point from two columns; half a point stays recognisably broken."""

    def pick(cells: Sequence[str]) -> str:
        x = cells[longitude].strip() if longitude < len(cells) else ""
        y = cells[latitude].strip() if latitude < len(cells) else ""
        return f"POINT({x} {y})" if x or y else ""

    return pick


def judge(body: Body, heading: Heading, columns: Sequence[Wanted]) -> Iterator[tuple[Line, str]]:
    """Each row with what is wrong with it as a line; a fault in cells that are kept out harms nobody."""
    width = max((n for n, text in enumerate(heading.texts, 1) if text), default=0) if heading.lines else 0
    used = {heading.mapped.positions[column.name] for column in columns}
    for line in body:
        if line.fault and not (line.bad and used.isdisjoint(line.bad)):
            yield line, line.fault
        elif width and len(line.cells) < width:
            yield line, "short"
        elif width and len(line.cells) > len(heading.texts) and any(map(str.strip, line.cells[len(heading.texts) :])):
            yield line, "long"
        else:
            yield line, ""


def read_units(heading: Heading, wanted: Sequence[Wanted]) -> dict[str, str]:
    """Units of money by column: from its own heading, else from a line 单位:万元 above the table."""
    units = dict(heading.mapped.units)
    if heading.unit:
        units |= {c.name: heading.unit for c in wanted if c.unit == "fen" and c.name not in units}
    return {name: unit for name, unit in units.items() if name in heading.mapped.positions}


def tell_facts(table: Table, heading: Heading, rows: int) -> tuple[Fact, ...]:
    """What was found out, for the receipt."""
    facts = list(table.facts)
    if heading.lines:
        lines = heading.lines
        text = f"第 {lines[0]} 行" if len(lines) == 1 else f"第 {lines[0]}—{lines[-1]} 行"
        facts.append(Fact("heading", "表头", text))
    placed = heading.mapped.score
    facts.append(Fact("columns", "列", f"对应 {placed} 列"))
    facts.append(Fact("rows", "数据", f"{rows:,} {table.unit}"))
    return tuple(facts)


def tell_columns(heading: Heading, wanted: Sequence[Wanted]) -> Iterator[str]:
    """Columns that are kept out, and columns that did not come."""
    mapped = heading.mapped
    placed = {*mapped.positions.values(), mapped.longitude, mapped.latitude, mapped.datum}
    extra = [heading_line.show(text) for n, text in enumerate(heading.texts) if text and n not in placed]
    if extra:
        more = f"等 {len(extra)} 列" if len(extra) > SHOWN else ""
        yield f"目录中没有的列未读取：{'、'.join(extra[:SHOWN])}{more}。"
    has_point = mapped.longitude is not None and mapped.latitude is not None
    absent = [c.title for c in wanted if c.name not in mapped.positions and not (c.kind == "point" and has_point)]
    if absent:
        yield f"未报送的列按空值处理：{'、'.join(absent)}。"
    for name, unit in mapped.units.items():
        title = next(c.title for c in wanted if c.name == name)
        yield f"「{title}」的单位按表头读作{unit}。"
    if heading.unit:
        yield f"表上注明金额单位：{heading.unit}。"
