"""Pages of maps: layers over each other with a legend and a table, and each layer as GeoJSON."""

from __future__ import annotations

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from taihu.control.accounts import keeper
from taihu.control.accounts.requests import DeskRequest
from taihu.patterns import access, answers
from taihu.patterns.maps import admissions, geo, spec
from taihu.terms.pack import Pack
from taihu.terms.view import Map


@keeper.keep(admissions.MAP)
def show(request: DeskRequest, pack: str, name: str) -> HttpResponse:
    """One map with all layers, and the same things as tables."""
    found, chart = _find(request, pack, name)
    drawn = geo.draw(chart, _asking(request, found, chart))
    shown = {"pack": found, "map": chart, "drawn": drawn, "picture": spec.describe(chart, drawn), "at": request.at}
    return render(request, "maps/map.html", shown)


@keeper.keep(admissions.LAYER)
def layer(request: DeskRequest, pack: str, name: str, layer: str) -> HttpResponse:
    """One layer as GeoJSON (RFC 7946), for other map programs."""
    found, chart = _find(request, pack, name)
    one = next((one for one in chart.layers if one.name == layer), None)
    if one is None:
        raise Http404
    drawn = geo.draw_layer(one, _asking(request, found, chart))
    response = JsonResponse(drawn.features, json_dumps_params={"ensure_ascii": False, "allow_nan": False})
    response.headers["Content-Type"] = "application/geo+json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{layer}.geojson"'
    return response


def _asking(request: DeskRequest, pack: Pack, chart: Map) -> answers.Asking:
    return answers.Asking(pack, chart.readers, request.user.username, request.at, request.stores)


def _find(request: DeskRequest, pack: str, name: str) -> tuple[Pack, Map]:
    found = access.find_pack(request, pack)
    chart = next((chart for chart in found.maps if chart.name == name), None)
    if chart is None:
        raise Http404
    return found, chart
