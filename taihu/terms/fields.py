"""Fields: the labels that a model declares for what officials and citizens type into it."""

from __future__ import annotations

from taihu.terms.label import Label, Level


def label_fields(**names: str) -> dict[str, Label]:
    """Labels by field: `label_fields(L1="flow state", L2="title", L3_person="reason")`; raises ValueError for a field named twice."""
    labels: dict[str, Label] = {}
    for spelled, fields in names.items():
        level, *kinds = spelled.split("_")
        for field in fields.split():
            if field in labels:
                raise ValueError(f"{field} is labelled twice")
            labels[field] = Label(Level.read(level), frozenset(kinds))
    return labels
