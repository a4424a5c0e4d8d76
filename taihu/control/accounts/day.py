"""The local day of a moment: roles, delegations, clocks and grants begin and end with the city's day, not with UTC's."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


def day_of(at: datetime.datetime) -> datetime.date:
    """The day in the city; a moment without a zone is refused."""
    if at.tzinfo is None:
        raise ValueError("a moment carries its zone; pass an aware datetime as at=")
    return at.astimezone(LOCAL).date()
