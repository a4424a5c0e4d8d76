"""The one error shape at this door: what a Problem, a wrong body or a fall looks like to a client."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from taihu.terms.problem import Problem


class NoKey(Problem):
    """The call carries no key, or one that opens nothing."""

    code = "X-001"
    status = 401


class NotUnderstood(Problem):
    """The body is not what the operation takes."""

    code = "X-002"
    status = 400


class TooLarge(Problem):
    """The body is larger than any call needs."""

    code = "X-003"
    status = 413


class UnknownRoute(Problem):
    """There is no such operation here."""

    code = "X-004"
    status = 404


class WrongMethod(Problem):
    """The operation is not asked this way."""

    code = "X-005"
    status = 405


class WebIsDown(Problem):
    """The process behind the pages does not listen."""

    code = "X-010"
    status = 503


class Fell(Problem):
    """Something unforeseen happened; the log holds the rest under this number."""

    code = "X-099"
    status = 500


def respond(found: Problem, *, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem as JSON with its status; never cached."""
    return JSONResponse(
        found.to_shape(), status_code=found.status, headers={"Cache-Control": "no-store", **(headers or {})}
    )
