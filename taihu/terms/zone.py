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

    @property
    def title(self) -> str:  # type: ignore[override]
        """The Chinese name of the zone."""
        return TITLES[self]


TITLES = {
    Zone.COLLECTED: "归集库",
    Zone.GOVERNED: "治理库",
    Zone.BASE: "基础库",
    Zone.THEME: "主题库",
    Zone.TOPIC: "专题库",
    Zone.SHARED: "共享库",
    Zone.OPENED: "开放库",
}
