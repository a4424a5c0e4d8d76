"""Reads JSON: lists of objects, lines of objects, and GeoJSON, whose geometry becomes a text with its datum."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from taihu.data.collect.readers import encoding as encodings
from taihu.data.collect.readers import headings
from taihu.data.collect.readers.table import Line, Listed, check_line
from taihu.data.objects.reading import Fact
from taihu.terms import problem

LISTS = ("data", "rows", "records", "items", "list", "result", "results", "content", "value", "features", "数据")
GEOMETRY = "__geometry"
MOST_BYTES = 300_000_000
LONGEST_LINE = 4_000_000
DEPTH = 4
# What `crs` members and properties say of the coordinate system, in the words of a property.
CRS = {"4490": "CGCS2000", "4326": "WGS84", "crs84": "WGS84", "4479": "CGCS2000"}


class NotJson(problem.Problem):
    """The text is no JSON, or ends too early."""

    code = "C-060"


class NotAList(problem.Problem):
    """The JSON holds no list of objects."""

    code = "C-061"


class TooBig(problem.Problem):
    """A JSON document is larger than can be held."""

    code = "C-062"


class Lined:
    """One JSON object a line, read line by line however long the file is; lines are numbered as an editor does."""

    def __init__(self, path: Path, encoding: encodings.Encoding) -> None:
        self.path = path
        self.encoding = encoding
        self.sheet = ""
        self.unit = "行"
        self.replaces = ""
        self.notes: list[str] = []
        self.facts = [Fact("encoding", "编码", encoding.title), Fact("shape", "内容", "每行一个 JSON 对象")]
        self.names = tuple(dict.fromkeys(key for _number, row in self._objects() for key in row))

    def lines(self) -> Iterator[Line]:
        """All objects."""
        for number, row in self._objects():
            cells = [write_value(row.get(name)) for name in self.names]
            check_line(number, cells)
            yield Line(number, cells)

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for number, line in enumerate(encodings.read_lines(self.path, self.encoding), 1):
            if not line.strip():
                continue
            row = _parse_line(number, line)
            if not isinstance(row, dict):
                raise NotAList("该行不是 JSON 对象。", where=f"第 {number} 行", help="应为每行一个对象。")
            yield number, row


def read(path: Path) -> Listed | Lined:
    """The objects as lines numbered from 1; raises NotJson, NotAList, TooBig."""
    encoding = encodings.detect(path)
    facts = [Fact("encoding", "编码", encoding.title)]
    if _has_lines(path, encoding):
        return Lined(path, encoding)
    if path.stat().st_size > MOST_BYTES:
        raise TooBig("JSON 文件超过 300 MB。", where="文件", help="请改为每行一个对象，或分成几个文件报送。")
    found = _parse("".join(encodings.read_lines(path, encoding)))
    if isinstance(found, dict) and found.get("type") == "FeatureCollection":
        facts.append(Fact("shape", "内容", "GeoJSON 要素集"))
        return _list(list(_read_features(found)), facts)
    rows = found if isinstance(found, list) else find_list(found)
    if rows is None or not all(isinstance(row, dict) for row in rows):
        raise NotAList(
            "JSON 中没有由对象组成的列表。", where="文件", help='应为 [{"列名": 值, …}, …]，或每行一个对象。'
        )
    facts.append(Fact("shape", "内容", "JSON 对象列表"))
    return _list(rows, facts)


def _has_lines(path: Path, encoding: encodings.Encoding) -> bool:
    """True where the first line is a whole object and the next, if any, begins one."""
    lines = (line for line in encodings.read_lines(path, encoding) if line.strip())
    first, second = next(lines, ""), next(lines, "{")
    if not first.lstrip().startswith("{") or not second.lstrip().startswith("{") or len(first) > LONGEST_LINE:
        return False
    try:
        found = DECODER.decode(first)
    except (json.JSONDecodeError, RecursionError, NotJson):
        return False
    return isinstance(found, dict) and found.get("type") != "FeatureCollection" and find_list(found) is None


def _refuse_constant(name: str) -> Any:
    raise NotJson(f"JSON 中有 {name}，不是规定的数值。", where="文件", help="请用 null 表示空值。")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; the same name twice would make readers disagree."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJson("同一个 JSON 对象中有重复的字段名。", where="文件", help="请更正导出程序后重新报送。")
    return found


# Numbers stay texts: 330501199001010018 would not survive as a float, nor would 0.10.
DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=str, parse_int=str, parse_constant=_refuse_constant, strict=False
)


def _parse(text: str) -> Any:
    """One JSON document."""
    try:
        return DECODER.decode(text)
    except RecursionError:
        raise NotJson("JSON 嵌套过深。", where="文件", help="请报送由对象组成的平面列表。") from None
    except json.JSONDecodeError as why:
        raise NotJson(
            "不是完整的 JSON，可能在传输中被截断。",
            where=f"第 {why.lineno} 行第 {why.colno} 个字符",
            help="请重新导出后报送。",
        ) from None


def _parse_line(number: int, line: str) -> Any:
    """The value of one line."""
    try:
        return DECODER.decode(line.strip())
    except (json.JSONDecodeError, RecursionError):
        raise NotJson(
            "该行不是完整的 JSON，文件可能被截断。", where=f"第 {number} 行", help="请重新导出后报送。"
        ) from None


def find_list(found: Any, depth: int = DEPTH) -> list[Any] | None:
    """The list inside an answer's envelope: {"code": 0, "data": {"rows": […]}}."""
    if not isinstance(found, dict) or not depth:
        return None
    inner = [found[name] for name in LISTS if name in found] + [v for k, v in found.items() if k not in LISTS]
    for value in inner:
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            return value
    return next(filter(None, (find_list(value, depth - 1) for value in inner)), None)


def _read_features(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Properties, the geometry as WKT, and the coordinate system where something says it."""
    shared = _read_crs(found.get("crs"))
    features = found.get("features")
    if not isinstance(features, list):
        raise NotAList("GeoJSON 中没有 features 列表。", where="文件", help="请导出为 FeatureCollection。")
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        row = dict(properties) if isinstance(properties, dict) else {}
        row[GEOMETRY] = write_wkt(feature.get("geometry") if isinstance(feature, dict) else None)
        said = next((str(v) for k, v in row.items() if headings.DATUM.intersection(headings.spell(k)) and v), "")
        if shared or said:
            row = {k: v for k, v in row.items() if not headings.DATUM.intersection(headings.spell(k))}
            row["datum"] = said or shared
        yield row


def _read_crs(crs: Any) -> str:
    """The name that a `crs` member gives, in short."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    return next((title for code, title in CRS.items() if name.lower().endswith(code)), name)


def write_wkt(geometry: Any) -> str:
    """A geometry as WKT with its coordinates as they were spelled; nothing for none."""
    if not isinstance(geometry, dict):
        return ""
    kind, coordinates = str(geometry.get("type", "")), geometry.get("coordinates")
    if not isinstance(coordinates, list) or not coordinates:
        return f"{kind.upper()} EMPTY" if kind else ""
    return (
        f"POINT({_write_position(coordinates)})" if kind == "Point" else f"{kind.upper()}{_write_nested(coordinates)}"
    )


def _write_position(position: Sequence[Any]) -> str:
    return " ".join(str(number) for number in position[:2])


def _write_nested(coordinates: Sequence[Any]) -> str:
    """Brackets inside brackets, as WKT and GeoJSON share them."""
    parts = [
        _write_nested(c) if _is_nested(c) else _write_position(c) if isinstance(c, list) else str(c)
        for c in coordinates
    ]
    return f"({','.join(parts)})"


def _is_nested(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def _list(rows: Sequence[Mapping[str, Any]], facts: list[Fact]) -> Listed:
    """All rows under the union of their keys, in the order in which keys first appear."""
    names = tuple(dict.fromkeys(key for row in rows for key in row))
    lines = []
    for number, row in enumerate(rows, 1):
        cells = [write_value(row.get(name)) for name in names]
        check_line(number, cells, unit="条")
        lines.append(Line(number, cells))
    return Listed(lines, facts, names=names, unit="条")


def write_value(value: Any) -> str:
    """A JSON value as a text; numbers are texts already, lists and objects stay JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    return json.dumps(value, ensure_ascii=False)
