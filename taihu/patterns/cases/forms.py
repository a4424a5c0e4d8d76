"""The form in which a person reports a case: what it is about, what she saw, how grave it is."""

from __future__ import annotations

from typing import Any

from django import forms

from taihu.data.guard import raw
from taihu.patterns.cases.actions import Fact
from taihu.terms.pack import CaseKind, Pack
from taihu.terms.read_rules import CASE_LEVELS


class Report(forms.Form):
    """One field for each column that the kind is about, then heading, text and level."""

    heading = forms.CharField(label="标题", max_length=120, help_text="一句话说清是什么事，不要写个人信息")
    text = forms.CharField(
        label="情况说明", widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, help_text="时间、地点、看到的情况"
    )
    level = forms.ChoiceField(label="级别", choices=[(level, level) for level in CASE_LEVELS])

    def __init__(self, *args: Any, pack: Pack, kind: CaseKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = {column.name: column.title for dataset in pack.datasets for column in dataset.columns}
        self.about = {name: titles.get(name, name) for name in kind.about}
        asked = {f"about_{name}": forms.CharField(label=title, max_length=60) for name, title in self.about.items()}
        self.fields = {**asked, **self.fields}

    def clean(self) -> dict[str, Any]:
        """Refuses numbers of persons where they would stand in lists, messages and the ledger."""
        said = super().clean() or {}
        for name in ("heading", *(f"about_{name}" for name in self.about)):
            if raw.has_number(str(said.get(name, ""))):
                self.add_error(name, "此处会列入清单和台账，请不要填写证件号码、电话或账号")
        return said

    def values(self) -> dict[str, str]:
        """What the case is about."""
        return {name: self.cleaned_data[f"about_{name}"].strip() for name in self.about}

    def facts(self) -> list[Fact]:
        """The same as facts of the case."""
        return [Fact(name, title, self.cleaned_data[f"about_{name}"]) for name, title in self.about.items()]
