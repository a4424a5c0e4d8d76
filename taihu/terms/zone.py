"""The seven zones of the lake, from as received to open."""

from __future__ import annotations

import enum


class Zone(enum.StrEnum):
    """A zone of the lake; a table lives in one zone under its dataset's id."""

    COLLECTED = "collected"
    GOVERNED = "governed"
    BASE = "base"
    THEME = "theme"
    TOPIC = "topic"
    SHARED = "shared"
    OPENED = "opened"
