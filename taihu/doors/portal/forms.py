"""The form by which a reader tells of a doubt."""

from __future__ import annotations

from typing import Any

from django import forms

from taihu.doors.portal.entries import Item


class Doubt(forms.Form):
    """A column, and what is wrong with it; nobody's name is asked."""

    column = forms.ChoiceField(label="数据项", required=False)
    words = forms.CharField(
        label="哪里不对",
        min_length=5,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明是哪一行、现在是什么、应当是什么；请不要填写姓名、证件号、电话等个人信息",
        error_messages={"required": "请写明哪里不对，数源单位据此核对", "min_length": "请写得具体一些，至少五个字"},
    )

    def __init__(self, *args: Any, item: Item, **named: Any) -> None:
        super().__init__(*args, **named)
        column = self.fields["column"]
        if isinstance(column, forms.ChoiceField):
            column.choices = [("", "整个数据资源"), *((c.name, c.title) for c in item.dataset.columns)]
