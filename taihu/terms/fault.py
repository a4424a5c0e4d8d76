"""Named places where a write may fail: a test decides there between pass, raise, kill and full disk."""

from __future__ import annotations

from collections.abc import Callable

Decide = Callable[[str], None]


def _pass(name: str) -> None:
    """Lets every write through: what holds outside tests."""


class _Switch:
    """Holds the decision in force; only `decide_by` changes it."""

    decide: Decide = staticmethod(_pass)


def point(name: str) -> None:
    """Marks the write that follows; a fault test may raise, kill or delay here.

    Names are dotted, room first (`lake.commit.files-written`). A house test lists all of them and
    fails on a write without one.
    """
    _Switch.decide(name)


def decide_by(decide: Decide | None) -> None:
    """Puts a fault test's decision in force, or none."""
    _Switch.decide = staticmethod(decide or _pass)
