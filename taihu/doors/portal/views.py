"""Pages for everybody: the catalogue, one dataset, its files, a doubt about it, and what this portal is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django import shortcuts
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators import http as methods

from taihu.control.accounts import keeper
from taihu.control.flows import clock
from taihu.doors.portal import entries, files, forms, listing, release, reports, sheet, tell
from taihu.doors.portal import lowered as lowering
from taihu.doors.portal.models import Report
from taihu.terms.label import Level
from taihu.terms.problem import Problem

NEWEST = 6
View = Callable[..., HttpResponseBase]


def for_everybody(view: View) -> View:
    """Marks a page that needs nobody's name, and lets it answer with its problems in the portal's look."""

    @functools.wraps(view)
    def open_view(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **named)
        except Problem as problem:
            if request.accepts("text/html"):
                return shortcuts.render(request, "portal/problem.html", {"problem": problem}, status=problem.status)
            return JsonResponse(problem.to_shape(), status=problem.status)

    open_view.admission = keeper.admit_public(f"portal:{view.__name__}")  # type: ignore[attr-defined]
    return open_view


@methods.require_safe
@for_everybody
def home(request: Any) -> HttpResponse:
    """What this is, the search, what there is in figures, the newest."""
    items = entries.list_items(stores=request.stores, on=clock.day_of(request.at))
    words = {"numbers": tell.numbers(items), "newest": items[:NEWEST], "fields": tell.fields(items)}
    return shortcuts.render(request, "portal/home.html", words)


@methods.require_safe
@for_everybody
def data(request: Any) -> HttpResponse:
    """The catalogue with search and filters, all of them in the address."""
    items = entries.list_items(stores=request.stores, on=clock.day_of(request.at))
    shown = listing.read(items, request.GET, root=request.stores.root, language=request.look.language)
    return shortcuts.render(request, "portal/data.html", {"list": shown})


@methods.require_safe
@for_everybody
def data_json(request: Any) -> HttpResponse:
    """The same list, whole, for programs."""
    items = entries.list_items(stores=request.stores, on=clock.day_of(request.at))
    return JsonResponse({"datasets": [tell.meta(item, request=request) for item in items]})


@methods.require_safe
@for_everybody
def dataset(request: Any, dataset_id: str) -> HttpResponse:
    """One dataset: what it is, who answers for it, how fresh, twenty rows, its columns, its files."""
    item = _find(request, dataset_id)
    found = _released(request, item)
    words = sheet.describe(item, found, stores=request.stores, request=request)
    return shortcuts.render(request, "portal/dataset.html", words)


@methods.require_safe
@for_everybody
def dataset_json(request: Any, dataset_id: str) -> HttpResponse:
    """What is known of the dataset, for programs."""
    return JsonResponse(tell.meta(_find(request, dataset_id), request=request))


@methods.require_safe
@for_everybody
def download(request: Any, dataset_id: str, form: str) -> HttpResponseBase:
    """A file of the release in force; the taking is counted, nobody is named."""
    item = _find(request, dataset_id)
    if form not in files.TYPES:
        raise Http404
    found = release.build(item=item, stores=request.stores, at=request.at) if _is_small(request, item) else item.release
    if found is None:
        raise sheet.not_yet(item)
    if form not in found.files:
        raise sheet.too_large(item, form)
    etag = f'"{found.files[form]["sha256"][:32]}"'
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    if etag in known:
        return HttpResponse(status=304, headers={"ETag": etag})
    path = release.folder(found, stores=request.stores) / f"data.{form}"
    if request.method == "GET":
        release.count_fetch(release=found, form=form, on=clock.day_of(request.at))
    name = f"{item.dataset.title}-{clock.day_of(found.built_at):%Y%m%d}.{form}"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=files.TYPES[form])
    for header, value in (("ETag", etag), ("X-Taihu-Receipt", found.receipt), ("Cache-Control", "public, max-age=300")):
        response.headers[header] = value
    return response


@for_everybody
def report(request: Any, dataset_id: str) -> HttpResponse:
    """Takes a doubt about the dataset."""
    item = _find(request, dataset_id)
    form = forms.Doubt(request.POST or None, item=item)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = reports.send(item=item, column=said["column"], words=said["words"], at=request.at, stores=request.stores)
        return shortcuts.redirect("portal:reported", number=made.number)
    status = 422 if form.errors else 200
    return shortcuts.render(request, "portal/report.html", {"item": item, "form": form}, status=status)


@methods.require_safe
@for_everybody
def reported(request: Any, number: str) -> HttpResponse:
    """The receipt of a doubt."""
    made = shortcuts.get_object_or_404(Report, number=number)
    item = entries.find_item(made.dataset, stores=request.stores, on=clock.day_of(request.at))
    return shortcuts.render(request, "portal/reported.html", {"report": made, "item": item})


@methods.require_safe
@for_everybody
def about(request: Any) -> HttpResponse:
    """What the portal promises, under which licence, and what the words mean."""
    return shortcuts.render(request, "portal/about.html", {"licence": release.licence(), "levels": list(Level)})


@methods.require_safe
@for_everybody
def lowered(request: Any) -> HttpResponse:
    """The public list of what was opened by letting labels fall."""
    return shortcuts.render(
        request, "portal/lowered.html", {"lines": list(lowering.list_lowered(stores=request.stores))}
    )


def _find(request: Any, dataset_id: str) -> entries.Item:
    item = entries.find_item(dataset_id, stores=request.stores, on=clock.day_of(request.at))
    if item is None:
        raise Http404
    return item


def _is_small(request: Any, item: entries.Item) -> bool:
    """True where a release can be made while the reader waits; larger ones are the worker's."""
    return item.is_downloadable and release.version_of(item.id, stores=request.stores)[1] <= sheet.MOST_ROWS_AT_ONCE


def _released(request: Any, item: entries.Item) -> Any:
    """The release to show: that of the version in force, or the latest there is until the worker has made it."""
    if not _is_small(request, item):
        return item.release
    try:
        return release.build(item=item, stores=request.stores, at=request.at)
    except release.Moved:
        return item.release
