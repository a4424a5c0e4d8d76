"""Planning sends standard addresses as map features; most are in CGCS2000, some still in GCJ-02, and a few do not say."""

from __future__ import annotations

import numpy as np
import orjson

from city.departments import desk
from city.departments.desk import Desk, Shipment
from city.dirt.sheet import Sheet
from city.dirt.soil import soil
from city.world.chance import Floats, Texts, happens, repeat, texts
from city.world.city import Block
from taihu.terms import fault

DATASET = "bases.places.address"
AXIS = 6378245.0
ECCENTRICITY = 0.00669342162296594323
DATUMS = ("CGCS2000", "CGCS2000", "CGCS2000", "CGCS2000", "CGCS2000", "EPSG:4490", "2000国家大地坐标系")


class Plan:
    """Writes `plan/drop/*.geojson`."""

    def __init__(self, tools: Desk) -> None:
        self._tools = tools
        self._rows = 0
        self._target = f"plan/drop/标准地址_合成_{tools.day()}.geojson"
        path = tools.folder / self._target
        path.parent.mkdir(parents=True, exist_ok=True)
        fault.point("city.write.features")
        self._stream = path.open("wb")
        head = {
            "name": "湖州市标准地址(合成数据)",
            "synthetic": True,
            "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
        }
        self._stream.write(b'{"type":"FeatureCollection",' + orjson.dumps(head)[1:-1] + b',"features":[\n')

    def take(self, block: Block) -> None:
        """Appends the doors of a block."""
        rng = self._tools.dice("plan", "dirt", block.number)
        sheet = soil(rng, self._draw(block), DATASET)
        self._write(sheet)
        self._tools.truth.note(
            DATASET,
            sheet,
            file=self._target,
            before=self._rows,
            head=0,
            key=sheet.columns["code"],
            kinds=("place", "place"),
        )
        self._rows += len(sheet)

    def _draw(self, block: Block) -> Sheet:
        """The doors with their points in the datum that each was measured in."""
        doors, places = block.addresses, self._tools.city.places
        rng = self._tools.dice("plan", block.number)
        n = len(doors.code)
        sheet = Sheet.of(
            {
                "code": doors.code,
                "town": places.town_codes()[places.village_town[doors.village]],
                "village": places.village_codes[doors.village],
                "road": doors.road.copy(),
                "number": doors.number.copy(),
                "text": doors.text.copy(),
                "datum": texts(list(DATUMS))[rng.integers(0, len(DATUMS), n)],
                "remark": repeat("合成数据", n),
            },
            self._numbered(n),
        )
        lon, lat = _displace(rng, sheet, doors.lon, doors.lat)
        sheet.columns["lon"], sheet.columns["lat"] = lon.round(6).astype(object), lat.round(6).astype(object)
        return sheet

    def _numbered(self, n: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """Numbers for the places of a block, counted through the city."""
        first = getattr(self, "_places", 0) + 1
        self._places = first + n - 1
        return np.arange(first, first + n, dtype=np.int64)

    def _write(self, sheet: Sheet) -> None:
        """Writes features, one a line."""
        order, heads = desk.order(DATASET, "full"), desk.titles(DATASET)
        names = [heads[name] for name in order]
        lines = []
        for lon, lat, *row in zip(
            sheet.columns["lon"].tolist(),
            sheet.columns["lat"].tolist(),
            *(sheet.columns[name].tolist() for name in order),
            strict=True,
        ):
            properties = {name: value for name, value in zip(names, row, strict=True) if value is not None}
            lines.append(
                orjson.dumps(
                    {
                        "type": "Feature",
                        "properties": properties,
                        "geometry": {"type": "Point", "coordinates": [lon, lat]},
                    }
                )
            )
        if lines:
            fault.point("city.write.features.rows")
            self._stream.write((b",\n" if self._rows else b"") + b",\n".join(lines))

    def close(self) -> None:
        """Ends the collection."""
        fault.point("city.write.features.end")
        self._stream.write(b"\n]}\n")
        self._stream.close()
        self._tools.shipments.append(
            Shipment(
                "plan", DATASET, "file", self._target, "CGCS2000 与 GCJ-02 混用,坐标系见属性,少数未注明", rank=(0, "1")
            )
        )


def _displace(rng: np.random.Generator, sheet: Sheet, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Moves points into the datum or the mistake that each is sent in."""
    n = len(sheet)
    lon, lat = lon.copy(), lat.copy()
    datum: Texts = sheet.columns["datum"]
    shifted = np.flatnonzero(happens(rng, desk.customs("gcj02"), n))
    lon[shifted], lat[shifted] = to_gcj02(lon[shifted], lat[shifted])
    datum[shifted] = "GCJ-02"
    sheet.mark(shifted, "gcj02")
    unsaid = np.flatnonzero(happens(rng, desk.customs("datum_unsaid"), n))
    datum[unsaid] = None
    sheet.mark(unsaid, "datum_unsaid")
    swapped = np.flatnonzero(happens(rng, desk.customs("swapped_point"), n))
    lon[swapped], lat[swapped] = lat[swapped], lon[swapped]
    sheet.mark(swapped, "swapped_point")
    zero = np.flatnonzero(happens(rng, desk.customs("zero_point"), n))
    lon[zero] = lat[zero] = 0.0
    sheet.mark(zero, "zero_point")
    far = np.flatnonzero(happens(rng, desk.customs("far_point"), n))
    lon[far] -= 10.0
    sheet.mark(far, "far_point")
    return lon, lat


def to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The point as private web maps of China show it."""
    x, y = lon - 105.0, lat - 35.0
    waves = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + waves
    north += (
        (
            20 * np.sin(y * np.pi)
            + 40 * np.sin(y / 3 * np.pi)
            + 160 * np.sin(y / 12 * np.pi)
            + 320 * np.sin(y * np.pi / 30)
        )
        * 2
        / 3
    )
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + waves
    east += (
        (
            20 * np.sin(x * np.pi)
            + 40 * np.sin(x / 3 * np.pi)
            + 150 * np.sin(x / 12 * np.pi)
            + 300 * np.sin(x / 30 * np.pi)
        )
        * 2
        / 3
    )
    radians = lat / 180 * np.pi
    curve = 1 - ECCENTRICITY * np.sin(radians) ** 2
    north = north * 180 / (AXIS * (1 - ECCENTRICITY) / (curve * np.sqrt(curve)) * np.pi)
    east = east * 180 / (AXIS / np.sqrt(curve) * np.cos(radians) * np.pi)
    return lon + east, lat + north
