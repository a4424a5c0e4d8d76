"""The form of a request: one column, what each choice means before it."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms

from taihu.control.accounts.models import System
from taihu.control.grants.models import Grant
from taihu.control.grants.request import Request, lowest_clear_level
from taihu.terms.dataset import Dataset, Share
from taihu.terms.label import Level
from taihu.terms.permit import Form

FORMS = {
    Form.LOOKUP: "按主键查询（一次一条）",
    Form.VERIFY: "核验（只答是否一致，不返回内容）",
    Form.QUERY: "条件查询",
    Form.BULK: "批量下载",
}


class Ask(forms.Form):
    """What a system asks of a dataset."""

    system = forms.ModelChoiceField(System.objects.none(), label="使用系统", help_text="密钥发给系统，不发给个人")
    columns = forms.MultipleChoiceField(
        label="数据项",
        widget=forms.CheckboxSelectMultiple,
        choices=[],
        help_text="只选办理事项必需的数据项；不予共享的不能选择",
    )
    forms_wanted = forms.MultipleChoiceField(
        label="使用方式",
        widget=forms.CheckboxSelectMultiple,
        choices=[(form.value, title) for form, title in FORMS.items()],
    )
    purpose = forms.CharField(
        label="用途", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="办理什么事项、在哪个环节使用"
    )
    ground = forms.CharField(label="依据", max_length=300, help_text="法律法规、文件或职责条款，写到条款号")
    clear_level = forms.ChoiceField(
        label="明文级别", widget=forms.RadioSelect, choices=[], help_text="高于此级别的数据项脱敏后提供；L4 一律脱敏"
    )
    assessment = forms.CharField(
        label="个人信息保护影响评估结论",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="申请含 L3 及以上数据项时必填：处理目的是否必要、对个人的影响、保护措施",
    )
    decision = forms.CharField(
        label="重要数据共享审批文号",
        max_length=120,
        required=False,
        help_text="申请含重要数据或核心数据的数据项时必填：按数源单位规定的程序取得的批准文号",
    )
    scope_column = forms.ChoiceField(
        label="限定范围的数据项", required=False, choices=[], help_text="只提供本辖区数据时使用"
    )
    scope_values = forms.CharField(
        label="限定取值", max_length=500, required=False, help_text="多个取值以空格分隔，如 330502 330503"
    )
    is_scope_prefix = forms.BooleanField(label="按代码前缀匹配（行政区划）", required=False)
    calls_a_day = forms.IntegerField(label="每日调用上限", initial=10_000, min_value=1)
    rows_an_answer = forms.IntegerField(label="单次返回上限", initial=100, min_value=1)
    until = forms.DateField(
        label="有效期至",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="最长一年，到期可续",
    )

    def __init__(self, *args: Any, dataset: Dataset, departments: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dataset = dataset
        systems = System.objects.filter(department__in=departments).exclude(pk__endswith=".desk")
        self.fields["system"].queryset = systems  # type: ignore[attr-defined]
        if systems.count() == 1:
            self.fields["system"].initial = systems[0].pk
        askable = [(c.name, c.title) for c in dataset.columns if c.share is not Share.NONE]
        self.fields["columns"].choices = askable  # type: ignore[attr-defined]
        self.fields["scope_column"].choices = [("", "不限定"), *((c.name, c.title) for c in dataset.columns)]  # type: ignore[attr-defined]
        if not dataset.find_protected():
            del self.fields["decision"]
        levels = [level for level in Level if lowest_clear_level(dataset) <= level <= Level.L3]
        self.fields["clear_level"].choices = [(level.name, f"{level.name} {level.title}") for level in levels]  # type: ignore[attr-defined]
        if levels:
            self.fields["clear_level"].initial = levels[0].name

    def to_request(self) -> Request:
        """The request that the form says; call it once the form is valid."""
        said = self.cleaned_data
        until: datetime.date = said["until"]
        return Request(
            dataset=self._dataset.id,
            columns=tuple(said["columns"]),
            forms=tuple(Form(value) for value in said["forms_wanted"]),
            purpose=said["purpose"].strip(),
            ground=said["ground"].strip(),
            until=until,
            clear_level=Level.read(said["clear_level"]),
            assessment=said["assessment"].strip(),
            decision=said.get("decision", "").strip(),
            scope_column=said["scope_column"],
            scope_values=tuple(said["scope_values"].split()),
            is_scope_prefix=said["is_scope_prefix"],
            calls_a_day=said["calls_a_day"],
            rows_an_answer=said["rows_an_answer"],
        )


def initial(grant: Grant) -> dict[str, Any]:
    """What the form says of a request that is being mended."""
    return {
        "system": grant.system_id,
        "columns": grant.columns,
        "forms_wanted": grant.forms,
        "purpose": grant.purpose,
        "ground": grant.ground,
        "clear_level": grant.level.name,
        "assessment": grant.assessment,
        "decision": grant.decision,
        "scope_column": grant.scope_column,
        "scope_values": " ".join(grant.scope_values),
        "is_scope_prefix": grant.is_scope_prefix,
        "calls_a_day": grant.calls_a_day,
        "rows_an_answer": grant.rows_an_answer,
        "until": grant.until,
    }
