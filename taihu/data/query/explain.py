"""Explain: the path behind a label, told in Chinese or English from what is seen back to its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taihu.data.query.grade import Graded
from taihu.data.query.place import Place
from taihu.data.query.rules import RULES, Mark, Why
from taihu.terms.label import KINDS, Label, Level

LONGEST = 12


@dataclass(frozen=True, slots=True)
class Path:
    """One way by which something above the permit is seen: what it carries, and the steps back to its source."""

    level: Level | None
    kinds: tuple[str, ...]
    steps: tuple[Why, ...]

    @property
    def source(self) -> str:
        """Where it comes from: dataset and column."""
        return self.steps[-1].note


def find_paths(column: Graded, ceiling: Label) -> tuple[Path, ...]:
    """The paths by which a column is above a permit's label; none where it is within."""
    found: dict[tuple[tuple[str, Place, str], ...], Path] = {}
    for level, kinds, why in _witnesses(column.seen, ceiling):
        told = tuple(steps(why))
        key = tuple((step.rule, step.at, step.note) for step in told)
        known = found.get(key, Path(None, (), told))
        found[key] = Path(known.level or level, (*known.kinds, *kinds), told)
    return tuple(found.values())


def explain(column: Graded, ceiling: Label, language: str = "zh") -> str:
    """Why a column is above a permit's label, or a sentence that it is not."""
    if column.label.is_within(ceiling):
        return (
            f"「{column.name}」在许可之内（{column.label}）。"
            if language == "zh"
            else f"“{column.name}” is within the permit ({column.label})."
        )
    paths = "".join(_tell_path(path, language) for path in find_paths(column, ceiling))
    if language == "zh":
        return f"「{column.name}」超出许可（{column.label}，许可至 {ceiling}）：{paths}"
    return f"“{column.name}” is above the permit ({column.label}, permitted to {ceiling}): {paths}"


def _witnesses(mark: Mark, ceiling: Label) -> Iterator[tuple[Level | None, tuple[str, ...], Why]]:
    if mark.level > ceiling.level and mark.why is not None:
        yield mark.level, (), mark.why
    for kind, why in mark.kinds:
        if kind not in ceiling.kinds:
            yield None, (kind,), why


def steps(why: Why | None) -> list[Why]:
    """The steps of a path, from what is seen to its source; passing through a view twice is told once."""
    found: list[Why] = []
    while why is not None:
        if not found or (found[-1].rule, found[-1].at, found[-1].note) != (why.rule, why.at, why.note):
            found.append(why)
        why = why.parent
    return found


def _tell_path(path: Path, language: str) -> str:
    told = path.steps
    if len(told) > LONGEST:
        told = (*told[: LONGEST - 1], told[-1])
    parts = [tell(step, language) for step in told]
    level = [path.level.name] if path.level else []
    if language == "zh":
        return f"{'；'.join(parts)}，定为{'、'.join([*level, *(KINDS[kind] for kind in path.kinds)])}。"
    return f"{'; '.join(parts)}, declared {', '.join([*level, *path.kinds])}. "


def tell(step: Why, language: str = "zh") -> str:
    """One step in words, with its line where it is not the source."""
    told = words(step, language)
    if step.parent is None or not step.at.source:
        return told
    return f"第 {step.at.line} 行 {told}" if language == "zh" else f"line {step.at.line}: {told}"


def words(step: Why, language: str = "zh") -> str:
    """What the step's rule does, without its place."""
    rule = RULES[step.rule]
    return (rule.chinese if language == "zh" else rule.english).format(note=step.note)
