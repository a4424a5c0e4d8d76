"""Each model says of each of its fields how harmful its escape would be, and which may stand in a developer's copy."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.apps import apps

from taihu.patterns.cases.models import Case
from taihu.terms.fields import label_fields
from taihu.terms.label import Label, Level

OURS = [model for model in apps.get_models() if model.__module__.startswith("taihu.")]


def find_faults(model):
    """What the model does not say, or says of fields that it has not."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    typed = {name for name, field in fields.items() if not field.is_relation and not _is_counted(field)}
    labels, copied = getattr(model, "labels", {}), getattr(model, "developer_copy", None)
    yield from (f"{name} has no label" for name in sorted(typed - labels.keys()))
    yield from (f"labels {name}, which is no field" for name in sorted(labels.keys() - typed))
    if copied is None:
        yield "says nothing of a developer's copy"
    yield from (f"copies {name}, which is no field" for name in copied or () if name not in fields)
    yield from (
        f"copies {name}, which is {labels[name]}" for name in copied or () if labels.get(name, Label()).level > Level.L2
    )


def _is_counted(field):
    return field.primary_key and field.get_internal_type().endswith("AutoField")


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_model_labels_each_field_and_copies_none_above_l2(model):
    assert list(find_faults(model)) == []


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({}, "text has no label"),
        ({"labels": Case.labels}, "says nothing of a developer's copy"),
        ({"labels": Case.labels | {"moon": Label()}, "developer_copy": ()}, "labels moon, which is no field"),
        ({"labels": Case.labels, "developer_copy": ("moon",)}, "copies moon, which is no field"),
        ({"labels": Case.labels, "developer_copy": ("text",)}, "copies text, which is L3 person"),
    ],
)
def test_a_model_that_says_nothing_or_too_much_is_refused(said, fault):
    assert fault in list(find_faults(SimpleNamespace(_meta=Case._meta, **said)))


def test_a_field_has_one_label():
    with pytest.raises(ValueError, match="title is labelled twice"):
        label_fields(L1="name title", L2="title")
    assert label_fields(L3_person="words") == {"words": Label(Level.L3, frozenset({"person"}))}
