"""Identity: who is at the page, as a keyed token; the demo lets a visitor choose an invented citizen.

`enter` is the one place where a real log-in (浙里办) will hand over whom it has identified.
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from taihu.data.engines.stores import Stores
from taihu.data.guard import conceal
from taihu.data.guard.answer import answer
from taihu.data.guard.question import Rows
from taihu.terms.base import Base
from taihu.terms.dataset import Dataset
from taihu.terms.label import join_all
from taihu.terms.permit import Form, Permit, Quota
from taihu.terms.subject import About

SESSION = "citizen"
LASTS = datetime.timedelta(minutes=30)
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person as this page knows them: the ledger's name, and a masked name and number to greet them by."""

    subject: str
    name: str
    number: str


def enter(request: Any, citizen: Citizen) -> None:
    """Begins the citizen's visit under a fresh session key. No identity number is kept."""
    request.session.cycle_key()
    told = {"subject": citizen.subject, "name": citizen.name, "number": citizen.number}
    request.session[SESSION] = {**told, "at": request.at.timestamp()}


def leave(request: Any) -> None:
    """Ends the visit; somebody who is signed in at the desk stays so."""
    if request.session.pop(SESSION, None) is not None:
        request.session.cycle_key()


def citizen_of(request: Any) -> Citizen | None:
    """Who is here; nobody half an hour after they came."""
    said: dict[str, Any] | None = request.session.get(SESSION)
    if said is None or request.at.timestamp() - said["at"] > LASTS.total_seconds():
        return None
    return Citizen(said["subject"], said["name"], said["number"])


def is_demo() -> bool:
    """True where citizens are invented and may be chosen."""
    return bool(settings.TAIHU_DEMO)


def demo_citizens(stores: Stores, at: datetime.datetime) -> tuple[Citizen, ...]:
    """Some invented citizens of the city, read through the guard once in a process; none outside a demo."""
    if not is_demo():
        return ()
    # A city that has no people yet is asked again at the next visit.
    found = _read(stores.root, _Reading(stores, at))
    if not found:
        _read.cache_clear()
    return found


@dataclass(frozen=True)
class _Reading:
    """What is needed to read them; all readings of one house are the same."""

    stores: Stores
    at: datetime.datetime

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reading)

    def __hash__(self) -> int:
        return 0


@functools.lru_cache(maxsize=4)
def _read(root: Path, reading: _Reading) -> tuple[Citizen, ...]:
    stores, at = reading.stores, reading.at
    base = next((b for pack in stores.shelf.packs.values() for b in pack.bases if b.about is About.PERSON), None)
    if base is None or not stores.lake.tables(stores.shelf.dataset(base.id).zone):
        return ()
    asked = Rows(base.id, columns=(base.name,), clear=(base.identifier, base.name), limit=SHOWN)
    found = answer(asked, _permit(base, stores.shelf.dataset(base.id), at), stores=stores, by="demo", at=at)
    place = {column.name: n for n, column in enumerate(found.columns)}
    people = [(str(row[place[base.identifier]]), str(row[place[base.name]])) for row in found.rows if row]
    return tuple(
        Citizen(conceal.subject_of(number, stores.vault), _mask(name), _hide(number)) for number, name in people
    )


def _permit(base: Base, dataset: Dataset, at: datetime.datetime) -> Permit:
    shown = (dataset.column(base.identifier), dataset.column(base.name))
    return Permit(
        grant="demo.citizens",
        department="public",
        system="portal",
        purpose="演示环境：列出几名虚构市民供访客选择",
        ground="城市与居民均为虚构，不涉及真实个人",
        reads=(base.id,),
        columns=(base.identifier, base.name),
        label=join_all((dataset.presence, *(column.label for column in shown))),
        forms=frozenset((Form.QUERY,)),
        until=at.date() + datetime.timedelta(days=1),
        quota=Quota(calls_a_day=1_000, rows_an_answer=SHOWN),
    )


def _mask(name: str) -> str:
    return name[:1] + "*" * max(1, len(name) - 1)


def _hide(number: str) -> str:
    return f"{number[:6]}********{number[-4:]}" if len(number) > 10 else "*" * len(number)
