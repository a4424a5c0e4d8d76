"""Pages of topics: which there are, each page in its five blocks, and the rows under a figure."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import render

from taihu.control.accounts import keeper
from taihu.control.accounts.requests import DeskRequest
from taihu.data.guard import deliver
from taihu.patterns import access, answers
from taihu.patterns.maps import geo, spec
from taihu.patterns.pages import admissions, compose
from taihu.terms.pack import Pack, Query
from taihu.terms.view import Map, Page

ROWS_A_PAGE = 50
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@keeper.keep(admissions.TOPICS)
def topics(request: DeskRequest) -> HttpResponse:
    """The topics that she may look into."""
    packs = [
        pack
        for _, pack in sorted(request.stores.shelf.packs.items())
        if pack.pages and access.can_see(pack, request.hats)
    ]
    return render(request, "pages/topics.html", {"packs": packs})


@keeper.keep(admissions.PAGE)
def page(request: DeskRequest, pack: str, name: str) -> HttpResponse:
    """One topic page: what is wrong now, map, key figures, lists, the data behind them."""
    found, declared = _find(request, pack, name)
    asking = answers.Asking(found, declared.readers, request.user.username, request.at, request.stores)
    chart = next((chart for chart in found.maps if chart.name == declared.map), None)
    shown = {
        "pack": found,
        "page": declared,
        "wrong": compose.find_wrong(declared, found),
        "handled": compose.find_handled(declared, found, request.hats, request.on),
        "map": chart,
        "drawn": _draw(chart, asking) if chart else None,
        "numbers": [compose.try_block(one.title, partial(compose.work_out, one, asking)) for one in declared.figures],
        "lists": [compose.try_block(one.title, partial(compose.list_rows, one, asking)) for one in declared.lists],
        "registers": [register for register in found.registers if register.name in declared.registers],
        "behind": compose.find_behind(declared, asking),
        "receipts": asking.receipts,
        "at": request.at,
    }
    return render(request, "pages/page.html", shown)


def _draw(chart: Map, asking: answers.Asking) -> dict[str, object]:
    """The picture of the page's map, or why it may not be drawn."""
    block = compose.try_block(chart.title, partial(geo.draw, chart, asking))
    drawn = block.shown if isinstance(block.shown, list) else []
    return {"problem": block.problem, "picture": None if block.problem else spec.describe(chart, drawn)}


def _find(request: DeskRequest, pack: str, name: str) -> tuple[Pack, Page]:
    found = access.find_pack(request, pack)
    declared = next((page for page in found.pages if page.name == name), None)
    if declared is None:
        raise Http404
    return found, declared


@keeper.keep(admissions.ROWS)
def rows(request: DeskRequest, pack: str, query: str) -> HttpResponse:
    """The rows of one query that a page of the topic shows: where every figure opens down to."""
    found, declared, shown_by = _find_query(request, pack, query)
    given = _ask(request, found, query, shown_by)
    last = -(-len(given.rows) // ROWS_A_PAGE) or 1
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), last) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    part = given.rows[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    shown = {
        "pack": found,
        "query": declared,
        "page": shown_by,
        "given": given,
        "table": [[answers.show(c, cell) for c, cell in zip(given.columns, row, strict=True)] for row in part],
        "number": number,
        "count": len(given.rows),
    }
    return render(request, "pages/rows.html", shown)


@keeper.keep(admissions.DOWNLOAD)
def download(request: DeskRequest, pack: str, query: str, ending: str) -> HttpResponse:
    """The same rows as a file with its recipient's mark, cells safe for spreadsheets; raises Http404 for an ending that is no format."""
    found, declared, shown_by = _find_query(request, pack, query)
    if ending not in FORMATS:
        raise Http404
    whole = _ask(request, found, query, shown_by).given
    if whole is None:
        raise Http404
    made = deliver.deliver(
        whole,
        answers.permit_for(found, shown_by.readers, request.stores),
        query=declared.id,
        form=ending,
        title=declared.title,
        stores=request.stores,
        by=request.user.username,
        at=request.at,
    )
    response = HttpResponse(made.content, content_type=FORMATS[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}-{query}-{request.on}.{ending}"'
    response.headers["X-Taihu-Receipt"] = made.receipt
    response.headers["X-Taihu-Delivery"] = made.delivery.id
    return response


def _ask(request: DeskRequest, pack: Pack, query: str, shown_by: Page) -> answers.Rows:
    return answers.ask(
        pack, query, by=request.user.username, at=request.at, stores=request.stores, readers=shown_by.readers
    )


def _find_query(request: DeskRequest, pack: str, query: str) -> tuple[Pack, Query, Page]:
    found = access.find_pack(request, pack)
    declared = next((one for one in found.queries if one.name == query), None)
    shown_by = _page_of(found, query)
    if declared is None or shown_by is None:
        raise Http404
    return found, declared, shown_by


def _page_of(pack: Pack, query: str) -> Page | None:
    """The page that shows the query; a query that no page shows has no rows page."""
    for one in pack.pages:
        shown = {name for figure in one.figures for name in (figure.query, figure.rows, figure.trend)}
        watched = {watch.query for watch in pack.watches if watch.name in one.watches}
        if query in shown | watched | {listing.query for listing in one.lists}:
            return one
    return None
