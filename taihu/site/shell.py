"""What stands round every page: node, search, person and role, the rail of at most seven words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

MOST_WORDS = 7
SHEETS = tuple(f"site/{name}.css" for name in ("tokens", "base", "shell", "parts", "tables", "portal", "print"))


@dataclass(frozen=True, slots=True)
class Link:
    """One word of the rail: where it leads, its icon of the sprite, and how many things wait there."""

    title: str
    url: str
    icon: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else whom a visitor of the demo may become."""

    username: str
    title: str


@dataclass(frozen=True, slots=True)
class Wearing:
    """Who is here and as what: shown in the top bar on every page."""

    name: str
    role: str
    department: str = ""
    inbox_url: str = ""
    inbox_count: int = 0
    links: tuple[Link, ...] = ()
    sign_out_url: str = "/logout"
    is_demo: bool = False
    others: tuple[Other, ...] = ()
    switch_url: str = ""


Rail = Callable[[HttpRequest], Iterable[Link]]
Who = Callable[[HttpRequest], Wearing | None]


class Shell:
    """What the doors above tell the shell when they start: who is here, and which words stand in the rail."""

    rail: Rail = staticmethod(lambda request: ())
    who: Who = staticmethod(lambda request: None)


def fill(*, rail: Rail, who: Who) -> None:
    """A door gives the shell its rail and its way to tell who is here (called once, from its AppConfig.ready)."""
    Shell.rail = staticmethod(rail)
    Shell.who = staticmethod(who)


def describe(request: HttpRequest) -> dict[str, Any]:
    """The shell for one request, as templates read it: `shell.rail`, `shell.who`, `shell.look` …; computed only if shown."""
    return {"shell": Shown(request)}


class Shown:
    """The shell of one request; each part is worked out when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def node(self) -> str:
        """The name of the city that this node serves, in the reader's language."""
        look = self.look
        return str(settings.TAIHU_NODE_ENGLISH if look and look.language == "en" else settings.TAIHU_NODE)

    @property
    def sheets(self) -> tuple[str, ...]:
        """The style sheets, in order."""
        return SHEETS

    @property
    def is_demo(self) -> bool:
        """True where the city is invented."""
        return bool(settings.TAIHU_DEMO)

    @property
    def look(self) -> Any:
        """Language and theme."""
        return getattr(self.request, "look", None)

    @property
    def at(self) -> Any:
        """When the page was asked for."""
        return getattr(self.request, "at", None)

    @property
    def who(self) -> Wearing | None:
        """Person and role, or nobody."""
        return Shell.who(self.request) if self._is_known() else None

    @property
    def rail(self) -> list[tuple[Link, bool]]:
        """The words of the rail, each with whether this page lies under it."""
        links = list(Shell.rail(self.request))[:MOST_WORDS] if self._is_known() else []
        here = max((link.url for link in links if self.request.path.startswith(link.url)), key=len, default="")
        return [(link, link.url == here) for link in links]

    def _is_known(self) -> bool:
        person = getattr(self.request, "user", None)
        return bool(person is not None and person.is_authenticated)
