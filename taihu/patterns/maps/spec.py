"""A map as the look's map component reads it: layers as GeoJSON with their colours, a legend with counts, a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taihu.patterns.maps.geo import Drawn
from taihu.terms.view import Map

DATUM = "坐标为 CGCS2000(EPSG:4490);GCJ-02、BD-09 的来源在归集时已换算，不要叠加到未声明坐标系的底图上"


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the legend."""

    title: str
    paint: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A map as the look's map component reads it: what can be clicked is also listed in a table under it."""

    id: str
    title: str
    drawn: tuple[Drawn, ...]
    source: str = DATUM

    @property
    def legend(self) -> list[Key]:
        """The legends of all layers, the layer's name first where there is more than one."""
        many = len(self.drawn) > 1
        return [
            Key(f"{one.layer.title} · {title} {count:,}" if many else f"{title} {count:,}", _paint(colour))
            for one in self.drawn
            for colour, title, count in one.legend
        ]

    def to_spec(self) -> dict[str, object]:
        """What the script draws; the first layer lies below and is drawn larger, so that both stay visible."""
        layers = [
            {
                "id": one.layer.name,
                "title": one.layer.title,
                "kind": "point",
                "by": "tone" if one.layer.colour_by else "",
                "colour": str(number % 8 + 1),
                "radius": 7 if number == 0 and len(self.drawn) > 1 else 4,
                "data": one.features,
            }
            for number, one in enumerate(self.drawn)
        ]
        return {"title": self.title, "source": self.source, "layers": layers}

    def rows(self) -> list[tuple[str, str, str]]:
        """Layer, title and text of the first two hundred features; the rows page has them all."""
        found = [(one.layer.title, *words) for one in self.drawn for words in one.words]
        return found[:200]

    def count(self) -> int:
        """How many features there are."""
        return sum(one.placed for one in self.drawn)


def _paint(colour: str) -> str:
    return colour.removeprefix("series-")


def describe(chart: Map, drawn: Sequence[Drawn]) -> Picture:
    """The picture of a map's layers."""
    return Picture(f"map-{chart.name}", chart.title, tuple(drawn))
