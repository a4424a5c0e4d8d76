"""What a visitor chose to see: language and theme, kept in cookies, so that pages need no script to look right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import cache, translation

THEMES = ("system", "light", "dark")
LANGUAGES = {"zh": "zh-hans", "en": "en"}
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Look:
    """The choice in force for one request."""

    language: str = "zh"
    theme: str = "system"

    @property
    def html_language(self) -> str:
        """The value of the page's `lang` attribute."""
        return "zh-CN" if self.language == "zh" else "en"


def read(request: HttpRequest) -> Look:
    """The visitor's choice; whatever is not known counts as not chosen. Chinese comes first, whatever the browser asks."""
    language = request.COOKIES.get("language", "zh")
    theme = request.COOKIES.get("theme", "system")
    return Look(language if language in LANGUAGES else "zh", theme if theme in THEMES else "system")


class Choose:
    """Puts the choice on the request and Django's own texts into its language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers in the language chosen; caches keep the answers apart."""
        look = read(request)
        request.look = look  # type: ignore[attr-defined]
        with translation.override(LANGUAGES[look.language]):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", look.html_language)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            cache.patch_vary_headers(response, ("Cookie",))
        return response
