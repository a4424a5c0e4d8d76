"""The lines of the log: an exception is told by class and place, never by its words."""

from __future__ import annotations

import logging
import types

from taihu.terms import fall


class Line(logging.Formatter):
    """Formats records as usual and exceptions without their text, which may quote a value."""

    def formatException(  # noqa: N802 - the name in the base class
        self, ei: tuple[type[BaseException], BaseException, types.TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Classes and frames of the exception on one line."""
        return fall.describe(ei[1]) if ei[1] is not None else ""
