"""The words that a steward writes on an entry."""

from __future__ import annotations

from django import forms


class Words(forms.Form):
    """Summary, who answers for it, and why it is shared as it is."""

    summary = forms.CharField(
        label="摘要",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一两句话说明：是什么数据、覆盖范围、从哪里来",
    )
    contact = forms.CharField(label="联系人", max_length=60, help_text="对本资源负责、能答复问题的人或科室")
    phone = forms.RegexField(
        r"^[0-9+() -]{5,40}$",
        label="联系电话",
        help_text="办公电话",
        error_messages={"invalid": "请填写电话号码，如 0572-2398765"},
    )
    share_basis = forms.CharField(
        label="共享类型依据", max_length=300, help_text="按哪条法规、规章或文件定为此共享类型"
    )
    share_condition = forms.CharField(
        label="共享条件", max_length=300, required=False, help_text="有条件共享的，写明条件"
    )
