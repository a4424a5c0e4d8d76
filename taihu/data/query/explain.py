"""Explain: the path behind a label, told in Chinese or English from what is seen back to its source."""

from __future__ import annotations

from collections.abc import Iterator

from taihu.data.query.grade import Graded
from taihu.data.query.place import Place
from taihu.data.query.rules import RULES, Mark, Why
from taihu.terms.label import KINDS, Label

LONGEST = 12


def explain(column: Graded, ceiling: Label, language: str = "zh") -> str:
    """Why a column is above a permit's label, or a sentence that it is not."""
    if column.label.is_within(ceiling):
        return (
            f"「{column.name}」在许可之内({column.label})。"
            if language == "zh"
            else f"“{column.name}” is within the permit ({column.label})."
        )
    told: dict[tuple[tuple[str, Place, str], ...], tuple[Why, list[str]]] = {}
    for what, why in _witnesses(column.seen, ceiling, language):
        told.setdefault(tuple((s.rule, s.at, s.note) for s in steps(why)), (why, []))[1].append(what)
    paths = "".join(
        _path(why, ("、" if language == "zh" else ", ").join(whats), language) for why, whats in told.values()
    )
    if language == "zh":
        return f"「{column.name}」超出许可({column.label},许可至 {ceiling}):{paths}"
    return f"“{column.name}” is above the permit ({column.label}, permitted to {ceiling}): {paths}"


def _witnesses(mark: Mark, ceiling: Label, language: str) -> Iterator[tuple[str, Why]]:
    if mark.level > ceiling.level and mark.why is not None:
        yield mark.level.name, mark.why
    for kind, why in mark.kinds:
        if kind not in ceiling.kinds:
            yield KINDS[kind] if language == "zh" else kind, why


def steps(why: Why | None) -> list[Why]:
    """The steps of a path, from what is seen to its source; passing through a view twice is told once."""
    found: list[Why] = []
    while why is not None:
        if not found or (found[-1].rule, found[-1].at, found[-1].note) != (why.rule, why.at, why.note):
            found.append(why)
        why = why.parent
    return found


def _path(why: Why, what: str, language: str) -> str:
    told = steps(why)
    if len(told) > LONGEST:
        told = [*told[: LONGEST - 1], told[-1]]
    parts = [_tell(step, language) for step in told]
    if language == "zh":
        return f"{';'.join(parts)},定为{what}。"
    return f"{'; '.join(parts)}, declared {what}. "


def _tell(step: Why, language: str) -> str:
    rule = RULES[step.rule]
    words = (rule.chinese if language == "zh" else rule.english).format(note=step.note)
    if step.parent is None or not step.at.source:
        return words
    return f"第 {step.at.line} 行 {words}" if language == "zh" else f"line {step.at.line}: {words}"
