"""The catalogue as a list: what was searched, which filters are in force, how many there are of each."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.http import QueryDict

from taihu.doors.portal import search
from taihu.doors.portal.entries import Item
from taihu.site import messages
from taihu.site.components import tables

PAGE = 20
ORDERS = ("match", "newest", "title", "rows")
Values = Callable[[Item], Iterable[str]]


@dataclass(frozen=True)
class Listing:
    """One page of the list."""

    items: tuple[Item, ...]
    total: int
    facets: tuple[tables.Facet, ...]
    pager: tables.Pager
    text: str
    is_near: bool
    order: str
    orders: tuple[tuple[str, str, bool], ...]


def read(items: Sequence[Item], query: QueryDict, *, root: Path, on: datetime.date, language: str) -> Listing:
    """Searches, filters, sorts and cuts; each filter counts what is left under the others."""
    text = query.get("q", "").strip()[:100]
    hits = search.find(search.open_index(items, root=root), text) if text else search.Hits(tuple(i.id for i in items))
    place = {dataset: n for n, dataset in enumerate(hits.ids)}
    found = [item for item in items if item.id in place]
    filters = _filters(found, on, language)
    facets = []
    for name, (values, titles) in filters.items():
        left = [item for item in found if _passes(item, query, {n: f[0] for n, f in filters.items() if n != name})]
        counts = Counter(value for item in left for value in values(item))
        ordered = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
        facets.append(tables.facet(query, name, messages.say(f"portal.facet.{name}", language), ordered, titles))
    shown = [item for item in found if _passes(item, query, {n: f[0] for n, f in filters.items()})]
    order = _order(query, text)
    shown.sort(key=_sorting(order, place))
    number = tables.read_page(query, len(shown), size=PAGE)
    cut = shown[(number - 1) * PAGE : number * PAGE]
    pager = tables.pager(query, len(shown), page=number, size=PAGE)
    return Listing(
        tuple(cut), len(shown), tuple(facets), pager, text, hits.is_near, order, _orders(query, order, text, language)
    )


def _filters(items: Sequence[Item], on: datetime.date, language: str) -> dict[str, tuple[Values, dict[str, str]]]:
    """Each filter: the values of an item, and the titles of the values."""

    def said(kind: str, *values: str) -> dict[str, str]:
        return {value: messages.say(f"portal.{kind}.{value}", language) for value in values}

    departments = {item.department.id: name_department(item, language) for item in items}
    forms = {form: form.upper() for form in ("csv", "json", "xlsx")} | said("form", "none")
    return {
        "field": (lambda item: (item.pack.id,), {item.pack.id: item.pack.title for item in items}),
        "department": (lambda item: (item.department.id,), departments),
        "open": (lambda item: (item.openness,), said("open", "open", "part", "restricted")),
        "form": (lambda item: sorted(item.release.files) if item.release else ("none",), forms),
        "fresh": (lambda item: (item.freshness(on),), said("fresh", "fresh", "late", "once", "none")),
    }


def name_department(item: Item, language: str) -> str:
    """The department's name in the reader's language, where it has one."""
    english = item.department.english
    return english if language == "en" and english else item.department.title


def _passes(item: Item, query: QueryDict, filters: dict[str, Values]) -> bool:
    return all(query.get(name, "") in ("", *values(item)) for name, values in filters.items())


def _order(query: QueryDict, text: str) -> str:
    wanted = query.get("sort", "")
    if wanted in ORDERS and (wanted != "match" or text):
        return wanted
    return "match" if text else "newest"


def _sorting(order: str, place: dict[str, int]) -> Callable[[Item], tuple[float | str, str]]:
    match order:
        case "match":
            return lambda item: (place[item.id], item.id)
        case "title":
            return lambda item: (item.dataset.title, item.id)
        case "rows":
            return lambda item: (-(item.release.rows if item.release else -1), item.id)
        case _:
            return lambda item: (-(item.received_at or item.published_at).timestamp(), item.id)


def _orders(query: QueryDict, order: str, text: str, language: str) -> tuple[tuple[str, str, bool], ...]:
    names = [name for name in ORDERS if name != "match" or text]
    told = []
    for name in names:
        url = tables.replace(query.urlencode(), sort=name, page=None)
        told.append((messages.say(f"portal.sort.{name}", language), url, name == order))
    return tuple(told)
