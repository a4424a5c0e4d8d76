"""What a request of the desk carries beside Django's own: the person, the moment, and the stores."""

from __future__ import annotations

import datetime
from typing import TypedDict

from django.http import HttpRequest

from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import Hat
from taihu.data.engines.stores import Stores


class DeskRequest(HttpRequest):
    """A request that passed the door: the middleware of `doors.desk` sets `at`, `hats` and `stores`."""

    user: Person
    at: datetime.datetime
    on: datetime.date
    hats: tuple[Hat, ...]
    stores: Stores
    warning: str


class Doing(TypedDict):
    """What every action is told beside its subject: `action(thing=…, **doing(request))`."""

    by: Person
    at: datetime.datetime
    stores: Stores


def doing(request: DeskRequest) -> Doing:
    """Who acts, when, on which stores."""
    return Doing(by=request.user, at=request.at, stores=request.stores)
