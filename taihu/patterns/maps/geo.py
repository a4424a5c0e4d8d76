"""Rows with a place as GeoJSON: points in EPSG:4490, longitude first, as the guard let them out."""

from __future__ import annotations

from dataclasses import dataclass

from taihu.data.guard.plain import Plain
from taihu.patterns import answers
from taihu.terms.view import Layer, Map

LISTED = 100


@dataclass(frozen=True, slots=True)
class Drawn:
    """One layer with its rows: what can be drawn, what has no place, and its legend with counts."""

    layer: Layer
    rows: answers.Rows
    features: dict[str, object]
    said: tuple[dict[str, str], ...]
    placed: int
    unplaced: int
    legend: tuple[tuple[str, str, int], ...]

    @property
    def words(self) -> list[tuple[str, str]]:
        """Title and text of each feature, as its popup says them."""
        return [(one["title"], one["text"].replace("\n", ";")) for one in self.said]

    @property
    def first(self) -> list[list[str]]:
        """As many rows as a page lists."""
        return self.table[:LISTED]

    @property
    def more(self) -> int:
        """How many rows the page does not list."""
        return len(self.rows.rows) - len(self.first)

    @property
    def head(self) -> tuple[answers.Column, ...]:
        """The columns of the table beneath the map."""
        return tuple(self.rows.column(name) for name in _shown(self.layer))

    @property
    def table(self) -> list[list[str]]:
        """The same things as rows of text."""
        places = [(self.rows.column(name), self.rows.index(name)) for name in _shown(self.layer)]
        return [[answers.show(column, row[place]) for column, place in places] for row in self.rows.rows]


def _shown(layer: Layer) -> tuple[str, ...]:
    return tuple(dict.fromkeys((layer.heading, *filter(None, (layer.colour_by,)), *layer.columns)))


def read_point(text: object) -> tuple[float, float] | None:
    """Longitude and latitude of a point in WKT; None for no place or one that is none on Earth."""
    match = answers.POINT.fullmatch(str(text or ""))
    if match is None:
        return None
    east, north = float(match[1]), float(match[2])
    return (east, north) if abs(east) <= 180 and abs(north) <= 90 else None


def draw(chart: Map, asking: answers.Asking) -> list[Drawn]:
    """All layers of a map with their rows."""
    return [draw_layer(layer, asking) for layer in chart.layers]


def draw_layer(layer: Layer, asking: answers.Asking) -> Drawn:
    """One layer with its rows; a layer over a dataset shows its rows as they are."""
    dataset = next((dataset for dataset in asking.pack.datasets if dataset.name == layer.source), None)
    if dataset is not None:
        rows = asking.rows(dataset, tuple(dict.fromkeys((layer.place, *_shown(layer)))))
    else:
        rows = asking.query(layer.source, layer.values)
    features = [feature for row in rows.rows if (feature := _feature(layer, rows, row)) is not None]
    return Drawn(
        layer=layer,
        rows=rows,
        features={"type": "FeatureCollection", "features": [feature for feature, _ in features]},
        said=tuple(said for _, said in features),
        placed=len(features),
        unplaced=len(rows.rows) - len(features),
        legend=_legend(layer, rows),
    )


def _feature(
    layer: Layer, rows: answers.Rows, row: tuple[Plain, ...]
) -> tuple[dict[str, object], dict[str, str]] | None:
    """A feature and what its popup says; None for a row without a place."""
    point = read_point(row[rows.index(layer.place)])
    if point is None:
        return None
    cells = [(rows.column(name), row[rows.index(name)]) for name in layer.columns]
    said = (f"{column.title_with_unit} {answers.show(column, cell) or '—'}" for column, cell in cells)
    heading = answers.show(rows.column(layer.heading), row[rows.index(layer.heading)]) or "—"
    properties = {"title": heading, "text": "\n".join(said)}
    if layer.colour_by:
        properties["tone"] = _tone(layer, row[rows.index(layer.colour_by)])
    geometry = {"type": "Point", "coordinates": point}
    return {"type": "Feature", "geometry": geometry, "properties": properties}, properties


def _tone(layer: Layer, value: object) -> str:
    return next((tone.colour for tone in layer.tones if tone.value == str(value)), "none")


def _legend(layer: Layer, rows: answers.Rows) -> tuple[tuple[str, str, int], ...]:
    """Colour, words and count of each declared value that occurs; values that nobody declared are counted as 其他."""
    if not layer.colour_by:
        return (("info", layer.title, len(rows.rows)),)
    values = [str(value) for value in rows.values(layer.colour_by)]
    known = {tone.value for tone in layer.tones}
    told = tuple((tone.colour, tone.title, count) for tone in layer.tones if (count := values.count(tone.value)))
    others = sum(value not in known for value in values)
    return (*told, ("none", "其他", others)) if others else told
