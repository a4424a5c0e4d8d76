"""The one shape in which this house says no: a stable code, a message, a place, a remedy."""

from __future__ import annotations

from typing import TypedDict


class Shape(TypedDict):
    """What every door sends for a problem; `code` is stable, `message` is for an official."""

    code: str
    message: str
    where: str
    help: str


class Problem(Exception):
    """An anticipated refusal or fault. Subclasses are named for what happened.

    `code` is stable and listed in `docs/problems.md`; `message` and `help` are Chinese and never
    hold a value of level L3 or above; `where` names a file and line, a row and column, or a route.
    """

    code = "T-000"
    status = 400

    def __init__(self, message: str, *, where: str = "", help: str = "", code: str = "") -> None:  # noqa: A002 - the field's name in the error shape
        super().__init__(message)
        self.message = message
        self.where = where
        self.help = help
        if code:
            self.code = code

    def to_shape(self) -> Shape:
        """The problem as every door sends it."""
        return {"code": self.code, "message": self.message, "where": self.where, "help": self.help}

    def __str__(self) -> str:
        """Writes where, code, message and remedy on one line."""
        parts = (
            f"{self.where}: " if self.where else "",
            self.code,
            f" {self.message}",
            f" {self.help}" if self.help else "",
        )
        return "".join(parts)
