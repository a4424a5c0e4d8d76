"""The forms by which a citizen objects, or asks for a correction."""

from __future__ import annotations

from typing import Any

from django import forms

from taihu.terms.dataset import Dataset
from taihu.terms.shelf import Shelf


class Objection(forms.Form):
    """Why the use was none of theirs."""

    words = forms.CharField(
        label="异议说明",
        initial="我没有办理此事",
        min_length=4,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="使用单位将看到这段文字和您的脱敏姓名、证件号码，并在十个工作日内答复",
        error_messages={"required": "请说明为什么提出异议", "min_length": "请写得具体一些"},
    )


class Correction(forms.Form):
    """Which data item is wrong, and how."""

    column = forms.ChoiceField(label="哪一项不准确")
    words = forms.CharField(
        label="应当怎样",
        min_length=4,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明现在哪里不对、应当是什么、有何凭据；数源单位在十个工作日内核实答复",
        error_messages={"required": "请写明应当怎样", "min_length": "请写得具体一些"},
    )

    def __init__(self, *args: Any, datasets: list[Dataset], **named: Any) -> None:
        super().__init__(*args, **named)
        column = self.fields["column"]
        if isinstance(column, forms.ChoiceField):
            column.choices = [
                (one.title, [(f"{one.id}/{c.name}", c.title) for c in one.columns if "person" in c.label.kinds])
                for one in datasets
            ]

    def chosen(self, shelf: Shelf) -> tuple[Dataset, str]:
        """The dataset and the column that were chosen."""
        dataset, _, column = str(self.cleaned_data["column"]).partition("/")
        return shelf.dataset(dataset), column
