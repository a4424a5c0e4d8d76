"""Points: reads what offices write, recognises the datum, and gives degrees of EPSG:4490."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from taihu.data.refine import words
from taihu.terms.standard import Standards

# Parameters of the Krasovsky ellipsoid, on which the shift of GCJ-02 is defined.
AXIS = 6378245.0
FLATNESS = 0.00669342162296594323
BAIDU = math.pi * 3000.0 / 180.0
MILLIONTH_OF_A_METRE = 1e-11
NUMBER = r"([-+]?\d{1,3}(?:\.\d+)?)"
POINT = re.compile(r"(?:srid=(\d+);)?point ?z?m? ?\( ?" + NUMBER + r"[ ,]+" + NUMBER + r"(?:[ ,]+[-+]?[\d.]+)* ?\)")
PAIR = re.compile(
    r"[\[(]?(?:经度|东经|lon|lng|e|x)?[::= ]*"
    + NUMBER
    + r"°?(?:e)? ?[,;、/ |]+ ?(?:纬度|北纬|lat|n|y)?[::= ]*"
    + NUMBER
    + r"°?(?:n)?[\])]?"
)
PAIR_BACKWARDS = re.compile(
    r"(?:纬度|北纬|lat|n)[::= ]*" + NUMBER + r"°? ?[,;、/ |]+ ?(?:经度|东经|lon|lng|e)[::= ]*" + NUMBER + "°?"
)
GEOJSON = re.compile(r"\{.*\"?coordinates\"?: ?\[ ?" + NUMBER + r" ?, ?" + NUMBER + r" ?(?:, ?[-+]?[\d.]+ ?)?\].*\}")
DEGREES = re.compile(
    r"(?:东经|e)?(\d{2,3})[°度](\d{1,2})['′分](?:(\d{1,2}(?:\.\d+)?)[\"″秒]?)?(?:e)?[,;、 ]*(?:北纬|n)?(\d{1,2})[°度](\d{1,2})['′分](?:(\d{1,2}(?:\.\d+)?)[\"″秒]?)?(?:n)?"
)
SRIDS = {"4490": "cgcs2000", "4326": "cgcs2000"}
LAND = (73.0, 136.0, 3.0, 54.0)  # longitudes and latitudes of the country: tell which number is which

Degrees = tuple[float, float]


def read_pair(text: str) -> tuple[float, float, str] | None:
    """Longitude, latitude and the EPSG code that the text itself names; latitude first is recognised and turned."""
    folded = words.fold_spaced(text).replace("。", ".")
    match = POINT.fullmatch(folded)
    if match:
        return _order(float(match[2]), float(match[3]), match[1] or "")
    match = DEGREES.fullmatch(folded.replace("''", '"'))
    if match:
        return _order(_sexagesimal(match[1], match[2], match[3]), _sexagesimal(match[4], match[5], match[6]), "")
    for form in (PAIR, PAIR_BACKWARDS, GEOJSON):
        match = form.fullmatch(folded)
        if match:
            return _order(float(match[1]), float(match[2]), "")
    return None


def _sexagesimal(degrees: str, minutes: str, seconds: str | None) -> float:
    return int(degrees) + int(minutes) / 60 + float(seconds or 0) / 3600


def _order(first: float, second: float, srid: str) -> tuple[float, float, str]:
    west, east, south, north = LAND
    is_backwards = south <= first <= north and west <= second <= east
    return (second, first, srid) if is_backwards else (first, second, srid)


def _shift(longitude: float, latitude: float) -> Degrees:
    """What GCJ-02 adds to a point, in degrees."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    radians = latitude / 180.0 * math.pi
    magic = 1 - FLATNESS * math.sin(radians) ** 2
    root = math.sqrt(magic)
    north = north * 180.0 / (AXIS * (1 - FLATNESS) / (magic * root) * math.pi)
    east = east * 180.0 / (AXIS / root * math.cos(radians) * math.pi)
    return east, north


def to_gcj02(longitude: float, latitude: float) -> Degrees:
    """A point of EPSG:4490 as maps of private firms show it."""
    east, north = _shift(longitude, latitude)
    return longitude + east, latitude + north


def from_gcj02(longitude: float, latitude: float) -> Degrees:
    """A point of GCJ-02 in EPSG:4490: the forward shift solved by iteration."""
    x, y = longitude, latitude
    for _ in range(30):
        east, north = to_gcj02(x, y)
        step_x, step_y = longitude - east, latitude - north
        x, y = x + step_x, y + step_y
        if abs(step_x) < MILLIONTH_OF_A_METRE and abs(step_y) < MILLIONTH_OF_A_METRE:
            break
    return x, y


def from_bd09(longitude: float, latitude: float) -> Degrees:
    """A point of BD-09 in EPSG:4490."""
    x, y = longitude - 0.0065, latitude - 0.006
    radius = math.hypot(x, y) - 0.00002 * math.sin(y * BAIDU)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * BAIDU)
    return from_gcj02(radius * math.cos(angle), radius * math.sin(angle))


CONVERT: Mapping[str, Callable[[float, float], Degrees]] = {
    "cgcs2000": lambda x, y: (x, y),
    "gcj02": from_gcj02,
    "bd09": from_bd09,
}


class PointReader:
    """Reads points of one delivery: a datum by row, or the one that the text names, else CGCS2000."""

    def __init__(self, standards: Standards) -> None:
        box = standards.box
        self.box = tuple(float(side) for side in (box.west, box.east, box.south, box.north))
        self.datums = {_key(name): datum for datum, names in standards.datums.items() for name in (datum, *names)}

    def find_datum(self, told: str | None, srid: str) -> str | None:
        """The datum of a row by any of its names; None for a name that nobody declared."""
        if told and _key(told):
            return self.datums.get(_key(told))
        return SRIDS.get(srid) if srid else "cgcs2000"

    def read(self, text: str, told: str | None) -> str:
        """`POINT(120.091 30.893)` in EPSG:4490 to seven places; `!datum`, `!box` or the text itself where it is no point."""
        pair = read_pair(text)
        if pair is None:
            return text
        datum = self.find_datum(told, pair[2])
        if datum is None:
            return "!datum"
        x, y = CONVERT[datum](pair[0], pair[1]) if _is_on_land(pair[0], pair[1]) else pair[:2]
        west, east, south, north = self.box
        if not (west <= x <= east and south <= y <= north):
            return "!box"
        return f"POINT({x:.7f} {y:.7f})"


def _is_on_land(longitude: float, latitude: float) -> bool:
    west, east, south, north = LAND
    return west <= longitude <= east and south <= latitude <= north


def _key(name: str) -> str:
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]", "", words.fold(name))
