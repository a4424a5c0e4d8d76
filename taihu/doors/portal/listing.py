"""The catalogue as a list: what was searched, which filters are in force, how many there are of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.http import QueryDict

from taihu.doors.portal import search
from taihu.doors.portal.entries import Item

PAGE = 20
ORDERS = ("match", "newest", "title", "rows")
Values = Callable[[Item], Iterable[str]]

FILTERS: Mapping[str, Values] = {
    "field": lambda item: (item.pack.id,),
    "department": lambda item: (item.department.id,),
    "open": lambda item: (item.openness,),
    "form": lambda item: sorted(item.release.files) if item.release else ("none",),
    "fresh": lambda item: (item.fresh,),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: how many items have each value under the other filters; values without a title are words of the catalogue of messages."""

    name: str
    counts: Mapping[str, int]
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Listing:
    """One page of the list."""

    items: tuple[Item, ...]
    total: int
    page: int
    filters: tuple[Filter, ...]
    text: str
    is_near: bool
    order: str
    orders: tuple[str, ...]
    size: int = PAGE


def read(items: Sequence[Item], query: QueryDict, *, root: Path, language: str) -> Listing:
    """Searches, filters, sorts and cuts; each filter counts what is left under the others."""
    text = query.get("q", "").strip()[:100]
    hits = search.find(search.open_index(items, root=root), text) if text else search.Hits(tuple(i.id for i in items))
    place = {dataset: n for n, dataset in enumerate(hits.ids)}
    found = [item for item in items if item.id in place]
    shown = [item for item in found if _passes(item, query)]
    order = _order(query, text)
    shown.sort(key=_sorting(order, place))
    page = read_page(query, len(shown))
    return Listing(
        items=tuple(shown[(page - 1) * PAGE : page * PAGE]),
        total=len(shown),
        page=page,
        filters=tuple(_filter(name, found, query, language) for name in FILTERS),
        text=text,
        is_near=hits.is_near,
        order=order,
        orders=tuple(name for name in ORDERS if name != "match" or text),
    )


def _filter(name: str, found: Sequence[Item], query: QueryDict, language: str) -> Filter:
    left = [item for item in found if _passes(item, query, without=name)]
    counts = Counter(value for item in left for value in FILTERS[name](item))
    ordered = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    if name == "field":
        return Filter(name, ordered, {item.pack.id: item.pack.title for item in found})
    if name == "department":
        return Filter(name, ordered, {item.department.id: item.department_name(language) for item in found})
    return Filter(name, ordered, {})


def _passes(item: Item, query: QueryDict, without: str = "") -> bool:
    return all(query.get(name, "") in ("", *values(item)) for name, values in FILTERS.items() if name != without)


def read_page(query: QueryDict, total: int) -> int:
    """The page asked for, kept within what there is; anything unreadable is page 1."""
    text = query.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
    return max(1, min(number, -(-total // PAGE) or 1))


def _order(query: QueryDict, text: str) -> str:
    wanted = query.get("sort", "")
    if wanted in ORDERS and (wanted != "match" or text):
        return wanted
    return "match" if text else "newest"


def _sorting(order: str, place: Mapping[str, int]) -> Callable[[Item], tuple[float | str, str]]:
    match order:
        case "match":
            return lambda item: (place[item.id], item.id)
        case "title":
            return lambda item: (item.dataset.title, item.id)
        case "rows":
            return lambda item: (-(item.release.rows if item.release else -1), item.id)
        case _:
            return lambda item: (-(item.received_at or item.published_at).timestamp(), item.id)
