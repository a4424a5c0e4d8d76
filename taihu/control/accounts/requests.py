"""What a request of the desk carries beside Django's own: the person, the moment, and the stores."""

from __future__ import annotations

import datetime

from django.http import HttpRequest

from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import Hat
from taihu.data.engines.stores import Stores


class DeskRequest(HttpRequest):
    """A request that passed the door: the middleware of `doors.desk` sets `at`, `hats` and `stores`."""

    user: Person  # type: ignore[assignment]
    at: datetime.datetime
    on: datetime.date
    hats: tuple[Hat, ...]
    stores: Stores
