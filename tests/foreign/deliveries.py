"""Makes deliveries: a grid, a format, a name, perhaps a wrapping; one seed, one delivery."""

import gzip
import io
import zipfile
from dataclasses import dataclass

from tests.foreign import documents, grids, texts, truth, workbooks

FORMATS = {"text": 10, "workbook": 7, "json": 3, "geojson": 3, "sqlite": 1, "xml": 1, "html": 1}
SUFFIXES = {
    "text": (".csv", ".txt", ".CSV", ".xls", ".dat", ".tsv"), "workbook": (".xlsx", ".xlsm", ".xls", ".XLSX"), "json": (".json", ".txt"),
    "geojson": (".geojson", ".json"), "sqlite": (".db", ".sqlite3"), "xml": (".xml",), "html": (".xls", ".html"),
}  # fmt: skip


@dataclass
class Delivery:
    """A file as a department would send it, and the grid that knows what is in it."""

    name: str
    data: bytes
    grid: grids.Grid

    @property
    def told(self):
        """What was done to it, for a report."""
        return f"{self.grid.dataset.id} {self.name} [{', '.join(self.grid.labels)}]"


def a_delivery(dataset, seed, *, count=(12, 40)):
    """One delivery of a dataset."""
    rng = truth.seeded(f"{dataset.id} {seed}")
    formats = dict(FORMATS)
    if not any(c.kind.name == "point" for c in dataset.columns):
        del formats["geojson"]
    kind = texts.choose(formats, rng)
    grid = grids.a_grid(dataset, rng, seed * 100 % 1000000, rng.randrange(*count))
    if kind in ("text", "workbook", "html"):
        grids.lay_out(grid, rng, without=() if kind != "html" else ("two headings",))
    else:
        only = ("names", "drop required", "drop optional", "extra", "shuffle", "same rows")
        grids.lay_out(grid, rng, without=[n for n in grids.ORDER if n not in only])
    if kind == "geojson" and "place" not in grid.columns:
        kind = "json"
    data = WRITERS[kind](grid, rng)
    name = f"{rng.choice(('', '2026年11月', '湖州市', '附件2：'))}{dataset.title}{rng.choice(('', '202611', '(1)', '_最终版', ' - 副本'))}"
    return wrap(grid, name, rng.choice(SUFFIXES[kind]), data, rng)


WRITERS = {
    "text": texts.write, "workbook": workbooks.write, "json": documents.write_json, "geojson": documents.write_geojson,
    "sqlite": documents.write_sqlite, "xml": documents.write_xml, "html": documents.write_html,
}  # fmt: skip


def wrap(grid, name, suffix, data, rng):
    """Sometimes packed: alone, beside what a Mac leaves, beside another table, cut off."""
    dice = rng.random()
    if dice > 0.12:
        return Delivery(name + suffix, data, grid)
    if dice < 0.03:
        grid.labels.append("gz")
        return Delivery(name + suffix + ".gz", gzip.compress(data), grid)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name + suffix, data)
        if dice < 0.06:
            packed.writestr("__MACOSX/._" + name + suffix, b"\0\5\x16\7")
            packed.writestr(".DS_Store", b"\0\0\0\1Bud1")
            grid.labels.append("zip of a Mac")
        elif dice < 0.08:
            packed.writestr("另一份.csv", data[: len(data) // 2])
            grid.labels.append("zip of two tables")
            grid.verdict = grids.REFUSE
        elif dice < 0.1:
            grid.labels.append("zip")
    packed_data = out.getvalue()
    if dice >= 0.1:
        grid.labels.append("zip cut off")
        grid.verdict = grids.REFUSE
        packed_data = packed_data[: len(packed_data) * 2 // 3]
    return Delivery(name + ".zip", packed_data, grid)
