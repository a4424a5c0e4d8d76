"""`{% load portal %}`: small pieces of the portal's pages in the reader's language."""

from __future__ import annotations

from typing import Any

from django import template

from taihu.doors.portal import listing
from taihu.doors.portal.entries import Item
from taihu.site import formats, messages
from taihu.site.components import drawings
from taihu.terms.dataset import Kind

register = template.Library()
FRESH = {"fresh": "ok", "late": "warn", "once": "info", "none": ""}
OPEN = {"open": "ok", "part": "info", "restricted": "warn"}


@register.simple_tag(takes_context=True)
def department(context: template.Context, item: Item) -> str:
    """The provider's name."""
    return listing.name_department(item, _language(context))


@register.simple_tag(takes_context=True)
def lines(context: template.Context, rows: int) -> str:
    """How many rows."""
    return messages.say("portal.lines", _language(context), rows=formats.number(rows))


@register.simple_tag(takes_context=True)
def kind(context: template.Context, kind: Kind) -> str:
    """The kind of a column in words, with its digits where it has them."""
    words = messages.say(f"portal.kind.{kind.name}", _language(context))
    return f"{words} ({kind.precision},{kind.scale})" if kind.precision else words


@register.simple_tag(takes_context=True)
def closed(context: template.Context, why: str) -> str:
    """Why a column is not opened."""
    return messages.say(f"portal.closed.{why}", _language(context))


@register.simple_tag(takes_context=True)
def one_sentence(context: template.Context, item: Item) -> str:
    """What a dataset is, in one sentence made of its declaration, where the department wrote none."""
    language = _language(context)
    between = "、" if language == "zh" else ", "
    return messages.say(
        "portal.sentence",
        language,
        department=listing.name_department(item, language),
        cycle=messages.say(f"portal.cycle.{item.dataset.cycle.value}", language),
        title=item.dataset.title,
        columns=between.join(column.title for column in item.dataset.columns[:4]),
        count=len(item.dataset.columns),
    )


@register.inclusion_tag("components/state.html", takes_context=True)
def fresh(context: template.Context, item: Item, on: Any) -> dict[str, Any]:
    """How fresh the dataset is against its promise."""
    found = item.freshness(on)
    tone = FRESH[found]
    return {"title": messages.say(f"portal.fresh.{found}", _language(context)), "tone": tone, "icon": tone or "info"}


@register.inclusion_tag("components/badge.html", takes_context=True)
def openness(context: template.Context, item: Item) -> dict[str, Any]:
    """How open the dataset is."""
    return {"title": messages.say(f"portal.open.{item.openness}", _language(context)), "tone": OPEN[item.openness]}


@register.inclusion_tag("portal/spread.html", takes_context=True)
def spread(context: template.Context, picture: Any, title: str) -> dict[str, Any]:
    """The small picture of a column."""
    language = _language(context)
    if picture.distinct is None:
        others = messages.say("portal.many", language)
    else:
        others = messages.say("portal.distinct", language, count=formats.number(picture.distinct))
    total = picture.filled
    tops = [(value, count / total, drawings.share(count / total)) for value, count in picture.top] if total else []
    rest = total - sum(count for _, count in picture.top)
    return {"picture": picture, "title": title, "others": others, "tops": tops, "rest": rest}


def _language(context: template.Context) -> str:
    look = getattr(context.get("request"), "look", None)
    return look.language if look else "zh"
