"""Fetches all pages of a department's interface as one delivery; a kill or an outage resumes at the page."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import httpx

from taihu.data.collect.readers import documents
from taihu.data.collect.receive import Delivered, Receipt, receive
from taihu.data.engines.stores import Stores
from taihu.data.intake import call
from taihu.data.intake.progress import Progress, State
from taihu.data.intake.source import Api
from taihu.terms.dataset import Dataset

MOST_PAGES = 1_000_000
DONE = ""  # the address of a fetch whose pages are all on disk
Pause = Callable[[float], None]


def fetch_api(
    source: Api, *, dataset: Dataset, stores: Stores, by: str, at: datetime.datetime, pause: Pause
) -> Receipt:
    """One delivery of all rows, one JSON object a line, as they came and in their order.

    Where the promised total changes while pages are fetched, the fetch begins anew, once: pages of two
    states of the source make no snapshot. Raises SourceDown, Rejected, NotAllowed.
    """
    progress = Progress(f"{dataset.id} {source.url} {source.size}", stores)
    first = State(write_url(source, source.page_from), source.page_from, started_at=at.isoformat())
    end, total = _fetch(source, progress, progress.resume(first, at), pause)
    if end.total is not None and total != end.total:
        progress.clear()
        end, total = _fetch(source, progress, first, pause)
    with progress.rows_path.open("rb") as stream:
        name = f"{httpx.URL(source.url).path.strip('/').replace('/', '-') or dataset.name}.jsonl"
        delivery = Delivered(stream, name, rows=total)
        receipt = receive(delivery=delivery, dataset=dataset, stores=stores, by=by, at=at)
    progress.clear()
    return receipt


def _fetch(source: Api, progress: Progress, state: State, pause: Pause) -> tuple[State, int | None]:
    """Goes through the pages from a state; returns the last state and the total that the last page promised."""
    total = state.total
    timeout = httpx.Timeout(source.seconds)
    with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client:
        for _ in range(MOST_PAGES):
            if state.url == DONE:
                return state, total
            answer = call.call(source, state.url, client, pause)
            rows = find_rows(source, answer, state.url)
            total = _number(find(answer, source.total))
            following = _follow(source, answer, state, len(rows))
            counted = replace(
                following or replace(state, url=DONE),
                rows=state.rows + len(rows),
                total=total if state.total is None else state.total,
            )
            state = progress.add(state, rows, counted)
    raise call.Rejected("接口的页数没有尽头。", where=call.show(source.url), help="请核对接口的翻页参数。")


def write_url(source: Api, page: int) -> str:
    """The address of a page by number."""
    parameters = {source.page_parameter: str(page), source.size_parameter: str(source.size)}
    return str(httpx.URL(source.url).copy_merge_params({k: v for k, v in parameters.items() if k}))


def find(answer: Any, place: str) -> Any:
    """What stands at a dotted place; nothing where it does not exist."""
    for name in filter(None, place.split(".")):
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer if place else None


def find_rows(source: Api, answer: Any, url: str) -> list[Any]:
    """The records of a page; raises Rejected where there is no list of objects."""
    rows = find(answer, source.rows) if source.rows else answer if isinstance(answer, list) else None
    if rows is None and not source.rows:
        rows = documents.find_list(answer)
    if rows is None and isinstance(answer, Mapping) and not source.rows:
        rows = []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise call.Rejected(
            f"应答中没有记录列表{f'「{source.rows}」' if source.rows else ''}。",
            where=call.show(url),
            help="请核对数据源中登记的记录位置。",
        )
    return rows


def _follow(source: Api, answer: Any, state: State, rows: int) -> State | None:
    """The state of the next page; none after the last."""
    following = State(write_url(source, state.page + 1), state.page + 1, started_at=state.started_at, total=state.total)
    if not rows:
        return None
    if isinstance(answer, Mapping) and source.next in answer:
        mark = answer[source.next]
        return _follow_mark(source, str(mark), state, following) if mark not in (None, "", False) else None
    pages = _number(find(answer, source.pages))
    if pages is not None:
        return following if state.page - source.page_from + 1 < pages else None
    return following if rows >= source.size else None


def _follow_mark(source: Api, mark: str, state: State, following: State) -> State:
    """A `next` that is an address, a page number, or a mark to be sent back; raises Rejected where it leads in a circle."""
    if "/" in mark or "?" in mark:
        url = urljoin(state.url, mark)
    elif mark.isdigit():
        url = write_url(source, int(mark))
    else:
        url = str(httpx.URL(write_url(source, source.page_from)).copy_set_param(source.next, mark))
    if url == state.url:
        raise call.Rejected("接口的下一页就是本页。", where=call.show(url), help="请核对接口的翻页参数。")
    return replace(following, url=url)


def _number(found: Any) -> int | None:
    """A count; nothing for what is none."""
    text = str(found)
    return int(text) if text.isdigit() and len(text) < 16 else None
