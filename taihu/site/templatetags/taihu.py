"""`{% load taihu %}`: words, addresses of assets, formats and components."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.html import format_html
from django.utils.safestring import SafeString

from taihu.site import messages

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, **values: object) -> str:
    """The words of the catalogue in the visitor's language."""
    return messages.say(key, _language(context), **values)


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file, with a hash of its content so that caches may keep it."""
    return f"{settings.STATIC_URL}{path}?v={_digest(path)}"


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """A drawing of the sprite; without a title it is decoration for the eye only."""
    address = f"{settings.STATIC_URL}site/icons.svg?v={_digest('site/icons.svg')}#{name}"
    if title:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', title, address)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)


@functools.cache
def _digest(path: str) -> str:
    found: Any = finders.find(path)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10] if found else "0"


def _language(context: template.Context) -> str:
    look = getattr(context.get("request"), "look", None)
    return look.language if look else "zh"
