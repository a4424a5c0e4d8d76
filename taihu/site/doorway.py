"""The door's own middleware: the clock is read here, once for each request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class Doorway:
    """Sets `request.at`; nothing below the doors reads the clock."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers with the time of arrival on the request."""
        request.at = timezone.now()  # type: ignore[attr-defined]
        return self.get_response(request)
