"""Typed: what a reader sees of a text that somebody typed, by the label of its field and how far the reader may see."""

from __future__ import annotations

from taihu.terms import mask
from taihu.terms.label import Label, Level

# What officials see in the clear of matters that are not theirs; those who deal with a matter see all that is said in it.
OTHERS = Label(Level.L2, frozenset({"person"}))
PARTY = Label(Level.L3, frozenset({"person"}))


def show(text: str, label: Label, ceiling: Label) -> str:
    """The text for whom it is within the ceiling; else nothing of it: names in free text have no form to find them by."""
    return text if not text or label.is_within(ceiling) else mask.ALL
