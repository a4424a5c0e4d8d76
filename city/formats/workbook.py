"""Workbooks as offices make them (Office Open XML), the same bytes for the same content."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from taihu.terms import fault

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PLAIN, TITLE, COLUMN, DATE, AMOUNT = range(5)
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '<numFmt numFmtId="165" formatCode="#,##0.00"/></numFmts>'
    '<fonts count="3"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="18"/><name val="方正小标宋简体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border/><border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment horizontal="center" vertical="center"/></xf>'
    '<xf numFmtId="0" fontId="2" fillId="0" borderId="1" xfId="0" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class Cell:
    """A text or a number with a style."""

    value: str | float | int
    style: int = PLAIN


@dataclass
class Page:
    """A sheet of a workbook: rows of cells, merged ranges, widths of columns."""

    title: str
    rows: list[list[Cell | str | None]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)


def column_name(number: int) -> str:
    """A for 0, AA for 26."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


class _Strings:
    """The table of shared strings."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.uses = 0

    def place(self, text: str) -> int:
        """The number of a text in the table."""
        self.uses += 1
        return self.places.setdefault(text, len(self.places))

    def xml(self) -> str:
        """The table as a part of the workbook."""
        items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self.places)
        return f'{HEAD}<sst xmlns="{MAIN}" count="{self.uses}" uniqueCount="{len(self.places)}">{items}</sst>'


def _cell(reference: str, cell: Cell | str | None, strings: _Strings) -> str:
    """A cell; nothing for nothing."""
    if cell is None or cell == "":
        return ""
    value, style = (cell.value, cell.style) if isinstance(cell, Cell) else (cell, PLAIN)
    if value == "":
        return f'<c r="{reference}" s="{style}"/>'
    if isinstance(value, str):
        return f'<c r="{reference}" s="{style}" t="s"><v>{strings.place(value)}</v></c>'
    return f'<c r="{reference}" s="{style}"><v>{value}</v></c>'


def _page(page: Page, strings: _Strings) -> str:
    """The XML of one sheet."""
    names = [column_name(number) for number in range(max((len(row) for row in page.rows), default=0))]
    rows = "".join(
        f'<row r="{number}">'
        + "".join(_cell(f"{name}{number}", cell, strings) for name, cell in zip(names, row, strict=False))
        + "</row>"
        for number, row in enumerate(page.rows, start=1)
    )
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(page.widths, start=1)
    )
    ranges = "".join(f'<mergeCell ref="{each}"/>' for each in page.merged)
    merged = f'<mergeCells count="{len(page.merged)}">{ranges}</mergeCells>' if page.merged else ""
    return f'{HEAD}<worksheet xmlns="{MAIN}">{f"<cols>{widths}</cols>" if widths else ""}<sheetData>{rows}</sheetData>{merged}</worksheet>'


def _parts(pages: list[Page], title: str) -> dict[str, str]:
    """All parts of the workbook by their names."""
    strings = _Strings()
    sheets = {f"xl/worksheets/sheet{n}.xml": _page(page, strings) for n, page in enumerate(pages, start=1)}
    listed = "".join(
        f'<sheet name="{escape(page.title)}" sheetId="{n}" r:id="rId{n}"/>' for n, page in enumerate(pages, start=1)
    )
    linked = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(pages) + 1)
    )
    n = len(pages)
    linked += f'<Relationship Id="rId{n + 1}" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    linked += f'<Relationship Id="rId{n + 2}" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}.worksheet+xml"/>' for name in sheets)
    return {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{overrides}'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f'{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:description>合成数据 synthetic</dc:description></cp:coreProperties>",
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{linked}</Relationships>',
        "xl/styles.xml": STYLES,
        **sheets,
        "xl/sharedStrings.xml": strings.xml(),
    }


def write_workbook(path: Path, pages: list[Page], title: str) -> None:
    """Writes a workbook; time stamps inside are fixed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fault.point("city.write.workbook")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in _parts(pages, title).items():
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, content)
