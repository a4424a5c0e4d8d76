"""What the component page shows."""

from __future__ import annotations

import datetime
from typing import Any


def describe(at: datetime.datetime) -> dict[str, Any]:
    """Each component in each of its states."""
    return {"at": at}
