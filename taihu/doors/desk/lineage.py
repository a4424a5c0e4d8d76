"""Lineage: a query's columns drawn from their sources to what leaves, the path above the permit lit."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from taihu.data.guard.examine import Examined, Source, Verdict
from taihu.data.query import explain

WIDTH, BOX, HIGH, GAP, TOP = 960, 250, 40, 10, 34
LEFT, MIDDLE, RIGHT = 0, 355, 710
MOST_CHARACTERS = 17


@dataclass(frozen=True, slots=True)
class Box:
    """A source, a step or an output; `tone` is `plain`, `lit` or `rows`."""

    x: int
    y: int
    title: str
    note: str
    tone: str

    @property
    def middle(self) -> int:
        """Half its height."""
        return self.y + HIGH // 2


@dataclass(frozen=True, slots=True)
class Line:
    """A curve from one box to another."""

    d: str
    is_lit: bool


@dataclass(frozen=True)
class Lineage:
    """The drawing; the same is said in words beside it."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(found: Examined, departments: Mapping[str, str]) -> Lineage:
    """Sources at the left, the steps of the refused paths in the middle, what leaves at the right."""
    verdicts = [found.rows, *found.outputs]
    sources = dict(_stack(LEFT, _sources(found, departments)))
    outputs = dict(_stack(RIGHT, ((verdict.name, *_tell_output(verdict)) for verdict in verdicts)))
    steps = dict(_stack(MIDDLE, _steps(verdicts)))
    begins = {**sources, **{_name(source): sources[source.id] for source in found.sources}}
    lines = [*_plain_lines(verdicts, sources, outputs), *_lit_lines(verdicts, begins, steps, outputs)]
    boxes = (*sources.values(), *steps.values(), *outputs.values())
    height = max((box.y + HIGH for box in boxes), default=0) + GAP
    return Lineage(WIDTH, height, boxes, tuple(lines))


Told = tuple[str, str, str, str]


def _stack(x: int, told: Iterator[Told]) -> Iterator[tuple[str, Box]]:
    for number, (name, title, note, tone) in enumerate(told):
        yield name, Box(x, TOP + number * (HIGH + GAP), _cut(title), _cut(note), tone)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _sources(found: Examined, departments: Mapping[str, str]) -> Iterator[Told]:
    lit = _lit_sources(found)
    known = set()
    for source in found.sources:
        name = _name(source)
        known.add(name)
        department = departments.get(source.department, source.department)
        note = f"{source.dataset} · {department}"
        yield source.id, f"{source.title} · {source.label.level.name}", note, "lit" if name in lit else "plain"
    for name in sorted(lit - known):
        dataset, _, title = name.partition("·")
        yield name, title, dataset, "lit"


def _lit_sources(found: Examined) -> set[str]:
    return {path.source for verdict in (found.rows, *found.outputs) for path in verdict.paths}


def _name(source: Source) -> str:
    """How paths call a source."""
    return f"{source.dataset}·{source.title}"


def _tell_output(verdict: Verdict) -> tuple[str, str, str]:
    how = {"clear": "可提供", "masked": "脱敏后提供", "token": "以令牌提供", "refused": "不能提供"}[verdict.how]
    return verdict.title, f"{how} · {verdict.label.level.name}", "lit" if verdict.is_refused else "plain"


def _steps(verdicts: Sequence[Verdict]) -> Iterator[Told]:
    """The steps of all refused paths, each once, in the order of the text's lines."""
    found = {explain.tell(step): step for verdict in verdicts for path in verdict.paths for step in path.steps[:-1]}
    for told, step in sorted(found.items(), key=lambda item: item[1].at.line):
        yield told, explain.words(step), f"第 {step.at.line} 行", "lit"


def _plain_lines(verdicts: Sequence[Verdict], sources: Mapping[str, Box], outputs: Mapping[str, Box]) -> Iterator[Line]:
    for verdict in verdicts:
        for source in verdict.made_of:
            if source in sources and not verdict.is_refused:
                yield _curve(sources[source], outputs[verdict.name], is_lit=False)


def _lit_lines(
    verdicts: Sequence[Verdict], begins: Mapping[str, Box], steps: Mapping[str, Box], outputs: Mapping[str, Box]
) -> Iterator[Line]:
    for verdict in verdicts:
        for path in verdict.paths:
            passed = [steps[explain.tell(step)] for step in reversed(path.steps[:-1])]
            way = [begins[path.source], *passed, outputs[verdict.name]]
            yield from (_curve(one, other, is_lit=True) for one, other in itertools.pairwise(way))


def _curve(one: Box, other: Box, *, is_lit: bool) -> Line:
    if one.x == other.x:
        x, y = one.x + BOX // 2, min(one.y, other.y) + HIGH
        return Line(f"M{x} {y}V{max(one.y, other.y)}", is_lit)
    begin, end = one.x + BOX, other.x
    half = (begin + end) // 2
    return Line(f"M{begin} {one.middle}C{half} {one.middle} {half} {other.middle} {end} {other.middle}", is_lit)
