"""Charts, maps and small pictures, each with the numbers behind it as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taihu.site import formats


@dataclass(frozen=True, slots=True)
class Series:
    """One line or row of bars; None is no data, never 0; a baseline is drawn dashed."""

    title: str
    values: tuple[float | int | None, ...]
    is_baseline: bool = False
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: kind `line` or `bar`, the words under the axis, its series, and the lines of limits across it."""

    id: str
    title: str
    kind: str
    x: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    source: str = ""
    lines: tuple[tuple[str, float], ...] = ()
    is_low: bool = False

    def to_spec(self) -> dict[str, Any]:
        """What the script draws."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "x": list(self.x),
            "lines": [{"title": title, "value": value} for title, value in self.lines],
            "series": [
                {"title": s.title, "values": list(s.values), "is_baseline": s.is_baseline}
                | ({"colour": s.colour} if s.colour else {})
                for s in self.series
            ],
        }

    def rows(self) -> list[tuple[str, list[str]]]:
        """The same as a table: the word under the axis, then the value of each series."""
        return [(name, [formats.number(series.values[at]) for series in self.series]) for at, name in enumerate(self.x)]


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a map's legend; `paint` is a class of the look: 1–8, ok, warn, bad, info, step-1 … step-5, none."""

    title: str
    paint: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a map: GeoJSON (CGCS2000 longitude, latitude); `by` is `tone`, `class` or empty."""

    id: str
    title: str
    kind: str
    data: Mapping[str, Any]
    colour: str = "1"
    by: str = ""
    has_popup: bool = True

    def to_spec(self) -> dict[str, Any]:
        """What the script draws."""
        return {
            "id": self.id,
            "title": self.title,
            "kind": self.kind,
            "data": self.data,
            "colour": self.colour,
            "by": self.by,
            "has_popup": self.has_popup,
        }


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A map with its legend; what can be clicked is also listed in a table under it."""

    id: str
    title: str
    layers: tuple[Layer, ...]
    legend: tuple[Key, ...] = ()
    source: str = ""

    def to_spec(self) -> dict[str, Any]:
        """What the script draws."""
        return {"title": self.title, "source": self.source, "layers": [layer.to_spec() for layer in self.layers]}

    def rows(self) -> list[tuple[str, str, str]]:
        """Layer, title and text of each feature that has a popup, at most two hundred."""
        found = [
            (layer.title, str(p.get("title", "")), str(p.get("text", "")))
            for layer in self.layers
            if layer.has_popup
            for p in (feature.get("properties") or {} for feature in layer.data.get("features", ()))
        ]
        return found[:200]

    def count(self) -> int:
        """How many features have a popup."""
        return sum(len(layer.data.get("features", ())) for layer in self.layers if layer.has_popup)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a small picture, in the units of its viewBox."""

    x: float
    y: float
    width: float
    height: float


WIDTH, HEIGHT = 120, 28


def bars(counts: Sequence[int | float]) -> list[Bar]:
    """Counts as bars that fill the picture; a count above nothing is never invisible."""
    if not counts:
        return []
    top = max(max(counts), 1)
    step = WIDTH / len(counts)
    gap = 1 if step > 3 else 0
    tall = [0.0 if count <= 0 else max(1.5, HEIGHT * count / top) for count in counts]
    return [
        Bar(round(i * step, 2), round(HEIGHT - h, 2), round(step - gap, 2), round(h, 2)) for i, h in enumerate(tall)
    ]


def share(part: float | None) -> float:
    """A share of one as hundredths of a picture's width, kept within it."""
    return round(100 * min(1.0, max(0.0, part or 0.0)), 2)
