"""Uses: every time a citizen's data left, in words: who, when, for what, which data items; never a value."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.http import Http404

from taihu.control.accounts.models import Department, System
from taihu.data.engines.stores import Stores
from taihu.data.guard import bulk
from taihu.data.ledger.entry import Entry
from taihu.data.ledger.index import Wanted
from taihu.data.ledger.ledger import Found
from taihu.doors.portal.mine.identity import Citizen
from taihu.terms import visibility
from taihu.terms.dataset import Dataset
from taihu.terms.pack import UnknownName
from taihu.terms.problem import Problem
from taihu.terms.visibility import Delay

MOST = 500
PAGE = 20
ACTS = {
    "answer": "查询",
    "preview": "签批前查看样例",
    bulk.DELIVER: "批量提供",
    bulk.RELEASE: "数据开放",
}
FORMS = {"lookup": "按证件号码查询", "verify": "核验（只回答一致与否）", "rows": "查阅列表", "ask": "专题查询"}
HOW = {"masked": "脱敏", "token": "以代号提供", "verified": "只比对，不提供内容", "vault": "明文"}


@dataclass(frozen=True, slots=True)
class Use:
    """One use as its citizen reads it. Where others were concerned too, nothing tells of them, not even how many."""

    id: str
    segment: str
    number: int
    at: datetime.datetime
    department_id: str
    department: str
    system: str
    act: str
    how: str
    purpose: str
    ground: str
    datasets: tuple[str, ...]
    dataset_ids: tuple[str, ...]
    columns: tuple[str, ...]
    filing: str
    delay: Delay | None


def list_uses(citizen: Citizen, stores: Stores, at: datetime.datetime) -> list[Use]:
    """The latest uses that may be seen now, newest first."""
    delays = delays_of(stores)
    return [use for use in map(functools.partial(_tell, stores), _found(citizen, stores)) if _is_seen(use, delays, at)]


def find_use(citizen: Citizen, segment: str, number: int, stores: Stores, at: datetime.datetime) -> Use:
    """One use; Http404 alike for what is not there, is somebody else's, or may not be seen yet."""
    try:
        found = stores.ledger.find(f"{segment}/{number}")
    except Problem as problem:
        raise Http404 from problem
    if not is_about(found.entry, citizen, stores):
        raise Http404
    use = _tell(stores, found)
    if not _is_seen(use, delays_of(stores), at):
        raise Http404
    return use


def is_about(entry: Entry, citizen: Citizen, stores: Stores) -> bool:
    """True where the citizen's own token is in the entry, or in what was delivered."""
    if entry.act not in ACTS:
        return False
    return citizen.subject in entry.subjects or bulk.was_in(citizen.subject, entry, stores)


def delays_of(stores: Stores) -> tuple[Delay, ...]:
    """The declared delays, which the page names."""
    return _delays(stores.shelf.root / "standards")


@functools.lru_cache(maxsize=8)
def _delays(folder: Path) -> tuple[Delay, ...]:
    return visibility.read_delays(folder)


def _found(citizen: Citizen, stores: Stores) -> list[Found]:
    """Entries by the citizen's token, and the deliveries of which they were part."""
    ledger = stores.ledger
    mine = [one for one in ledger.entries(Wanted(subject=citizen.subject), limit=MOST).entries if one.entry.act in ACTS]
    for act in (bulk.DELIVER, bulk.RELEASE):
        page = ledger.entries(Wanted(act=act), limit=MOST)
        mine += [one for one in page.entries if bulk.was_in(citizen.subject, one.entry, stores)]
    return sorted(mine, key=lambda one: (one.entry.at, one.segment, one.number), reverse=True)[:MOST]


def _is_seen(use: Use, delays: tuple[Delay, ...], at: datetime.datetime) -> bool:
    return use.delay is None or use.delay.is_over(use.at, at)


def _tell(stores: Stores, found: Found) -> Use:
    entry = found.entry
    datasets = list(_datasets(entry, stores))
    kinds = entry.label.partition(" ")[2].split(",")
    return Use(
        id=found.id,
        segment=found.segment,
        number=found.number,
        at=entry.at,
        department_id=entry.department,
        department=_department(entry.department),
        system=_system(entry.system, stores),
        act=ACTS[entry.act],
        how=FORMS.get(entry.detail.get("form", ""), ACTS[entry.act]),
        purpose=entry.purpose,
        ground=entry.ground,
        datasets=tuple(dataset.title for dataset in datasets) or tuple(entry.dataset.split()),
        dataset_ids=tuple(dataset.id for dataset in datasets),
        columns=tuple(_columns(entry, datasets, stores)),
        filing=entry.detail.get("filing", "") if len(entry.subjects) == 1 else "",
        delay=next((one for one in delays_of(stores) if one.holds(kinds, entry.department, entry.purpose)), None),
    )


def _datasets(entry: Entry, stores: Stores) -> Iterator[Dataset]:
    for name in entry.dataset.split():
        try:
            yield stores.shelf.dataset(name.removesuffix(".returned"))
        except UnknownName:
            continue


def _columns(entry: Entry, datasets: list[Dataset], stores: Stores) -> Iterator[str]:
    """The titles of the data items, with how each left where that was not in the clear."""
    titles = {column.name: column.title for dataset in reversed(datasets) for column in dataset.columns}
    titles |= _query_titles(entry.detail.get("query", ""), stores)
    how = dict(part.partition(":")[::2] for part in entry.detail.get("masked", "").split())
    for name in entry.columns:
        word = HOW.get(how.get(name, ""), "")
        yield f"{titles.get(name, name)}（{word}）" if word else titles.get(name, name)


def _query_titles(query: str, stores: Stores) -> dict[str, str]:
    if not query or query == "text":
        return {}
    try:
        return {title.column: title.title for title in stores.shelf.query(query).titles}
    except UnknownName:
        return {}


def _department(name: str) -> str:
    if name == "public":
        return "平台"
    found = Department.objects.filter(pk=name).values_list("title", flat=True).first()
    return found or name or "平台"


def _system(name: str, stores: Stores) -> str:
    if name in ("desk", "portal"):
        return {"desk": "平台工作台", "portal": "本平台门户"}[name]
    found = System.objects.filter(pk=name).values_list("title", flat=True).first()
    pack = stores.shelf.packs.get(name)
    return found or (pack.title if pack else name)
