"""The filters of the library, and what its form tags work out."""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from taihu.site import formats, messages
from taihu.site.components import tables


def _is_english() -> bool:
    return (translation.get_language() or "").startswith("en")


def number(value: Any, places: int | None = None) -> str:
    """`{{ rows|number }}`: 1,214."""
    return formats.number(value if value != "" else None, places)


def compact(value: Any) -> str:
    """`{{ rows|compact }}`: 337 万."""
    return formats.compact(value if value != "" else None, english=_is_english())


def percent(value: Any) -> str:
    """`{{ share|percent }}` of a share of one: 93.1%."""
    return formats.percent(value if value != "" else None)


def money(fen: Any) -> SafeString | str:
    """`{{ fen|money }}`: 30.01 万元 with every fen on hover."""
    if not isinstance(fen, int):
        return formats.NOTHING
    shown = formats.money(fen, english=_is_english())
    return format_html('<span title="{}">{}</span>', formats.exact_money(fen), shown)


def day(value: Any) -> str:
    """`{{ on|day }}`: 2026-11-24."""
    return formats.day(value or None)


def prose_day(value: Any) -> str:
    """`{{ on|prose_day }}`: 2026年11月24日."""
    return formats.prose_day(value or None, english=_is_english())


def moment(value: Any) -> str:
    """`{{ at|moment }}`: 2026-11-24 20:53."""
    return formats.moment(value or None)


def ago(value: Any, at: datetime.datetime | None = None) -> SafeString | str:
    """`{{ sent_at|ago:request.at }}`: 3 小时前, with the exact time on hover."""
    if not value or at is None:
        return formats.moment(value or None)
    exact = formats.moment(value, seconds=True)
    shown = formats.ago(value, at=at, english=_is_english())
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, shown)


def working_days(value: Any) -> str:
    """`{{ days|working_days }}`: 还剩 2 个工作日."""
    return formats.working_days(value, english=_is_english())


def duration(seconds: Any) -> str:
    """`{{ seconds|duration }}`: 3 分 20 秒."""
    return formats.duration(seconds if seconds != "" else None)


def size(value: Any) -> str:
    """`{{ bytes|size }}`: 1.2 MB."""
    return formats.size(value if value != "" else None, english=_is_english())


def unit(name: Any) -> str:
    """`{{ column.unit|unit }}`: 元."""
    return formats.unit(str(name or ""), english=_is_english())


def mask(value: Any, label: Any = "") -> SafeString | str:
    """`{{ value|mask:column.label }}`: a masked value that says why it is masked."""
    if value in (None, ""):
        return formats.NOTHING
    why = f"{label} 脱敏".strip()
    return format_html('<span class="mask" title="{}">{}</span>', why, value)


def as_json(value: Any) -> SafeString:
    """Data for a script element, safe against `</script>`; used by charts and maps."""
    text = json.dumps(value, ensure_ascii=False, default=str, allow_nan=False)
    for letter, code in (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026")):
        text = text.replace(letter, code)
    return mark_safe(text)  # noqa: S308 - the three letters that could end the element are escaped above


def item(items: Any, at: int) -> Any:
    """`{{ cells|item:3 }}`."""
    return items[at]


FILTERS = (
    item,
    number,
    compact,
    percent,
    money,
    day,
    prose_day,
    moment,
    ago,
    working_days,
    duration,
    size,
    unit,
    mask,
    as_json,
)


def describe_field(bound: Any, help_text: str) -> dict[str, Any]:
    """What the field's template needs: the control told of its help and errors, a group where it has several controls."""
    widget = bound.field.widget
    is_group = bool(getattr(widget, "use_fieldset", False)) or hasattr(widget, "widgets")
    help_shown = help_text or bound.help_text
    is_check = getattr(widget, "input_type", "") == "checkbox" and not is_group
    attrs: dict[str, Any] = {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    described = [
        f"{bound.id_for_label or bound.auto_id}-{part}" for part, has in (("help", help_shown), ("error", True)) if has
    ]
    if not is_group:
        attrs["aria-describedby"] = " ".join(described)
    if bound.field.required and not is_group:
        attrs["data-missing"] = bound.field.error_messages.get("required", "")
    if "invalid" in bound.field.error_messages:
        attrs["data-wrong"] = bound.field.error_messages["invalid"]
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "help": help_shown,
        "is_group": is_group,
        "is_check": is_check,
        "base": bound.id_for_label or bound.auto_id,
    }


def list_faults(form: Any) -> list[tuple[str, str, str]]:
    """Each fault of a form: the id of its field (empty for the whole form), the field's label, the words."""
    faults = [("", "", str(error)) for error in form.non_field_errors()]
    for bound in form:
        faults += [(bound.id_for_label or bound.auto_id, str(bound.label), str(error)) for error in bound.errors]
    return faults


def as_facet(request: Any, shown: Any, title: str, words: str, language: str) -> tables.Facet:
    """A facet as it is, or made of its name, counts and titles with the state of the request's address.

    Values without a title are words of the message catalogue under `words` (`portal.fresh.late`), or stand as they are.
    """
    if isinstance(shown, tables.Facet):
        return shown
    chosen = request.GET.get(shown.name, "")
    known = messages.read(language)
    titles = {value: known.get(f"{words}.{shown.name}.{value}", value) for value in (*shown.counts, chosen)}
    return tables.facet(request.GET, shown.name, title or shown.title, shown.counts, {**titles, **shown.titles})


def word_id(word: str) -> str:
    """An HTML id for a word of the glossary."""
    return "term-" + hashlib.sha256(word.encode()).hexdigest()[:8]
