"""The rules of signing in, as data with the day they begin: who proves herself twice, how long, how often."""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from taihu.control.accounts import day
from taihu.control.accounts.roles import Role

FILE = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True, slots=True)
class Rules:
    """One edition of the rules."""

    since: datetime.date
    second_factor: frozenset[Role]
    recovery_codes: int
    password_days: int
    passwords_remembered: int
    idle_minutes: int
    session_hours: int
    sessions_at_once: int
    failures: int
    failures_of_address: int
    pause_seconds: int
    longest_pause_seconds: int
    failures_forgotten_hours: int
    known_browser_days: int

    @property
    def idle(self) -> datetime.timedelta:
        """How long a session may rest."""
        return datetime.timedelta(minutes=self.idle_minutes)

    @property
    def whole(self) -> datetime.timedelta:
        """How long a session lasts at most."""
        return datetime.timedelta(hours=self.session_hours)


def rules_at(at: datetime.datetime) -> Rules:
    """The edition that counts at a moment."""
    today = day.day_of(at)
    return next(edition for edition in reversed(editions()) if edition.since <= today)


@functools.cache
def editions() -> tuple[Rules, ...]:
    """All editions, by the day they begin; an unknown or missing word is refused as the process starts."""
    return tuple(sorted(map(_read, yaml.safe_load(FILE.read_text("utf-8"))), key=lambda edition: edition.since))


def _read(said: dict[str, Any]) -> Rules:
    return Rules(**{**said, "second_factor": frozenset(map(Role, said["second_factor"]))})
