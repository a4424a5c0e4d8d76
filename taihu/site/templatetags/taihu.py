"""`{% load taihu %}`: words, addresses of assets, formats and components, all of them in this one library."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from taihu.site import assets, formats, messages
from taihu.site.components import drawings, marks, tables
from taihu.site.templatetags import showing

register = template.Library()

for shown in showing.FILTERS:
    register.filter(shown.__name__, shown)


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, **values: object) -> str:
    """The words of the catalogue in the visitor's language."""
    return messages.say(key, _language(context), **values)


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file, with a hash of its content so that caches may keep it."""
    return assets.address(path)


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """A drawing of the sprite; without a title it is decoration for the eye only."""
    address = f"{assets.address('site/icons.svg')}#{name}"
    if title:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', title, address)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)


@register.inclusion_tag("components/button.html")
def button(
    title: str, url: str = "", *, kind: str = "", icon: str = "", name: str = "", value: str = ""
) -> dict[str, Any]:
    """A link that looks like a button, or without an address a submit button; kind primary, danger or quiet."""
    return {"title": title, "url": url, "kind": kind, "icon": icon, "name": name, "value": value}


@register.inclusion_tag("components/level.html")
def level(value: Any, *, with_kinds: bool = False) -> dict[str, Any]:
    """The badge of a level or label: its letter, its word on hover, and if asked the kinds."""
    found = marks.read_level(value)
    kinds = marks.read_kinds(value) if with_kinds else []
    return {"level": found, "tone": marks.LEVEL_TONES[found] if found else "", "kinds": kinds}


@register.inclusion_tag("components/badge.html")
def badge(title: Any, tone: str = "plain") -> dict[str, Any]:
    """A word in a frame; tone ok, warn, bad, info or plain."""
    return {"title": title, "tone": tone}


@register.inclusion_tag("components/state.html")
def state(title: Any, tone: str = "", *, days: Any = "", clock: str = "") -> dict[str, Any]:
    """A state with its clock: give `days` (working days left; None is an undecided calendar) or the clock's words."""
    words = clock or ("" if days == "" else formats.working_days(days))
    late = isinstance(days, int) and days < 0
    return {"title": title, "tone": tone, "icon": marks.ICONS.get(tone, "info"), "clock": words, "is_late": late}


@register.inclusion_tag("components/facts.html")
def facts(items: Any, *, single: bool = False) -> dict[str, Any]:
    """The facts of a record: `marks.Fact`s or `(title, value)` pairs."""
    return {"facts": [f if isinstance(f, marks.Fact) else marks.Fact(*f) for f in items], "single": single}


@register.inclusion_tag("components/timeline.html", takes_context=True)
def timeline(context: template.Context, events: Any) -> dict[str, Any]:
    """A history, newest first as given: `marks.Event`s."""
    return {"events": events, "at": getattr(context.get("request"), "at", None)}


@register.inclusion_tag("components/steps.html")
def steps(items: Any) -> dict[str, Any]:
    """The steps of a flow: `marks.Step`s or `(title, state)` pairs."""
    return {"steps": marks.as_steps(items)}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Any, label: str = "") -> dict[str, Any]:
    """Pages under one record: `marks.Tab`s."""
    return {"tabs": items, "label": label}


@register.inclusion_tag("components/table.html")
def table(shown: Any) -> dict[str, Any]:
    """A `tables.Table`."""
    return {"table": shown, "links": shown.links()}


@register.inclusion_tag("components/table.html", takes_context=True)
def answer(context: template.Context, title: str, columns: Any, rows: Any, *, labels: bool = True) -> dict[str, Any]:
    """Columns and rows of a guard's answer as a table; masked values say why."""
    made = tables.from_answer(title, columns, rows, english=_language(context) == "en", has_labels=labels)
    return {"table": made, "links": made.links()}


@register.inclusion_tag("components/chips.html", takes_context=True)
def chips(context: template.Context, facet: Any, title: str = "", words: str = "") -> dict[str, Any]:
    """A filter as a row of chips: a `tables.Facet`, or anything with name, title, counts and titles."""
    return {"facet": showing.as_facet(context["request"], facet, title, words, _language(context))}


@register.inclusion_tag("components/facet.html", takes_context=True)
def facet(context: template.Context, shown: Any, title: str = "", words: str = "") -> dict[str, Any]:
    """The same as a list for a side column."""
    return {"facet": showing.as_facet(context["request"], shown, title, words, _language(context))}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, shown: Any) -> dict[str, Any]:
    """A `tables.Pager`: where keysets lead."""
    return {"pager": shown, "request": context.get("request")}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pages(context: template.Context, total: int, page: int, size: int = tables.ROWS_A_PAGE) -> dict[str, Any]:
    """The pager of page number `page` of `total` rows."""
    request = context["request"]
    return {"pager": tables.pager(request.GET, total, page=page, size=size), "request": request}


@register.simple_tag(takes_context=True)
def address(context: template.Context, **changes: Any) -> str:
    """This page's address with some values of its query changed; an empty value takes one out, the page begins anew."""
    cleaned = {name: str(value) if value not in (None, "") else None for name, value in changes.items()}
    return tables.replace(context["request"].GET.urlencode(), **{"page": None, **cleaned})


@register.inclusion_tag("components/spark.html")
def spark(counts: Any, title: str) -> dict[str, Any]:
    """A small picture of how values spread: counts as bars."""
    return {"bars": drawings.bars(counts), "title": title}


@register.inclusion_tag("components/tops.html")
def tops(pairs: Any, total: int) -> dict[str, Any]:
    """The commonest values with their shares of `total`: `(value, count)` pairs."""
    return {"tops": [(value, count / total, drawings.share(count / total)) for value, count in pairs] if total else []}


@register.inclusion_tag("components/field.html", takes_context=True)
def field(context: template.Context, bound: Any, *, help: str = "") -> dict[str, Any]:  # noqa: A002 - the word of the page
    """A bound form field with label, help before it, errors and the mark of optional ones."""
    return {**showing.describe_field(bound, help), "request": context.get("request")}


@register.inclusion_tag("components/errors.html", takes_context=True)
def form_errors(context: template.Context, form: Any) -> dict[str, Any]:
    """The summary of a form's faults, each linking to its field."""
    return {"faults": showing.list_faults(form), "request": context.get("request")}


@register.inclusion_tag("components/refusal.html", takes_context=True)
def refusal(
    context: template.Context, problem: Any, path: Any = (), *, whom: str = "", url: str = ""
) -> dict[str, Any]:
    """A refusal (`Problem` or its shape): what, why with the path, what would make it lawful, whom to ask."""
    return {"problem": problem, "path": path, "whom": whom, "url": url, "request": context.get("request")}


@register.inclusion_tag("components/nothing.html")
def nothing(kind: str, title: str, why: str = "", *, do: str = "", url: str = "") -> dict[str, Any]:
    """What stands where nothing can: kind empty, failed or forbidden; what would stand here, why not, what to do."""
    drawing = {"empty": "empty", "failed": "warn", "forbidden": "lock"}[kind]
    return {"icon": drawing, "title": title, "why": why, "do": do, "url": url}


@register.inclusion_tag("components/loading.html")
def loading(title: str, done: int | None = None, total: int | None = None) -> dict[str, Any]:
    """Work that goes on, with counts where they are known."""
    return {"title": title, "done": done, "total": total}


@register.inclusion_tag("components/toast.html", takes_context=True)
def toast(context: template.Context, message: Any, tone: str = "info") -> dict[str, Any]:
    """A message that can be put away; Django's `error` and `success` count as bad and ok."""
    shown = {"error": "bad", "success": "ok", "warning": "warn", "debug": "info"}.get(tone, tone or "info")
    return {
        "message": message,
        "tone": shown,
        "icon": marks.ICONS.get(shown, "info"),
        "request": context.get("request"),
    }


@register.inclusion_tag("components/code.html", takes_context=True)
def code(context: template.Context, text: str, id: str, title: str = "") -> dict[str, Any]:  # noqa: A002 - an HTML id
    """A block of code to copy."""
    return {"text": text, "id": id, "title": title, "request": context.get("request")}


@register.inclusion_tag("components/progress.html")
def progress(title: str, done: int, total: int, tone: str = "done") -> dict[str, Any]:
    """How far a counted thing is."""
    return {
        "title": title,
        "done": done,
        "total": total,
        "share": drawings.share(done / total if total else 0),
        "tone": tone,
    }


@register.inclusion_tag("components/diff.html")
def diff(changes: Any) -> dict[str, Any]:
    """Differences (`marks.Change` or anything with where, before, after), coloured and marked − and +."""
    return {"changes": changes}


@register.inclusion_tag("components/figure.html")
def figure(shown: Any, title: str, unit: str = "", baseline: str = "基线") -> dict[str, Any]:
    """A model's number (`terms.Figure`) beside its baseline, interval, split and number of cases."""
    return {"figure": shown, "title": title, "unit": formats.unit(unit), "baseline": baseline}


@register.inclusion_tag("components/chart.html")
def chart(shown: drawings.Chart) -> dict[str, Any]:
    """A `drawings.Chart`; the page also needs `vendor/charts.mjs` in its block scripts."""
    return {"chart": shown, "spec": shown.to_spec(), "rows": shown.rows()}


@register.inclusion_tag("components/map.html")
def picture(shown: drawings.MapPicture) -> dict[str, Any]:
    """A `drawings.MapPicture`; the page also needs `vendor/maps.css` in head and `vendor/maps.mjs` in scripts."""
    return {"map": shown, "spec": shown.to_spec(), "rows": shown.rows(), "count": shown.count()}


@register.inclusion_tag("components/term.html")
def term(word: str, help: str = "") -> dict[str, Any]:  # noqa: A002 - the word of the page
    """A word of the trade with its explanation on the spot, from the glossary unless given."""
    return {"word": word, "help": help or messages.explain(word), "id": showing.word_id(word)}


def _language(context: template.Context) -> str:
    look = getattr(context.get("request"), "look", None)
    return look.language if look else "zh"
