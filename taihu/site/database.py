"""The control database: SQLite beside the other stores, or PostgreSQL by URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib import parse

SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000;",
}


class NotUnderstood(ValueError):
    """The database URL is none that the house can read; the message never shows its password."""


def describe(url: str, var: Path) -> dict[str, Any]:
    """Django's description of the database that the URL names; without a URL, `var/control.sqlite3`."""
    if not url:
        var.mkdir(parents=True, exist_ok=True)
        name = var / "control.sqlite3"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": dict(SQLITE), "TEST": {"NAME": None}}
    parts = parse.urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise NotUnderstood(
            f"TAIHU_DATABASE_URL begins with {parts.scheme!r}; it must read postgresql://user:password@host:port/name"
        )
    query = dict(parse.parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parse.unquote(parts.path.strip("/")),
        "USER": parse.unquote(parts.username or ""),
        "PASSWORD": parse.unquote(parts.password or ""),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }
