"""Addresses of static files that change with their content, so that browsers may keep each for long."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders


class NoSuchFile(LookupError):
    """A page names a static file that the house does not have."""

    def __init__(self, path: str) -> None:
        super().__init__(f"no static file {path!r}; static files lie in the static folder of each app")


@functools.cache
def address(path: str) -> str:
    """`/static/site/base.css?v=1f2e3d…`; raises NoSuchFile."""
    found = finders.find(path)
    if not isinstance(found, str):
        raise NoSuchFile(path)
    return f"{settings.STATIC_URL}{path}?v={hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10]}"
