"""What the map component of the site is told: layers as GeoJSON with their colours."""

from __future__ import annotations

from collections.abc import Sequence

from taihu.patterns.maps.geo import Drawn
from taihu.terms.view import Map

DATUM = "坐标为 CGCS2000(EPSG:4490);GCJ-02、BD-09 的来源在归集时已换算,不要叠加到未声明坐标系的底图上"


def describe(chart: Map, drawn: Sequence[Drawn]) -> dict[str, object]:
    """Later layers lie above; a layer that is coloured by a value says so."""
    layers = [
        {
            "id": one.layer.name,
            "title": one.layer.title,
            "kind": "point",
            "by": "tone" if one.layer.colour_by else "",
            "colour": number % 8 + 1,
            "radius": 5 + 3 * (number == 0 and len(drawn) > 1),
            "data": one.features,
        }
        for number, one in enumerate(drawn)
    ]
    return {"title": chart.title, "layers": layers, "source": DATUM}
