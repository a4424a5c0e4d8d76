"""What the owner says when a declaration is handed in."""

from __future__ import annotations

from django import forms


class Asked(forms.Form):
    """The digest that was shown; why and until when, which a decision of persons alone must say."""

    seen = forms.RegexField(r"[0-9a-f]{64}", widget=forms.HiddenInput)
    reason = forms.CharField(label="理由", max_length=300, required=False)
    until = forms.DateField(label="有效期至", required=False)
