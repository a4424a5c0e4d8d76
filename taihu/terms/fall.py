"""Tells where an unforeseen exception came from, without its words: they may quote a value."""

from __future__ import annotations

import traceback


def describe(fallen: BaseException) -> str:
    """The classes and the frames of an exception and of what caused it, innermost last; no message, no source line."""
    parts = []
    current: BaseException | None = fallen
    while current is not None:
        frames = traceback.extract_tb(current.__traceback__)
        parts.append(
            f"{type(current).__name__} at " + " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))
        )
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "; caused by ".join(parts)
