"""Writes a grid as JSON, JSON lines, XML, GeoJSON, HTML or SQLite."""

import html
import json
import math
import sqlite3
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from tests.foreign.spellings import BAD, EITHER, GOOD


def objects(grid, rng):
    """One mapping per row; empty cells are null, empty or left out."""
    style = rng.choice(("null", "empty", "absent"))
    for row in grid.rows:
        pairs = dict(zip(grid.headings, grid.cells(row), strict=True))
        if style == "absent":
            pairs = {k: v for k, v in pairs.items() if v != ""}
        yield {k: (None if v == "" and style == "null" else v) for k, v in pairs.items()}


def write_json(grid, rng):
    """A list, an answer of an interface, or lines."""
    listed = list(objects(grid, rng))
    shape = rng.choice(("list", "data", "page", "lines", "rows", "deep", "indent"))
    grid.labels.append("json " + shape)
    if shape == "lines":
        return "\n".join(json.dumps(o, ensure_ascii=rng.random() < 0.3) for o in listed).encode() + b"\n"
    told = {
        "list": listed, "data": {"code": 0, "msg": "ok", "data": listed}, "rows": {"total": len(listed), "rows": listed}, "indent": listed,
        "page": {"code": "200", "data": {"total": len(listed), "pageNo": 1, "list": listed}},
        "deep": {"RESPONSE": {"HEAD": {"time": "2026"}, "BODY": {"RECORDS": listed}}},
    }[shape]  # fmt: skip
    text = json.dumps(told, ensure_ascii=rng.random() < 0.3, indent=2 if shape == "indent" else None)
    return text.encode(rng.choice(("utf-8", "utf-8", "utf-8-sig", "gb18030")))


def write_xml(grid, rng):
    """Elements named by headings; whether XML is read at all may be argued about."""
    grid.verdict = EITHER
    grid.labels.append("xml")
    clean = "".join
    rows = clean(
        "<row>"
        + clean(f"<{c}>{escape(str(v))}</{c}>" for c, v in zip(grid.columns, grid.cells(r), strict=True))
        + "</row>"
        for r in grid.rows
    )
    return f'<?xml version="1.0" encoding="GB18030"?><data>{rows}</data>'.encode("gb18030")


def write_html(grid, rng):
    """A page that calls itself a workbook; whether it is read at all may be argued about."""
    del rng
    grid.verdict = EITHER
    grid.labels.append("html as xls")
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(c))}</td>" for c in line) + "</tr>" for line in grid.lines()
    )
    return f'<html><meta charset="utf-8"><table border="1">{lines}</table></html>'.encode()


def write_sqlite(grid, rng):
    """A database with one table, all of it text or typed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        connection = sqlite3.connect(path)
        quoted = ", ".join('"' + h.replace('"', '""') + '" TEXT' for h in grid.headings)
        connection.execute(f'CREATE TABLE "{grid.dataset.name}" ({quoted})')
        marks = ", ".join("?" * len(grid.headings))
        style = rng.random() < 0.5
        for row in grid.rows:
            cells = [None if style and c == "" else c for c in grid.cells(row)]
            connection.execute(f'INSERT INTO "{grid.dataset.name}" VALUES ({marks})', cells)
        if rng.random() < 0.3:
            connection.execute("CREATE TABLE sys_log (id INTEGER, note TEXT)")
            grid.labels.append("another table")
        connection.commit()
        connection.close()
        return path.read_bytes()


def to_gcj(lon, lat):
    """The offset of GCJ-02, from its published formula."""
    x, y = lon - 105, lat - 35
    wave = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    rad = lat / 180 * math.pi
    magic = 1 - 0.00669342162296594323 * math.sin(rad) ** 2
    north = north * 180 / ((6378245.0 * (1 - 0.00669342162296594323)) / (magic * math.sqrt(magic)) * math.pi)
    east = east * 180 / (6378245.0 / math.sqrt(magic) * math.cos(rad) * math.pi)
    return lon + east, lat + north


def write_geojson(grid, rng):
    """Features with their geometry in one datum, two or none."""
    datum = rng.choice(
        ("", "urn:ogc:def:crs:EPSG::4490", "EPSG:4490", "CGCS2000", "GCJ-02", "urn:ogc:def:crs:OGC:1.3:CRS84")
    )
    grid.labels.append(f"geojson {datum}")
    features = []
    for row in grid.rows:
        place, kind = tuple(map(float, row.plain["place"].split(","))), rng.random()
        properties = {
            h: c for h, name, c in zip(grid.headings, grid.columns, grid.cells(row), strict=True) if name != "place"
        }
        features.append(
            {"type": "Feature", "properties": properties, "geometry": _geometry(grid, row, place, kind, datum)}
        )
    told = {"type": "FeatureCollection", "features": features}
    if datum:
        told["crs"] = {"type": "name", "properties": {"name": datum}}
    return json.dumps(told, ensure_ascii=False).encode()


def _geometry(grid, row, place, kind, datum):
    row.labels.pop("place", None)
    if row.blame & {"place"}:
        row.verdict, row.blame = GOOD, set()
    row.options["place"] = (place,)
    point = to_gcj(*place) if datum == "GCJ-02" else place
    if kind < 0.04:
        row.options["place"], row.labels["place"] = (None,), "null geometry"
        if grid.dataset.id == "bases.places.address":
            row.verdict, row.blame = BAD, row.blame | {"place"}
        return None
    if kind < 0.14:
        row.labels["place"] = "height"
        return {"type": "Point", "coordinates": [*point, 3.2]}
    return _odd_geometry(row, point, kind)


def _odd_geometry(row, point, kind):
    if kind < 0.18:
        _mark(row, "swapped", EITHER)
        return {"type": "Point", "coordinates": [point[1], point[0]]}
    if kind < 0.2:
        _mark(row, "a line", BAD)
        return {"type": "LineString", "coordinates": [list(point), [119.9, 30.7]]}
    if kind < 0.23:
        _mark(row, "elsewhere", BAD)
        return {"type": "Point", "coordinates": [116.3, 39.9]}
    if kind < 0.25:
        _mark(row, "empty", EITHER)
        row.options["place"] = (None,)
        return {"type": "Point", "coordinates": []}
    return {"type": "Point", "coordinates": list(point)}


def _mark(row, label, verdict):
    row.labels["place"] = label
    if row.verdict != BAD:
        row.verdict = verdict
    row.blame = row.blame | {"place"}
