"""`{% load portal %}`: what the portal's templates ask of an item."""

from __future__ import annotations

from django import template

from taihu.doors.portal.entries import Item

register = template.Library()
FRESH = {"fresh": "ok", "late": "warn", "once": "info", "none": ""}
OPEN = {"open": "ok", "part": "info", "restricted": "warn"}


@register.filter
def fresh_tone(item: Item) -> str:
    """The tone of the item's freshness."""
    return FRESH[item.fresh]


@register.filter
def open_tone(item: Item) -> str:
    """The tone of the item's openness."""
    return OPEN[item.openness]


@register.filter
def department_in(item: Item, language: str) -> str:
    """The provider's name in the reader's language."""
    return item.department_name(language)
